"""Sends the story through the public API, as any community's backend would."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from deploy.demo import asking
from deploy.demo.history import Grant, History, Json
from services.activity.importers import sending
from services.activity.importers.bookmark import Bookmark
from services.activity.importers.items import Item, Kind

Advance = Callable[[int], object]

#: A second run finds what the first one left: an erased member is gone, a grant was made.
DONE_BEFORE = (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT, httpx.codes.GONE)
MOST_A_BATCH = 1_000


def steps(story: History) -> int:
    """How many steps `load` will report."""
    afterwards = len(story.identities) + len(story.retractions) + len(story.merges) + 1
    return len(story.members) + len(story.activities) + afterwards


def load(client: httpx.Client, story: History, advance: Advance) -> list[sending.Refusal]:
    """Send members, activities, and what follows on them; may be done again. Returns what was refused."""
    refused = [*_send(client, "members", story.members, advance)]
    refused += _send(client, "activities", story.activities, advance)
    for method, path, body in _afterwards(story):
        _call(client, method, path, body)
        advance(1)
    return refused


def grant(client: httpx.Client, grants: Iterable[Grant]) -> None:
    """Give the badges that people give by hand; an earlier run may have done so."""
    for one in grants:
        if asking.explanation(client, one.member, one.badge)["held"]:
            continue
        body = {"member": one.member, "reason": one.reason}
        _call(client, "POST", f"/v1/badges/{one.badge}/grants", body)


def _send(
    client: httpx.Client, kind: Kind, things: Sequence[Json], advance: Advance
) -> Iterator[sending.Refusal]:
    items = (
        Item(kind=kind, label=kind, place=f"{kind} {number}", id=thing["id"], body=msgspec.json.encode(thing))
        for number, thing in enumerate(things, start=1)
    )
    for sent in sending.send(client, items, Bookmark(), MOST_A_BATCH):
        advance(len(sent.batch.items))
        yield from sent.refusals


def _afterwards(story: History) -> Iterator[tuple[str, str, Any]]:
    for member, network, account in story.identities:
        yield "PUT", f"/v1/members/{_path(member)}/identities/{_path(network)}/{_path(account)}", None
    for activity in story.retractions:
        yield "DELETE", f"/v1/activities/{_path(activity)}", None
    for loser, survivor in story.merges:
        yield "POST", f"/v1/members/{_path(loser)}/merge", {"into": survivor}
    yield "DELETE", f"/v1/members/{_path(story.erased)}", None


def _call(client: httpx.Client, method: str, path: str, body: Any) -> None:  # noqa: ANN401 (JSON)
    response = sending.patiently(lambda: client.request(method, path, json=body))
    sending.stop_if_refused(response, DONE_BEFORE)


def _path(identifier: str) -> str:
    return quote(identifier, safe="")
