"""Rules left out or turned round, one at a time: the machine that does not notice proves nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from services.activity.domain import deliveries, history, objects
from services.activity.domain.deliveries import Dispatch, Sent
from services.activity.domain.history import Arrival, Stored
from services.titles_and_badges.domain import recognition, standing, tallies
from services.titles_and_badges.domain.criteria import givers
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.recognition import Change
from shared import identity
from shared.events.activity import Delivery
from tests.journeys.broken import Broken, Patch
from tests.journeys.histories.activity_side import ActivitySide, Kept
from tests.journeys.histories.badges_side import BadgesSide


def versions_do_not_rise_on_retraction(patch: Patch) -> None:
    """The retraction goes out at the version of what it retracts."""
    right = deliveries.dispatch

    def dispatch(sent: Sent, *, alive: bool, **known: Any) -> Dispatch | None:
        made = right(sent, alive=alive, **known)
        if made is None or alive:
            return made
        return made._replace(sent=made.sent._replace(version=max(1, sent.version)))

    patch.setattr(deliveries, "dispatch", dispatch)


def who_left_is_forgotten(patch: Patch) -> None:
    """Rule 7: whoever is concerned no longer keeps his fact."""
    right = deliveries.dispatch
    patch.setattr(deliveries, "dispatch", lambda sent, **known: right(sent._replace(to=(), left=()), **known))


def who_left_once_is_told_once(patch: Patch) -> None:
    """Whoever left gets no further versions: harmless, were it not that he may be known at an older one."""
    right = deliveries.dispatch
    patch.setattr(deliveries, "dispatch", lambda sent, **known: right(sent._replace(left=()), **known))


def nothing_is_checked_after_the_commit(patch: Patch) -> None:
    """Rule 1."""
    patch.setattr(ActivitySide, "_mark", lambda *_: None)


def a_merge_is_not_followed(patch: Patch) -> None:
    """Rule 13."""
    patch.setattr(ActivitySide, "_follow", lambda *_: None)


def children_are_not_reached(patch: Patch) -> None:
    """Rule 9: the question after its answer."""
    patch.setattr(ActivitySide, "_children", lambda *_: set())


def the_last_claim_counts(patch: Patch) -> None:
    """Rule 8: an object is what was said last."""
    patch.setattr(objects, "best", lambda claims: {claim.object: claim for claim in claims})


def a_mention_weighs_as_much_as_the_act(patch: Patch) -> None:
    """Rule 8 without the authority of who creates."""
    right = objects.authority
    patch.setattr(objects, "authority", lambda _type, **said: right("Like", **said))


def authors_are_followed_one_merge_far(patch: Patch) -> None:
    """Rule 11: an alias of an alias stays one."""
    one_step = SimpleNamespace(resolve=lambda member, aliases: aliases.get(member, member))
    patch.setattr(objects, "identity", one_step)


def erased_members_are_one_stranger(patch: Patch) -> None:
    """Rule 14: a shared nobody. An erased asker equals an erased accepter."""
    patch.setattr(identity, "pseudonym", lambda *_: "pnobody")


def retraction_can_be_undone(patch: Patch) -> None:
    """Rule 10: what comes after its retraction is new."""
    right = ActivitySide.rewrite

    def rewrite(side: ActivitySide, kept: Kept, deed: Any) -> None:
        kept.retracted = False
        right(side, kept, deed)

    patch.setattr(ActivitySide, "rewrite", rewrite)


def equal_contents_are_told_apart_by_nothing(patch: Patch) -> None:
    """A later stamp on the same content is not kept."""
    right = history.arrival

    def arrival(stored: Stored | None, *, digest: bytes, updated: datetime | None) -> Arrival:
        if stored is not None and stored.digest is not None and digest in {stored.digest, *stored.past}:
            return Arrival.DUPLICATE
        return right(stored, digest=digest, updated=updated)

    patch.setattr(history, "arrival", arrival)


def versions_are_ignored(patch: Patch) -> None:
    """What comes last counts."""
    patch.setattr(BadgesSide, "is_news", lambda *_: True)


def tombstones_are_dropped(patch: Patch) -> None:
    """Rule 15."""
    right = BadgesSide.recognise

    def recognise(side: BadgesSide, batch: Sequence[Delivery]) -> None:
        right(side, batch)
        for key in [key for key, kept in side.facts.items() if kept.fact is None]:
            del side.facts[key]

    patch.setattr(BadgesSide, "recognise", recognise)


def sequences_are_compared_where_both_exist(patch: Patch) -> None:
    """Rule 16: three activities come before one another in a circle."""

    class Partial(tuple[datetime, int, str]):
        __slots__ = ()

        def __lt__(self, other: Any) -> bool:
            if -1 in {self[1], other[1]}:
                return (self[0], self[2]) < (other[0], other[2])
            return tuple(self) < tuple(other)

        def __gt__(self, other: Any) -> bool:
            return bool(other < self)

    patch.setattr(
        Fact,
        "order",
        property(lambda f: Partial((f.published, -1 if f.sequence is None else f.sequence, f.activity))),
    )


def arrival_is_the_order(patch: Patch) -> None:
    """What comes late is added as if it came in order."""
    patch.setattr(tallies, "comes_in_order", lambda *_: True)


def what_was_replaced_is_not_taken_away(patch: Patch) -> None:
    """A new version is added, the old one stays counted."""
    right = recognition.plan

    def plan(changes: Iterable[Change], *known: Any) -> Any:
        return right([replace(change, old=None) for change in changes], *known)

    patch.setattr(recognition, "plan", plan)


def recounts_ask_for_the_current_buckets(patch: Patch) -> None:
    """Rule 17: not for those that the fact was stored with."""
    right = BadgesSide.change

    def change(side: BadgesSide, delivery: Delivery) -> Change:
        made = right(side, delivery)
        if made.old is None:
            return made
        context = side.context(side.profiles)
        return replace(made, counted_in=recognition.buckets(made.old, side.rules, context))

    patch.setattr(BadgesSide, "change", change)


def changed_profiles_are_not_recounted(patch: Patch) -> None:
    """Rule 18b: a voter who is found to be a bot later still counts."""
    patch.setattr(BadgesSide, "recount_involved", lambda side, changed: side.marks.remove(changed))


def bots_count_for_others(patch: Patch) -> None:
    """Only a bot's own awards are kept from it."""
    right = standing.may_count
    patch.setattr(standing, "may_count", lambda fact, known: right(replace(fact, actor=None), known))


