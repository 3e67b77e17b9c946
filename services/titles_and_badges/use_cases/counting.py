"""Counting members from scratch: from all their facts, with the same result as if they had always been counted so."""

from collections.abc import Iterable, Mapping, Sequence

from services.titles_and_badges.domain import recognition
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.recognition import Bucket
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.repository import DATABASE, awards, communities, facts, holds, tallies
from services.titles_and_badges.repository.tallies import Book
from services.titles_and_badges.use_cases import crediting
from services.titles_and_badges.use_cases.awarding import Ceremony, Concern
from shared import mongo
from shared.mongo import Document

#: What a transaction reads lies in memory, and it must end in time: a few members with very many facts are enough.
FACTS_A_STEP = 50_000
#: Of many members with few facts: the fewer, the seldomer a batch collides with them.
FACTS_A_CHUNK = 5_000


@mongo.in_transaction(DATABASE)
def recount_members(community: str, members: Sequence[str]) -> None:
    """Count members from scratch under the current rules and profiles, with the same result as if always counted so."""
    stored = communities.load([community])
    rules = communities.rules(community, stored)
    book = Book(members)
    ceremony = Ceremony(community, rules)
    recount(community, facts.of_members(members), rules, stored.get(community, {}), book, ceremony)
    book.write()
    ceremony.end()


@mongo.in_transaction(DATABASE)
def rebuild_members(community: str, after: str) -> str | None:
    """Build anew what is derived for the next members behind `after`. Returns the last one; None: there are no more.

    Only what differs from the facts is written. Batches may run meanwhile: those of the same members collide with it.
    """
    surviving, last = following(community, after)
    stored = communities.load([community])
    rules = communities.rules(community, stored)
    book = Book(surviving)
    ceremony = Ceremony(community, rules)
    recount(community, surviving, rules, stored.get(community, {}), book, ceremony)
    book.write()
    ceremony.end()
    return last


def following(community: str, after: str) -> tuple[dict[str, list[Document]], str | None]:
    """The surviving facts of the next members behind `after`, as stored, and the last of them, None at the end.

    There are also those who have no facts, and yet something derived.
    """
    surviving = facts.following_members(community, after, FACTS_A_CHUNK)
    last = max(surviving, default=None)
    for room in (tallies, awards):
        for member in room.members_between(community, after, last):
            surviving.setdefault(member, [])
    return surviving, last


def context(stored: Document, deeds: Mapping[str, Iterable[Fact]]) -> Context:
    """What the rules know besides members' facts; `stored` is our copy of the community."""
    involved = {*deeds, *(name for each in deeds.values() for deed in each for name in deed.involved())}
    return Context(
        profiles=communities.standings(involved),
        zones=communities.zones(stored),
        held=holds.held(stored, deeds),
    )


def for_one_step(members: Sequence[str]) -> Sequence[str]:
    """As many of these members, from the first on, as one transaction can count from scratch; at least one."""
    left = FACTS_A_STEP
    if not members or facts.count_up_to(members, left + 1) <= left:
        return members
    for index, member in enumerate(members):
        left -= facts.count_up_to([member], FACTS_A_STEP)
        if left < 0:
            return members[: max(1, index)]
    return members


def recount(
    community: str,
    surviving: Mapping[str, Sequence[Document]],
    rules: Rules,
    stored: Document,
    book: Book,
    ceremony: Ceremony,
) -> None:
    """Count members from scratch, inside the running transaction.

    `surviving` are all their surviving facts, as stored; `stored` is our copy of the community.
    """
    members = list(surviving)
    if not members:
        return
    read = {member: [facts.fact(document) for document in found] for member, found in surviving.items()}
    known = context(stored, read)
    book.load_all_objects(members)
    accounts = crediting.recount(community, {community: stored}, known, read)
    moved: dict[str, Sequence[str]] = {}
    for member in members:
        of_fact, counted = recognition.from_scratch(read[member], rules, known)
        moved |= _counted_elsewhere(surviving[member], of_fact, accounts)
        book.replace(community, member, rules.revision, counted)
    facts.write(facts.rebucket(moved))
    everything = Concern(list(rules.badges.values()), others_go=True)
    ceremony.settle(dict.fromkeys(members, everything), book)


def _counted_elsewhere(
    documents: Iterable[Document], of_fact: Mapping[str, Sequence[Bucket]], accounts: crediting.Names
) -> dict[str, Sequence[str]]:
    names = {
        document["_id"]: [
            *facts.bucket_names(of_fact[document["activity"]]),
            *accounts.get(document["_id"], ()),
        ]
        for document in documents
    }
    return {
        document["_id"]: names[document["_id"]]
        for document in documents
        if names[document["_id"]] != list(document.get("buckets", ()))
    }
