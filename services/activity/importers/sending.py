"""Sends what the readers find through the public HTTP API, in batches, so that a killed import can go on."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import httpx

from services.activity.importers import bookmark
from services.activity.importers.bookmark import Batch, Bookmark
from services.activity.importers.items import Item
from services.activity.importers.ndjson import MOST_BYTES
from shared.errors import LaurelError

LONGEST_WAIT = 30.0
WAITS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT)  # two minutes in all
TIME_OUT = httpx.Timeout(90.0, connect=5.0)
MOST_REFUSED = 10_000  # more than that is the wrong file, not a few bad lines

#: "Try the same again later"; the API takes everything twice without harm.
BUSY = {
    httpx.codes.TOO_MANY_REQUESTS,
    httpx.codes.BAD_GATEWAY,
    httpx.codes.SERVICE_UNAVAILABLE,
    httpx.codes.GATEWAY_TIMEOUT,
}


#: Told what the trouble is and for how many seconds to wait before the next attempt.
Wait = Callable[[str, float], object]


class Stopped(LaurelError):  # noqa: N818 (what it says to an operator)
    """The import cannot go on: the message says why. What was acknowledged stays so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One item that the server did not take."""

    place: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the server said to one batch."""

    batch: Batch
    mark: Bookmark
    accepted: int
    duplicate: int
    refusals: Sequence[Refusal]


def sleeping(_: str, seconds: float) -> None:
    """Wait without a word."""
    time.sleep(seconds)


def connect(url: str, token: str) -> httpx.Client:
    """A client of one community of one server."""
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=TIME_OUT)


def send(
    client: httpx.Client,
    items: Iterable[Item],
    mark: Bookmark,
    most: int,
    wait: Wait = sleeping,
) -> Iterator[Sent]:
    """Send everything behind the bookmark, and say after each batch what became of it.

    Raises Stopped when the server refuses a whole batch or stays away.
    """
    for batch in bookmark.batches(items, mark, most, MOST_BYTES):
        answer = _post(client, batch, wait)
        results = answer["results"]
        if len(results) != len(batch.items):
            message = f"the server answered {len(results)} results for {len(batch.items)} items"
            raise Stopped(message)
        pairs = list(zip(batch.items, results, strict=True))
        refused = [
            (position, item, result) for (position, item), result in pairs if result["status"] == "refused"
        ]
        mark = bookmark.moved(mark, batch, [position for position, _, _ in refused])
        yield Sent(
            batch=batch,
            mark=mark,
            accepted=answer["accepted"],
            duplicate=answer["duplicate"],
            refusals=[_refusal(item, result) for _, item, result in refused],
        )
        if len(mark.refused) > MOST_REFUSED:
            message = f"the server refused more than {MOST_REFUSED:,} items: this looks like the wrong source"
            raise Stopped(message)


def knows(client: httpx.Client, last: tuple[str, str], wait: Wait = sleeping) -> bool:
    """Whether the server still holds that item: if not, its database is a new one, and all must be sent."""
    kind, item_id = last
    response = patiently(lambda: client.get(f"/v1/{kind}/{quote(item_id, safe='')}"), wait)
    stop_if_refused(response, {httpx.codes.NOT_FOUND, httpx.codes.GONE})
    return response.is_success


def _post(client: httpx.Client, batch: Batch, wait: Wait) -> dict[str, Any]:
    kind = batch.items[0][1].kind
    body = b"[" + b",".join(item.body for _, item in batch.items) + b"]"
    headers = {"Content-Type": "application/json"}
    response = patiently(lambda: client.post(f"/v1/{kind}", content=body, headers=headers), wait)
    stop_if_refused(response)
    answer: dict[str, Any] = response.json()
    return answer


def patiently(call: Callable[[], httpx.Response], wait: Wait = sleeping) -> httpx.Response:
    """The answer to a call that may be repeated; tried again while the server is away or busy.

    Raises Stopped when it stays so.
    """
    trouble, asked = "", 0.0
    for seconds in WAITS:
        if trouble:
            wait(trouble, max(seconds, asked))
        try:
            response = call()
        except httpx.TransportError as error:
            trouble = f"cannot be reached: {error or type(error).__name__}"
        else:
            if response.status_code not in BUSY:
                return response
            trouble = f"answered {response.status_code} {response.reason_phrase}"
            asked = _asked_to_wait(response)
    message = f"the server {trouble} ({len(WAITS)} attempts)"
    raise Stopped(message)


def _asked_to_wait(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT) if asked.isdigit() else 0.0


def stop_if_refused(response: httpx.Response, allowed: Collection[int] = ()) -> None:
    """Raise Stopped, with the server's reason, unless the answer is good or one of the allowed ones."""
    if response.is_success or response.status_code in allowed:
        return
    asked = f"{response.request.method} {unquote(response.request.url.path)}"
    message = f"the server answered {response.status_code} to {asked}: {_reason(response)}"
    raise Stopped(message)


def _reason(response: httpx.Response) -> str:
    try:
        return problem_in_words(response.json())
    except ValueError:
        return response.text[:200]


def _refusal(item: Item, result: dict[str, Any]) -> Refusal:
    return Refusal(place=item.place, id=item.id, reason=problem_in_words(result.get("problem") or {}))


def problem_in_words(problem: dict[str, Any]) -> str:
    """One line out of an RFC 9457 problem: what is wrong, and where in the item."""
    places = "; ".join(
        f"{error.get('pointer', '')} {error.get('detail', '')}".strip()
        for error in problem.get("errors") or []
    )
    detail = problem.get("detail") or problem.get("title") or "no reason given"
    return f"{detail} ({places})" if places else str(detail)