def one_giver_gives_without_end(patch: Patch) -> None:
    """A ring of two earns what a crowd does."""
    right = givers.Givers.add
    patch.setattr(
        givers.Givers,
        "add",
        lambda self, state, fact, *rest: right(self, {**state, "givers": {}}, fact, *rest),
    )


def own_votes_count(patch: Patch) -> None:
    """One may thank oneself."""
    patch.setattr(givers, "is_own_vote", lambda *_: False)


ALL: Mapping[str, Broken] = {
    breaks.__name__: Broken(breaks, seed)
    for breaks, seed in (
        (versions_do_not_rise_on_retraction, 0),
        (who_left_is_forgotten, 0),
        (who_left_once_is_told_once, 0),
        (nothing_is_checked_after_the_commit, 0),
        (a_merge_is_not_followed, 0),
        (children_are_not_reached, 1),
        (the_last_claim_counts, 0),
        (a_mention_weighs_as_much_as_the_act, 1),
        (authors_are_followed_one_merge_far, 0),
        (erased_members_are_one_stranger, 2),
        (retraction_can_be_undone, 2),
        (equal_contents_are_told_apart_by_nothing, 3),
        (versions_are_ignored, 0),
        (tombstones_are_dropped, 0),
        (sequences_are_compared_where_both_exist, 1),
        (arrival_is_the_order, 0),
        (what_was_replaced_is_not_taken_away, 0),
        (recounts_ask_for_the_current_buckets, 0),
        (changed_profiles_are_not_recounted, 0),
        (bots_count_for_others, 1),
        (one_giver_gives_without_end, 0),
        (own_votes_count, 0),
    )
}
