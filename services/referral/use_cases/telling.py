"""What is said of a loop: its events, each with a version, and only when it differs from what was said before."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from services.referral.domain.loops import JOIN, ORDER, Loop, State, Touch
from services.referral.repository import DATABASE
from shared import outbox
from shared.events import referral
from shared.events.referral import Event
from shared.mongo import Document

Said = dict[str, Event]

_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(shape) for shape, kind in referral.KINDS.items()
}


def tell(community: str, said: Iterable[Document], wanted: Mapping[str, Event]) -> list[Document]:
    """Announce what differs, inside the running transaction. Returns what is said now, as it is kept.

    What is not true any more is withdrawn, and what turns out to be owed to another member is withdrawn from the one
    and then said of the other, under a higher version: should both be one person by then, the higher one stands.
    """
    before = _read(said)
    after, events = dict(before), list[Event]()
    for key in sorted({*before, *wanted}):
        for event in _steps(before.get(key), wanted.get(key)):
            after[key] = event
            events.append(event)
    if events:
        outbox.add(DATABASE, community, referral.EVENTS.name, [referral.message(each) for each in events])
    return _written(after)


def outcomes(community: str, identifier: str, generation: int, found: Loop) -> Said:
    """All that is to be said of a loop, at version 0."""
    of: dict[str, Any] = {"community": community, "loop": identifier, "version": 0, "generation": generation}
    events = [*_edges(found, of), *_touches((*found.touches, *found.others), of)]
    return {_key(each): each for each in events}


def _edges(found: Loop, of: Mapping[str, Any]) -> Iterator[Event]:
    for edge in found.edges:
        match edge.state:
            case State.JOINED:
                yield referral.ReferralJoined(
                    member=found.advocate, joined_at=edge.moment, friend=found.friend, **of
                )
            case State.SATISFIED:
                yield referral.ReferralSatisfied(member=found.advocate, satisfied_at=edge.moment, **of)
            case State.ADVOCATE:
                yield referral.AdvocateBorn(
                    member=found.advocate, born_at=edge.moment, advocate=found.friend, **of
                )
            case _:
                pass


def _touches(touches: Iterable[Touch], of: Mapping[str, Any]) -> Iterator[Event]:
    for each in touches:
        yield referral.ReferralAttributed(
            member=each.advocate,
            attribution=each.attribution,
            subject=JOIN if each.subject == JOIN else ORDER,
            attributed_at=each.moment,
            door=each.door,
            **of,
        )
        if each.subject == ORDER:
            yield from _order(each, of)


def _order(each: Touch, of: Mapping[str, Any]) -> Iterator[Event]:
    yield referral.ReferralPurchased(
        member=each.advocate,
        order=each.id,
        purchased_at=each.moment,
        amount=each.amount_minor,
        currency=each.currency,
        **of,
    )
    if each.refunds:
        without = {name: value for name, value in of.items() if name != "generation"}
        latest = max(refund.moment for refund in each.refunds)
        yield referral.ReferralRefunded(
            member=each.advocate, order=each.id, refunded_at=latest, whole=each.refunded, **without
        )


def _steps(before: Event | None, wanted: Event | None) -> Iterator[Event]:
    version = before.version if before else 0
    if before is not None and wanted is not None and _same(before, wanted):
        return
    if before is not None and _is_to_be_withdrawn(before, wanted):
        version += 1
        yield _replaced(before, version=version, withdrawn=True)
    if wanted is not None:
        yield _replaced(wanted, version=version + 1)


def _is_to_be_withdrawn(before: Event, wanted: Event | None) -> bool:
    # A refund is never taken back; but for it, what is withdrawn already stays so.
    return getattr(before, "withdrawn", True) is False and (wanted is None or wanted.member != before.member)


def _same(one: Event, other: Event) -> bool:
    return bool(_replaced(one, version=0) == _replaced(other, version=0))


def _replaced(event: Event, **changes: Any) -> Event:  # noqa: ANN401 (whatever a field holds)
    found: Event = msgspec.structs.replace(event, **changes)
    return found


def _key(event: Event) -> str:
    named = getattr(event, "attribution", None) or getattr(event, "order", None) or ""
    return f"{referral.KINDS[type(event)]}:{named}"


def _read(said: Iterable[Document]) -> Said:
    found = [_DECODERS[each["kind"]].decode(each["event"]) for each in said]
    return {_key(each): each for each in found}


def _written(said: Mapping[str, Event]) -> list[Document]:
    return [
        {"kind": referral.KINDS[type(each)], "event": msgspec.json.encode(each)}
        for _, each in sorted(said.items())
    ]
