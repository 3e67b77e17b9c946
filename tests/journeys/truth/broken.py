"""Rules left out or turned round, one at a time, on the real store: histories that do not notice prove nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from services.activity.use_cases import delivering, fan_out
from services.titles_and_badges import jobs
from services.titles_and_badges.domain import recognition
from services.titles_and_badges.domain import tallies as rules_of_tallies
from services.titles_and_badges.domain.boards import accounts as rules_of_accounts
from services.titles_and_badges.domain.boards.ranking import Tree
from services.titles_and_badges.domain.recognition import Change
from services.titles_and_badges.repository import awards, facts, tallies
from services.titles_and_badges.repository.boards import standings
from services.titles_and_badges.use_cases import crediting, projecting, recognising, recounting
from shared import mongo
from tests.fixtures import BADGES
from tests.journeys.broken import Broken, Patch
from tests.journeys.truth.living import Life


def late_facts_are_counted_as_if_in_order(patch: Patch) -> None:
    """Streaks, distinct days, dates of awards."""
    patch.setattr(rules_of_tallies, "comes_in_order", lambda *_: True)


def caps_are_counted_in_order_of_arrival(patch: Patch) -> None:
    """Late deeds are added to an account that is full already."""
    patch.setattr(rules_of_accounts, "comes_in_order", lambda *_: True)


def a_retraction_leaves_its_credit(patch: Patch) -> None:
    """Also an edit, which moves a deed to another account."""
    patch.setattr(crediting, "_counted_in", lambda _: [])


def a_retraction_leaves_its_tally(patch: Patch) -> None:
    """A new version is added, the old one stays counted."""
    right = recognition.plan

    def plan(changes: Iterable[Change], *known: Any) -> Any:
        return right([replace(change, old=None) for change in changes], *known)

    patch.setattr(recognition, "plan", plan)


def an_older_version_replaces_a_newer_one(patch: Patch) -> None:
    """What comes last counts."""
    right = facts.load
    patch.setattr(
        facts, "load", lambda keys: {key: {**each, "version": 0} for key, each in right(keys).items()}
    )


def tombstones_are_dropped(patch: Patch) -> None:
    """What was taken back before it came, comes."""
    right = recognising.recognise

    def recognise(*batch: Any, **how: Any) -> int:
        news = right(*batch, **how)
        mongo.collection(BADGES, "facts").delete_many({"retracted": {"$exists": True}})
        return news

    patch.setattr(recognising, "recognise", recognise)


def the_offset_moves_before_the_commit(patch: Patch) -> None:
    """What a consumer had that died is not read again."""
    patch.setattr(Life, "_waiting", lambda *_: [])


def a_memory_is_not_guarded(patch: Patch) -> None:
    """A consumer writes what it remembers, whatever another one wrote since."""

    def write(collection: Any, writes: Any) -> None:
        if writes:
            collection.bulk_write(writes, ordered=False)

    patch.setattr(tallies, "_write", write)


def whoever_comes_last_gets_what_only_some_can_hold(patch: Patch) -> None:
    """Who was earlier waits."""
    right = awards.candidates

    def candidates(*badge: Any) -> Any:
        *which, most = badge
        every, _ = right(*which, 10_000)
        return every[-most:], [each for each in every[:-most] if each["state"] == awards.HELD]

    patch.setattr(awards, "candidates", candidates)


def a_redefinition_does_not_back_fill(patch: Patch) -> None:
    """What was done before it is as it was."""
    patch.setitem(jobs.STEPS, recounting.ALL, lambda _: None)


def a_changed_profile_changes_nothing(patch: Patch) -> None:
    """A voter who is found to be a bot later still counts."""
    patch.setitem(jobs.STEPS, recounting.MEMBERS, lambda _: None)


def recounts_leave_facts_in_their_old_buckets(patch: Patch) -> None:
    """The next retraction looks for them where they are not."""
    patch.setattr(facts, "rebucket", lambda _: [])


def a_merge_is_not_followed(patch: Patch) -> None:
    """What the loser did stays his."""
    patch.setitem(fan_out.STEPS, delivering.MEMBER, lambda _: None)


def who_has_nothing_left_keeps_his_row(patch: Patch) -> None:
    """So a merge leaves the loser's standing."""
    right = standings.keep

    def keep(changed: Any, known: Any) -> None:
        right({row: each for row, each in changed.items() if each is not None}, known)

    patch.setattr(standings, "keep", keep)


def the_projector_does_not_take_off_the_old_score(patch: Patch) -> None:
    """It adds what an account shows now."""
    right = projecting._stand  # noqa: SLF001 (what is broken here)

    def stand(changes: Any) -> None:
        right({row: {key: (None, now) for key, (_, now) in each.items()} for row, each in changes.items()})

    patch.setattr(projecting, "_stand", stand)


def counts_of_old_scores_stay(patch: Patch) -> None:
    """A node of the tree is not brought down."""
    right = Tree.add
    patch.setattr(Tree, "add", lambda tree, score, count: right(tree, score, max(count, 0)))


ALL: Mapping[str, Broken] = {
    breaks.__name__: Broken(breaks, seed)
    for breaks, seed in (
        (late_facts_are_counted_as_if_in_order, 0),
        (caps_are_counted_in_order_of_arrival, 0),
        (a_retraction_leaves_its_credit, 0),
        (a_retraction_leaves_its_tally, 8),
        (an_older_version_replaces_a_newer_one, 0),
        (tombstones_are_dropped, 8),
        (the_offset_moves_before_the_commit, 14),
        (a_memory_is_not_guarded, 8),
        (a_redefinition_does_not_back_fill, 5),
        (a_changed_profile_changes_nothing, 1),
        (recounts_leave_facts_in_their_old_buckets, 1),
        (a_merge_is_not_followed, 31),
        (whoever_comes_last_gets_what_only_some_can_hold, 1),
        (who_has_nothing_left_keeps_his_row, 4),
        (the_projector_does_not_take_off_the_old_score, 0),
        (counts_of_old_scores_stay, 1),
    )
}
