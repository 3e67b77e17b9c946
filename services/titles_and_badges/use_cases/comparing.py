"""Whether what is derived is what the facts say: everybody counted from scratch, beside what is stored of him."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.titles_and_badges.domain import awards as rules_of_awards
from services.titles_and_badges.domain import chains, recognition
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.boards.accounts import EMPTY
from services.titles_and_badges.domain.recognition import Bucket
from services.titles_and_badges.domain.tallies import Tally
from services.titles_and_badges.repository import DATABASE, awards, communities, facts, tallies
from services.titles_and_badges.repository.boards import accounts, definitions
from services.titles_and_badges.repository.tallies import Book
from services.titles_and_badges.use_cases import counting, crediting, recounting
from shared import clock, mongo, work
from shared.mongo import Document

#: What is derived of one member, by kind and name, without what says when or how often it was written.
Derived = dict[tuple[str, str], Any]


class Drift(NamedTuple):
    """Something derived that is not what the facts say; None is what is not there."""

    member: str
    kind: str
    name: str
    stored: Any
    expected: Any


class Step(NamedTuple):
    """What was found with some members; those `behind` are left out, until they are counted under changed rules."""

    drift: Sequence[Drift]
    members: int
    facts: int
    behind: int
    last: str | None


def compare(community: str) -> Iterator[Step]:
    """Compare everybody of a community, in order of their ids, some at a time, each time in one snapshot.

    Consumers may go on meanwhile. While anything `waits`, some members may still be counted as things were.
    """
    step = _step(community, "")
    yield step
    while step.last is not None:
        step = _step(community, step.last)
        yield step


def waits(community: str) -> bool:
    """Whether members of a community are still to be counted anew, since rules, zones or profiles changed."""
    return work.newest(DATABASE, community, list(recounting.STEPS)) is not None


@mongo.in_transaction(DATABASE)
def _step(community: str, after: str) -> Step:
    surviving, last = counting.following(community, after)
    found = communities.load([community])
    rules = communities.rules(community, found)
    book = Book(surviving)
    book.load_all_objects(surviving)
    current = {
        member: documents
        for member, documents in surviving.items()
        if book.revision(member) in {None, rules.revision} and not book.is_due(member)
    }
    stored, expected = _stored(current, book, rules), _expected(community, current, rules, found)
    drift = [
        Drift(member, *key, stored[member].get(key), expected[member].get(key))
        for member in current
        for key in sorted(stored[member].keys() | expected[member].keys())
        if stored[member].get(key) != expected[member].get(key)
    ]
    read = sum(len(each) for each in surviving.values())
    return Step(drift, len(surviving), read, len(surviving) - len(current), last)


def _stored(surviving: Mapping[str, Sequence[Document]], book: Book, rules: Rules) -> dict[str, Derived]:
    found: dict[str, Derived] = {}
    limited = _limited(rules)
    for member, documents in surviving.items():
        counted_in = {("fact", each["activity"]): sorted(each.get("buckets", ())) for each in documents}
        found[member] = counted_in | _named(book.stored(member))
    for name, award in awards.of_members(surviving).items():
        if award["state"] != awards.WITHDRAWN:
            # Who of those that earned it holds a badge with a maximum is compared by `comparing_holders`.
            waits = award["state"] == awards.WAITING and award["badge"] in limited
            state = awards.HELD if waits else award["state"]
            found[award["member"]]["award", name] = {**award, "version": 0, "state": state}
    for key, credit in accounts.of_members(surviving).items():
        if credit != EMPTY:
            found[key.member]["credits", f"{key.board} {key.month}"] = credit
    return found


def _expected(
    community: str, surviving: Mapping[str, Sequence[Document]], rules: Rules, stored: Mapping[str, Document]
) -> dict[str, Derived]:
    deeds = {member: [facts.fact(each) for each in found] for member, found in surviving.items()}
    context = counting.context(stored.get(community, {}), deeds)
    decisions = awards.decisions(communities.aliases(deeds), rules.badges)
    earned, names = crediting.from_scratch(definitions.rules(community, stored), context, deeds)
    waiting = _waiting(deeds, rules)
    found: dict[str, Derived] = {}
    for member, each in deeds.items():
        of_fact, counted = recognition.from_scratch(each, rules, context)
        found[member] = _named(counted)
        for name, buckets in of_fact.items():
            boards = names.get(facts.key(member, name), ())
            found[member]["fact", name] = sorted([*facts.bucket_names(buckets), *boards])
        for document in _awards(community, member, rules, counted, decisions, waiting):
            found[member]["award", document["_id"]] = document
    for key, credit in earned.items():
        found[key.member]["credits", f"{key.board} {key.month}"] = credit
    return found


def _limited(rules: Rules) -> set[str]:
    """The badges with a maximum of holders."""
    return {slug for slug, badge in rules.badges.items() if badge.most_holders is not None}


def _waiting(members: Iterable[str], rules: Rules) -> set[str]:
    """The awards that were earned and not given, because others were earlier."""
    limited = _limited(rules)
    if not limited:
        return set()
    stored = awards.of_members(members, limited).values()
    return {each["_id"] for each in stored if each["state"] == awards.WAITING}


def _awards(
    community: str,
    member: str,
    rules: Rules,
    counted: Mapping[Bucket, Tally],
    decisions: Mapping[tuple[str, str], Sequence[rules_of_awards.Decision]],
    waiting: set[str],
) -> Iterator[Document]:
    of_badge: dict[str, dict[str | None, Tally]] = {}
    for (slug, name), tally in counted.items():
        of_badge.setdefault(slug, {})[name] = tally
    now = clock.now()
    held: dict[str, list[rules_of_awards.Award]] = {}
    linked = chains.in_order(rules.badges)
    for badge in (*(each for each in rules.badges.values() if not chains.links(each)), *linked):
        derived = rules_of_awards.derived(badge, of_badge.get(badge.slug, {}), now)
        chained = chains.earned(badge, held) if chains.links(badge) else None
        earned = {rules_of_awards.key(chained): chained} if chained else derived
        decided = rules_of_awards.decided(badge, earned, decisions.get((member, badge.slug), ()))
        documents = [
            awards.document(community, member, award, badge_version=badge.version, version=0)
            for award in decided.values()
        ]
        # What waits for the allocator fulfils no chain.
        held[badge.slug] = [awards.award(each) for each in documents if each["_id"] not in waiting]
        yield from documents


def _named(counted: Mapping[Bucket, Tally]) -> Derived:
    return {
        ("tally", slug if name is None else f"{slug} of {name}"): tallies.written(tally)
        for (slug, name), tally in counted.items()
    }
