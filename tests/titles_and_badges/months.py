"""Months of a small community for tests of sealing: likes of what people wrote, a board of them, and titles."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from services.titles_and_badges.queries import seals as queries
from services.titles_and_badges.repository import closings, seals
from services.titles_and_badges.use_cases import closing, defining_boards, defining_titles, sealing
from shared import clock, outbox
from tests.fixtures import BADGES, Courier, Door

OCTOBER, SEPTEMBER = "2026-10", "2026-09"
BOARD = {"name": "Liked", "points": [{"role": "author", "where": {"type": "Like"}, "points": 10}]}
#: Who likes.
CROWD = [f"fan{number}" for number in range(6)]
TITLE = {"name": "Most liked", "board": "liked", "holders": 2}


@dataclass
class Village:
    """A community whose members like one another's posts."""

    activity: Door
    courier: Courier
    numbers: count = field(default_factory=lambda: count(1))  # type: ignore[type-arg]

    @property
    def community(self) -> str:
        """Its slug."""
        return self.activity.community

    def define(self, board: Any = BOARD, **titles: Any) -> None:
        """Define the board `liked` and titles on it."""
        defining_boards.define(self.community, {"liked": board}, clock.now())
        defining_titles.define(self.community, titles or {"most-liked": TITLE}, clock.now())

    def likes(self, author: str, givers: Iterable[str], day: str = "2026-10-10") -> list[str]:
        """`author` writes something on a day, and each giver likes it. Returns the activities' ids."""
        post = f"post/{next(self.numbers)}"
        deeds = [self._deed("Create", author, post, author, f"{day}T10:00:00Z")]
        deeds += [self._deed("Like", giver, post, author, f"{day}T11:00:00Z") for giver in givers]
        answer = self.activity("POST", "/v1/activities", deeds)
        assert answer.json["accepted"] == len(deeds), answer.json
        return [deed["id"] for deed in deeds]

    def declare(self, **members: Any) -> None:
        """Say what members are."""
        said = [{"id": name, **known} for name, known in members.items()]
        assert self.activity("POST", "/v1/members", said).status_code == 200

    def seal(self, *periods: str, redefined: bool = False) -> None:
        """Handle all that was accepted, and seal."""
        self.courier.carry()
        for period in periods or (OCTOBER,):
            sealing.seal(self.community, period, redefined=redefined)

    def seal_what_is_late(self) -> None:
        """Handle all that was accepted; then as when the time of gathering is over."""
        self.courier.carry()
        closing.order_late(clock.now() + 2 * closing.LATE)
        for period in closings.load(self.community)["due"]:
            while sealing.step(self.community, period, clock.now()):
                pass

    def told(self) -> list[tuple[str, dict[str, str]]]:
        """(type, headers) of what was announced since the last time."""
        parcels = [each for each in outbox.by_turns(BADGES, 10_000) if each["community"] == self.community]
        found = [dict(message.headers) for parcel in parcels for message in outbox.messages(parcel)]
        outbox.remove(BADGES, [parcel["_id"] for parcel in parcels])
        return [(headers["ce_type"], headers) for headers in found]

    def kinds(self) -> list[str]:
        """The types of what was announced since the last time, in order."""
        return sorted(kind for kind, _ in self.told() if not kind.startswith("badge."))

    def sealed(self, period: str = OCTOBER, number: int | None = None) -> Any:
        """A sealed revision."""
        return seals.revision(self.community, period, number)

    def _deed(self, kind: str, actor: str, post: str, author: str, at: str) -> dict[str, Any]:
        described = {"id": post, "type": "Post", "attributedTo": author}
        return {
            "id": f"{kind}/{next(self.numbers)}", "type": kind, "actor": actor, "published": at, "object": described,
        }  # fmt: skip


def bytes_of(seal: Any) -> bytes:
    """A sealed revision, as it is exported."""
    return b"".join(queries.export(seal))


def holders(badges: Door, title: str = "most-liked") -> list[tuple[str, str, int]]:
    """(month, member, place) of who holds a title."""
    items = badges("GET", f"/v1/titles/{title}/holders").json["items"]
    return [(each["period"], each["member"]["id"], each["place"]) for each in items]
