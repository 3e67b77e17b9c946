"""Keeping what came through the door `/r/…`, once each, and judging it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from services.referral.domain import links as rules_of_links
from services.referral.domain import visits
from services.referral.domain.visits import Class, Verdict
from services.referral.repository import DATABASE, clicks, links
from services.referral.use_cases import attributing
from shared.mongo import Document, in_transaction

#: What belongs to no link is nobody's: it is forgotten after this time.
UNRESOLVED = timedelta(days=30)


class Seen(msgspec.Struct, array_like=True, frozen=True):
    """What the door saw of one request, as it lies in the spool. New fields are added at the end, with a default.

    Times are seconds since 1970. `visitor` and `address` were hashed for `community`. `source` holds the declared
    `utm_` values and the channel; `paid` names the flags of paid traffic.
    """

    id: str
    at: float
    code: str
    community: str | None
    method: str
    user_agent: str
    prefetch: bool
    cookie: bool
    visitor: str | None
    address: str | None
    referrer: str | None
    sent: float | None
    source: dict[str, str]
    paid: list[str]


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Seen).decode


@in_transaction(DATABASE)
def keep(seen: Sequence[Seen], now: datetime) -> None:
    """Keep clicks; one that is kept already changes nothing. Who was a person may turn out to be a repeat."""
    by_id = {each.id: each for each in seen}
    new = [by_id[name] for name in by_id.keys() - clicks.known(by_id)]
    found = links.resolve({each.code for each in new})
    documents = [_document(each, found.get(each.code), now) for each in sorted(new, key=lambda each: each.id)]
    for community, ours in _by_community(documents).items():
        if community is not None:
            clicks.take_turn(community)
        _judge(community, ours)
    clicks.keep(documents)


def _judge(community: str | None, ours: Sequence[Document]) -> None:
    near = clicks.near(community, ours) if community is not None else []
    stood = {each["_id"]: each["klass"] for each in near}
    found = visits.verdicts(clicks.visit(each) for each in (*near, *ours))
    for each in ours:
        each.update(clicks.judged(found[each["_id"]]))
    # What was judged before had not been told of these. It can only have become a repeat of one of them: whether it
    # is one no more cannot be seen here, where not all is known that came before it.
    later: dict[str, Verdict] = {
        name: verdict
        for name, verdict in found.items()
        if verdict.klass is Class.REPEAT and stood.get(name) == Class.PERSON
    }
    clicks.judge(later)
    if community is not None:
        # Robots too: a record of attribution names every candidate, and says why it is none.
        tell(community, [*ours, *(each for each in near if each["_id"] in later)])


def tell(community: str, some: Sequence[Document]) -> None:
    """Let attribution look again at whoever these clicks concern, inside the running transaction."""
    if some:
        visitors = {each["visitor"] for each in some if each.get("visitor")}
        attributing.note_clicks(community, [each["_id"] for each in some], visitors)


def _by_community(documents: Iterable[Document]) -> Mapping[str | None, list[Document]]:
    found: dict[str | None, list[Document]] = {}
    for each in documents:
        found.setdefault(each.get("community"), []).append(each)
    return found


def _document(seen: Seen, link: Document | None, now: datetime) -> Document:
    moment = _time(seen.at)
    document: Document = {
        "_id": seen.id,
        "code": seen.code,
        "moment": moment,
        "kept": now,
        "method": seen.method,
        "user_agent": seen.user_agent,
        "prefetch": seen.prefetch,
        "cookie": seen.cookie,
        "referrer": seen.referrer,
        "source": seen.source,
        "paid": seen.paid,
        **_belonging(link, seen, moment),
    }
    return {name: value for name, value in document.items() if value not in (None, False, {}, [])}


def _belonging(link: Document | None, seen: Seen, moment: datetime) -> Document:
    if link is None or link.get("erased"):
        return {"forget": moment + UNRESOLVED}
    return _of_a_link(link, seen, moment)


def _of_a_link(link: Document, seen: Seen, moment: datetime) -> Document:
    # Where the door did not know the link yet it hashed for nobody: such a hash matches none.
    mine = seen.community == link["community"]
    channel = seen.source.get("channel") or link["channel"]
    # Who makes a link for a mail makes it as the mail is sent, unless he says when that was.
    made = link["made"] if channel in visits.MAIL else None
    return {
        "community": link["community"],
        "link": link["_id"],
        "program": link["program"],
        "advocate": link["member"],
        "channel": channel,
        "sent": made if seen.sent is None else _time(seen.sent),
        "visitor": seen.visitor if mine else None,
        "address": seen.address if mine else None,
        "ended": not rules_of_links.counts(link.get("since"), link.get("until"), moment),
    }


def _time(seconds: float) -> datetime:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
