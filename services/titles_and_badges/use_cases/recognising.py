"""Deliveries become facts, tallies and awards: a batch of one partition is one transaction."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from services.titles_and_badges.domain import recognition
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.recognition import Bucket, Change
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.domain.tallies import Tally
from services.titles_and_badges.repository import DATABASE, communities, facts, holds
from services.titles_and_badges.repository.pages import Memory
from services.titles_and_badges.repository.tallies import Book, Outdated
from services.titles_and_badges.use_cases import counting, crediting
from services.titles_and_badges.use_cases.awarding import Ceremony, Concern, badges_named
from shared import mongo, outbox
from shared.events.activity import ActivityRecorded, Delivery
from shared.mongo import Document
from shared.outbox import Message

#: The members whom this process wrote last.
_memory = Memory()


def recognise(
    partition: int,
    deliveries: Sequence[Delivery],
    dead_letters: Mapping[str, Sequence[Message]],
    *,
    of_survivors: bool = False,
) -> int:
    """Apply a batch: facts, tallies, awards, announcements and dead letters, or nothing of it.

    Deliveries may be old, repeated, late and out of order; of two with one version the first one stands. Returns how
    many were news. Commits also when none is: the offset may move only after a majority has confirmed that all are
    known. `of_survivors`: what was said of somebody who was merged is his survivor's.
    """
    while True:
        books: list[Book] = []
        try:
            news = _recognise(partition, deliveries, dead_letters, books, of_survivors=of_survivors)
        except Outdated:
            continue  # what was remembered of these members is forgotten by now
        for book in books:
            _memory.keep(book.pages())
        return news


@mongo.in_transaction(DATABASE)
def _recognise(
    partition: int,
    deliveries: Sequence[Delivery],
    dead_letters: Mapping[str, Sequence[Message]],
    books: list[Book],
    *,
    of_survivors: bool,
) -> int:
    books.clear()  # the body may run again
    communities.pass_barrier(partition)
    if of_survivors:  # asked inside: behind a merge's barrier nobody writes to who was merged
        deliveries = _of_survivors(deliveries)
    for topic, messages in dead_letters.items():
        outbox.add(DATABASE, "", topic, messages)
    newest = _newest(deliveries)
    known = facts.load(newest)
    news = {
        key: delivery
        for key, delivery in newest.items()
        if key not in known or known[key]["version"] < delivery.version
    }
    for community in sorted({delivery.community for delivery in news.values()}):
        ours = {key: delivery for key, delivery in news.items() if delivery.community == community}
        books.append(_recognise_in(community, ours, known))
    return len(news)


def _recognise_in(community: str, news: Mapping[str, Delivery], known: Mapping[str, Document]) -> Book:
    stored = communities.load([community])
    rules = communities.rules(community, stored)
    changes = _changes(news, known)
    context = _context(stored.get(community, {}), changes)
    book = Book(changes, _memory)
    ceremony = Ceremony(community, rules)
    behind = [member for member in changes if book.revision(member) not in {None, rules.revision}]
    fresh = {member: each for member, each in changes.items() if member not in behind}
    slugs = _count(community, rules, context, book, ceremony, fresh)
    accounts = crediting.credit(community, stored, context, fresh, known)
    made = {
        facts.key(new.member, new.activity): new
        for each in changes.values()
        for change in each
        if (new := change.new)
    }
    _write_facts(community, news, made, known, slugs, accounts)
    at_once = counting.for_one_step(behind)
    counting.recount(community, facts.of_members(at_once), rules, stored.get(community, {}), book, ceremony)
    for member in behind[len(at_once) :]:
        # Too many facts for a batch. While anybody is behind the rules, there is a mark to count him anew.
        book.put(community, member, book.revision(member) or 0, {})
    book.write()
    ceremony.end()
    return book


def fact(delivery: ActivityRecorded) -> Fact:
    """What a delivery says, as a fact."""
    described = delivery.object
    parent = described.parent if described else None
    return Fact(
        member=delivery.member,
        activity=delivery.activity,
        version=delivery.version,
        roles=tuple(delivery.roles),
        type=delivery.type,
        published=delivery.published,
        sequence=delivery.sequence,
        actor=delivery.actor,
        value=delivery.value,
        object=described.id if described else None,
        object_type=described.type if described else None,
        object_author=described.author if described else None,
        object_published=described.published if described else None,
        object_tags=tuple(described.tags) if described else (),
        parent=parent.id if parent else None,
        parent_type=parent.type if parent else None,
        parent_author=parent.author if parent else None,
        parent_published=parent.published if parent else None,
    )


def _of_survivors(deliveries: Sequence[Delivery]) -> list[Delivery]:
    now = communities.survivors({each.member for each in deliveries})
    return [msgspec.structs.replace(each, member=now[each.member]) for each in deliveries]


def _newest(deliveries: Iterable[Delivery]) -> dict[str, Delivery]:
    newest: dict[str, Delivery] = {}
    for delivery in deliveries:
        key = facts.key(delivery.member, delivery.activity)
        if key not in newest or newest[key].version < delivery.version:
            newest[key] = delivery
    return newest


def _changes(news: Mapping[str, Delivery], known: Mapping[str, Document]) -> dict[str, list[Change]]:
    changes: dict[str, list[Change]] = {}
    for key, delivery in news.items():
        before = known.get(key)
        survived = before is not None and "retracted" not in before
        changes.setdefault(delivery.member, []).append(
            Change(
                old=facts.fact(before) if survived and before else None,
                counted_in=facts.counted_in(before) if survived and before else (),
                new=fact(delivery) if isinstance(delivery, ActivityRecorded) else None,
            )
        )
    return changes


def _context(community: Document, changes: Mapping[str, Sequence[Change]]) -> Context:
    involved = set(changes)
    for each in changes.values():
        for change in each:
            if change.new is not None:
                involved.update(change.new.involved())
    return Context(
        profiles=communities.standings(involved),
        zones=communities.zones(community),
        held=holds.held(community, changes),
    )


def _count(
    community: str,
    rules: Rules,
    context: Context,
    book: Book,
    ceremony: Ceremony,
    changes: Mapping[str, Sequence[Change]],
) -> dict[str, Sequence[Bucket]]:
    """Count changed facts. Returns the buckets in which each new fact is counted, by key."""
    plans = {member: recognition.plan(each, rules, context) for member, each in changes.items()}
    book.load_objects(
        (member, name) for member, plan in plans.items() for _, name in plan.touched if name is not None
    )
    before = {member: book.tallies(member, plan.touched) for member, plan in plans.items()}
    to_recount = {
        member: buckets
        for member, plan in plans.items()
        if (buckets := recognition.to_recount(plan, before[member]))
    }
    stored = facts.in_buckets(to_recount)
    concerns: dict[str, Concern] = {}
    for member, plan in plans.items():
        after = recognition.carry_out(plan, rules, context, before[member], stored.get(member, {}))
        book.put(community, member, rules.revision, after)
        moved = _moved(before[member], after)
        if moved:
            objects = frozenset(name for _, name in moved if name is not None)
            concerns[member] = Concern(badges_named(rules, (slug for slug, _ in moved)), objects)
    ceremony.settle(concerns, book)
    return {
        facts.key(member, name): buckets
        for member, plan in plans.items()
        for name, buckets in plan.buckets.items()
    }


def _moved(before: Mapping[Bucket, Tally], after: Mapping[Bucket, Tally]) -> list[Bucket]:
    """Awards change only where a threshold was reached, lost, or reached at another moment, or will be by time."""
    return [bucket for bucket, tally in after.items() if _differs(before.get(bucket), tally)]


def _differs(before: Tally | None, after: Tally) -> bool:
    if before is None:
        return bool(after.ahead) or any(after.reached)
    return after.reached != before.reached or after.ahead != before.ahead


def _write_facts(
    community: str,
    news: Mapping[str, Delivery],
    made: Mapping[str, Fact],
    known: Mapping[str, Document],
    counted: Mapping[str, Sequence[Bucket]],
    accounts: crediting.Names,
) -> None:
    writes = []
    for key, delivery in news.items():
        if key in made:
            names = [*facts.bucket_names(counted.get(key, ())), *accounts.get(key, ())]
            document = facts.document(community, made[key], names)
        else:
            document = facts.tombstone(community, delivery.member, delivery.activity, delivery.version)
        writes.append(facts.put(document, exists=key in known))
    facts.write(writes)
