"""Load that never lets up: a real community's history, imported again and again, shuffled, doubled and with noise.

Noise are likes that are undone in the same import, before or after they come: in the end they never were.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import msgspec

from services.activity.importers import stackexchange
from services.activity.importers.items import Item
from tests.live import Live, wait_for

FACTS = Path(__file__).parents[1] / "data" / "stackexchange-facts"
#: Activities in the dump.
ACTIVITIES = 1493
#: Likes that are undone.
NOISE = 40
DOUBLED = 0.2
LONGEST_SECONDS = 180.0

_JSON = {"Content-Type": "application/json"}
_NOT_NOW = {httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE}


def history() -> list[Item]:
    """Members and activities of the dump."""
    return [item for item in stackexchange.read(FACTS) if isinstance(item, Item)]


def shuffled(seed: int) -> list[Item]:
    """The history with noise, in an order of this seed's own; every other one in its own order, noise apart.

    In a shuffled history most is delivered again, when objects come, and counted anew: that heals what was lost.
    """
    dice = random.Random(seed)  # noqa: S311
    items = history()
    posts = [item.id for item in items if item.id.startswith("post/")]
    noise = [item for number in range(NOISE) for item in undone(f"noise/{number}", dice.choice(posts))]
    if seed % 2 == 0:
        dice.shuffle(noise)
        return [*items, *noise]
    items += noise
    dice.shuffle(items)
    return items


def founding(live: Live, name: str) -> Iterator[str]:
    """Ever more communities, each founded when its turn comes: nobody knows how many it takes."""
    for number in itertools.count():
        slug = f"{name}-{number}"
        live.found(slug)
        yield slug


def undone(name: str, post: str) -> list[Item]:
    """A like of a post, and its undoing: together they are nothing."""
    like = {
        "id": name,
        "type": "Like",
        "actor": None,
        "object": {"id": post},
        "published": "2019-01-01T00:00:00Z",
    }
    undo: dict[str, Any] = {
        "id": f"undo/{name}",
        "type": "Undo",
        "object": {"id": name},
        "published": "2019-01-02T00:00:00Z",
    }
    return [
        Item(kind="activities", label="noise", place="", id=str(each["id"]), body=msgspec.json.encode(each))
        for each in (like, undo)
    ]


@dataclass(kw_only=True)
class Storm:
    """Imports into one community after the other, until it is told to stop; then it ends the one in hand.

    What is acknowledged is written down; what is not is sent again, until it is.
    """

    live: Live
    slugs: Iterable[str]
    batch: int = 20
    pause: float = 0.0
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    problems: list[httpx.Response] = field(default_factory=list)
    unanswered: int = 0
    fault: BaseException | None = None

    def __post_init__(self) -> None:
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        wait_for(lambda: self.fault or self.count, "the first activities")
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join(LONGEST_SECONDS)
        assert not self._thread.is_alive(), "the load did not come to its end"
        if self.fault is not None:
            raise self.fault

    def check(self) -> None:
        """Raise what ended the load, if something did."""
        if self.fault is not None:
            raise self.fault

    @property
    def alive(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    @property
    def count(self) -> int:
        """How many activities have been acknowledged."""
        return sum(len(each) for each in self.acknowledged.values())

    def _run(self) -> None:
        try:
            for seed, slug in enumerate(self.slugs):
                self._import(slug, shuffled(seed), random.Random(seed))  # noqa: S311
                if self._enough.is_set():
                    return
        except BaseException as fault:  # noqa: BLE001 (raised by who ends the storm)
            self.fault = fault

    def _import(self, slug: str, items: list[Item], dice: random.Random) -> None:
        self.acknowledged[slug] = set()
        with self.live.client(slug, timeout=httpx.Timeout(70.0)) as client:
            for kind, batch in _batches(items, self.batch):
                for _ in range(2 if dice.random() < DOUBLED else 1):
                    self._send(client, slug, kind, batch)
                self._enough.wait(self.pause)  # who is to end does not dawdle

    def _send(self, client: httpx.Client, slug: str, kind: str, batch: list[Item]) -> None:
        body = b"[" + b",".join(item.body for item in batch) + b"]"
        until = time.monotonic() + LONGEST_SECONDS
        while True:
            answer = self._post(lambda: client.post(f"/v1/{kind}", content=body, headers=_JSON))
            if answer is not None:
                results = answer.json()["results"]
                assert all(each["status"] in {"accepted", "duplicate"} for each in results), results
                if kind == "activities":
                    self.acknowledged[slug] |= {each["id"] for each in results}
                return
            if time.monotonic() > until:
                raise TimeoutError("the API takes nothing")
            time.sleep(0.1)

    def _post(self, post: Callable[[], httpx.Response]) -> httpx.Response | None:
        try:
            answer = post()
        except httpx.TransportError:
            self.unanswered += 1
            return None
        self.statuses.append(answer.status_code)
        if answer.status_code in _NOT_NOW:
            self.problems.append(answer)
            return None
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer


def state(live: Live, slug: str) -> dict[str, Any]:
    """All that is derived for a community, in its own words: surviving facts, tallies and awards."""
    badges = live.database["titles_and_badges"]
    names = {each["_id"]: each.get("external_id") for each in badges["profiles"].find({"community": slug})}
    return {
        "facts": {
            (names[each["member"]], each["activity"]): _named(each, names)
            for each in badges["facts"].find({"community": slug, "retracted": {"$exists": False}})
        },
        "tallies": _counted(
            (names[each["_id"]], None, each["buckets"])
            for each in badges["tallies"].find({"community": slug})
        ),
        "object_tallies": _counted(
            (names[each["member"]], each["object"], each["buckets"])
            for each in badges["object_tallies"].find({"member": {"$in": list(names)}})
        ),
        "awards": live.awards(slug),
    }


def assert_as_if_nothing_had_happened(live: Live, load: Storm, calm: dict[str, Any]) -> None:
    """Everything acknowledged is stored once and counted once, and nothing else is."""
    live.handled()
    for slug, acknowledged in load.acknowledged.items():
        assert stored(live, slug) == (ACTIVITIES, NOISE)
        assert len(acknowledged) == ACTIVITIES + 2 * NOISE
        found = state(live, slug)
        for kind, expected in calm.items():
            assert found[kind] == expected, f"{kind} of {slug}"


def stored(live: Live, slug: str) -> tuple[int, int]:
    """How many activities `activity` keeps: surviving ones, retracted ones."""
    activities = live.database["activity"]["activities"]
    return (
        activities.count_documents({"community": slug, "retracted": False}),
        activities.count_documents({"community": slug, "retracted": True}),
    )


def _batches(items: Sequence[Item], size: int) -> Iterator[tuple[str, list[Item]]]:
    for start in range(0, len(items), size):
        for kind in ("members", "activities"):
            batch = [item for item in items[start : start + size] if item.kind == kind]
            if batch:
                yield kind, batch


_OURS = ("_id", "community", "version", "member", "involved", "batches", "revision")


def _named(document: dict[str, Any], names: dict[str, str | None]) -> dict[str, Any]:
    """A fact without what differs between communities, members by their own names."""
    told = {name: value for name, value in document.items() if name not in _OURS}
    for name in ("actor", "object_author", "parent_author"):
        if name in told:
            told[name] = names[told[name]]
    return told


def _counted(rows: Iterator[tuple[Any, Any, dict[str, Any]]]) -> dict[Any, Any]:
    return {
        (member, name, slug): (tally["state"], tally["last"], tally["reached"])
        for member, name, buckets in rows
        for slug, tally in buckets.items()
        if tally["last"] is not None
    }
