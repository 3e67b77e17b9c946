"""The demo's story: the same each time, plausible, and with all the trouble that a real community makes."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.demo import rhythm
from deploy.demo.cast import PARTS
from deploy.demo.history import OPENING, SEED, YEAR, History, history
from services.activity.schemas.activities import ACTIVITY
from services.activity.schemas.members import MEMBER_ITEM

UNTIL = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
START = UNTIL - YEAR

Json = dict[str, Any]


@pytest.fixture(scope="module")
def story() -> History:
    return history(SEED, UNTIL)


def named(actor: str | Json | None, story: History) -> str | None:
    if isinstance(actor, dict):
        return next(member for member, network, account in story.identities if account == actor["id"])
    return actor


def published(activity: Json) -> datetime:
    return datetime.fromisoformat(activity["published"])


def of_type(story: History, activity_type: str, object_type: str | None = None) -> Iterator[Json]:
    for activity in story.activities:
        if activity["type"] == activity_type and object_type in {None, activity["object"].get("type")}:
            yield activity


def test_the_same_seed_and_moment_tell_the_same_story(story: History) -> None:
    assert history(SEED, UNTIL) == story


def test_another_seed_tells_another_story(story: History) -> None:
    assert history(SEED + 1, UNTIL).activities != story.activities


def test_it_is_large_enough_to_look_at_and_small_enough_to_load(story: History) -> None:
    assert 280 <= len(story.members) <= 320
    assert 15_000 <= len(story.activities) <= 25_000


def test_the_api_takes_all_of_it(story: History) -> None:
    for member in story.members:
        MEMBER_ITEM.load(member)
    for activity in story.activities:
        ACTIVITY.load(activity)


def test_all_times_are_aware_and_within_the_year(story: History) -> None:
    for activity in story.activities:
        for written in filter(None, (activity["published"], activity.get("updated"))):
            assert START <= datetime.fromisoformat(written) < UNTIL


def test_one_id_is_one_activity_but_for_edits(story: History) -> None:
    firsts = [activity["id"] for activity in story.activities if "updated" not in activity]
    assert len(firsts) == len(set(firsts))
    edits = [activity for activity in story.activities if "updated" in activity]
    assert edits
    assert {edit["id"] for edit in edits} <= set(firsts)
    assert all(datetime.fromisoformat(edit["updated"]) > published(edit) for edit in edits)


def test_everybody_who_acts_is_known(story: History) -> None:
    known = {member["id"] for member in story.members} | {story.erased}
    assert {named(activity["actor"], story) for activity in story.activities} <= known | {None}


def test_what_is_answered_or_voted_on_exists_and_is_older(story: History) -> None:
    created = {one["object"]["id"]: published(one) for one in of_type(story, "Create")}
    for activity in story.activities:
        thing, parent = activity["object"]["id"], activity["object"].get("inReplyTo")
        if activity["type"] in {"Like", "Dislike", "Accept", "Join"}:
            assert created[thing] <= published(activity)
        if parent is not None and not parent.startswith("product/"):
            assert created[parent] < published(activity)


def test_only_the_asker_accepts(story: History) -> None:
    authors = {one["object"]["id"]: one["actor"] for one in of_type(story, "Create")}
    parents = {one["object"]["id"]: one["object"].get("inReplyTo") for one in of_type(story, "Create")}
    accepted = list(of_type(story, "Accept"))
    assert accepted
    assert all(one["actor"] == authors[parents[one["object"]["id"]]] for one in accepted)


def test_nobody_likes_what_is_their_own_or_likes_it_twice(story: History) -> None:
    authors = {one["object"]["id"]: one["actor"] for one in of_type(story, "Create")}
    votes = [
        (named(one["actor"], story), one["object"]["id"])
        for kind in ("Like", "Dislike")
        for one in of_type(story, kind)
        if one["actor"] is not None
    ]
    assert max(Counter(votes).values()) == 1
    assert all(voter != authors[thing] for voter, thing in votes)


def test_bots_write_spam_and_like_each_other(story: History) -> None:
    bots = {member["id"] for member in story.members if member["role"] == "bot"}
    assert len(bots) == PARTS["spambot"].many + PARTS["greeter"].many
    authors = {one["object"]["id"]: one["actor"] for one in of_type(story, "Create")}
    likes = [one for one in of_type(story, "Like") if authors[one["object"]["id"]] in bots]
    assert sum(named(one["actor"], story) in bots for one in likes) > 50


def test_two_members_vote_each_other_down(story: History) -> None:
    authors = {one["object"]["id"]: one["actor"] for one in of_type(story, "Create")}
    feuds = Counter(
        (one["actor"], authors[one["object"]["id"]]) for one in of_type(story, "Dislike") if one["actor"]
    )
    (one, other), times = feuds.most_common(1)[0]
    assert times > 20
    assert feuds[other, one] > 20


def test_some_votes_arrive_before_what_they_are_about_and_some_things_weeks_late(story: History) -> None:
    seen: set[str] = set()
    latest = START
    early = late = 0
    for activity in story.activities:
        early += activity["type"] == "Like" and activity["object"]["id"] not in seen
        late += latest - published(activity) > timedelta(days=7)
        latest = max(latest, published(activity))
        seen.add(activity["object"]["id"] if activity["type"] == "Create" else "")
    assert early > 100
    assert late > 100


def test_things_are_taken_back_deleted_merged_and_forgotten(story: History) -> None:
    ids = {activity["id"] for activity in story.activities}
    members = {member["id"] for member in story.members}
    assert story.retractions
    assert set(story.retractions) <= ids
    undone = {undo["object"]["id"] for undo in of_type(story, "Undo")}
    assert undone
    assert undone <= ids
    assert story.merges
    assert {member for merge in story.merges for member in merge} <= members
    assert story.erased not in members
    assert any(activity["actor"] == story.erased for activity in story.activities)
    assert sum(member.get("opted_out", False) for member in story.members) == 1
    assert {one.member for one in story.grants} <= members


def test_what_is_undone_was_sometimes_undone_before_it_came(story: History) -> None:
    places = {activity["id"]: place for place, activity in enumerate(story.activities)}
    assert any(places[undo["id"]] < places[undo["object"]["id"]] for undo in of_type(story, "Undo"))


def test_the_story_begins_with_its_opening(story: History) -> None:
    opening = next(activity for activity in story.activities if activity["id"] == OPENING)
    assert published(opening) == START
    assert story.activities.index(opening) < 1_000


def test_evenings_are_livelier_than_nights_and_winter_than_august(story: History) -> None:
    local = [published(one).astimezone(rhythm.ZONE) for one in of_type(story, "Create", "Question")]
    hours, months = Counter(one.hour for one in local), Counter(one.month for one in local)
    assert hours[20] + hours[21] > 5 * (hours[3] + hours[4])
    assert months[10] > 1.4 * months[8]
