"""Recognition makes advocates and lends standing: of real awards, whatever comes first, and once."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.referral import jobs
from services.referral.domain.programs import Standing
from services.referral.repository import people, programs, rewards, standings
from services.referral.use_cases import recognition
from shared import clock, mongo, work
from shared.events.titles_and_badges import BadgeAwarded, BadgeRevoked, TitleAwarded, TitleCorrected
from tests.fixtures import REFERRAL, Courier, Door
from tests.referral.owing import HOLD, Shop, terms
from tests.referral.town import Town
from tests.strangers import POSTER, PROGRAM

T0 = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
STARS = {
    **PROGRAM,
    "effective": "2026-01-01T00:00:00Z",
    "enrolment": {"badges": ["poster"], "titles": ["helper"]},
}
POST = {
    "id": "post/1",
    "type": "Create",
    "actor": "ann",
    "object": "post/1",
    "published": "2026-03-01T00:00:00Z",
}


def advocates(referral: Door) -> list[tuple[str, str, str, Any]]:
    """Who is an advocate: member, state, since when, why."""
    rows = referral("GET", "/v1/advocates").json["items"]
    return [(each["member"], each["state"], each["since"][:10], each["why"]) for each in rows]


def member(referral: Door, name: str = "ann") -> str:
    """A member whose profile has come, by his id."""
    key = referral.settings.need_member_key()
    return people.ids(key, referral.community, [name])[name]


def awarded(
    community: str, whose: str, version: int = 1, day: int = 0, badge: str = "poster"
) -> BadgeAwarded:
    return BadgeAwarded(
        community=community,
        award=f"{community}:{badge}:{whose}",
        version=version,
        member=whose,
        badge=badge,
        badge_version=1,
        level=None,
        object=None,
        awarded_at=T0 + day * DAY,
        decided_by=None,
    )


def revoked(community: str, whose: str, version: int, day: int) -> BadgeRevoked:
    return BadgeRevoked(
        community=community,
        award=f"{community}:poster:{whose}",
        version=version,
        member=whose,
        badge="poster",
        level=None,
        object=None,
        revoked_at=T0 + day * DAY,
    )


def take(*events: Any) -> None:
    """Take events, and do what follows from them."""
    recognition.take(events, {})
    while work.do_next(REFERRAL, jobs.STEPS):
        pass


def test_a_badge_makes_an_advocate_with_a_link(
    activity: Door, badges: Door, referral: Door, courier: Courier
) -> None:
    referral("PUT", "/v1/programs/friends", STARS)
    badges("PUT", "/v1/badges/poster", POSTER)
    activity("POST", "/v1/activities", POST)
    courier.carry()
    assert advocates(referral) == [("ann", "enrolled", "2026-03-01", {"badge": "poster"})]
    assert len(referral("GET", "/v1/advocates/ann/links").json["items"]) == 1


def test_whoever_held_it_before_the_program_is_enrolled_by_its_definition(
    activity: Door, badges: Door, referral: Door, courier: Courier
) -> None:
    badges("PUT", "/v1/badges/poster", POSTER)
    activity("POST", "/v1/activities", POST)
    courier.carry()
    assert advocates(referral) == []
    referral("PUT", "/v1/programs/friends", {**STARS, "effective": "2026-04-01T00:00:00Z"})
    courier.carry()
    assert advocates(referral) == [("ann", "enrolled", "2026-04-01", {"badge": "poster"})]


def test_a_version_that_begins_later_asks_once_when_it_begins(referral: Door, community: str) -> None:
    referral("PUT", "/v1/programs/friends", {**STARS, "enrolment": {}})
    referral("PUT", "/v1/programs/friends", {**STARS, "effective": "2990-01-01T00:00:00Z"})
    begins = datetime(2990, 1, 1, tzinfo=UTC)
    assert (community, "friends") not in programs.due(begins - DAY)
    assert (community, "friends") in programs.due(begins)
    before = work.pending(REFERRAL, community, recognition.HOLDERS)
    recognition.begin_due(begins)
    recognition.begin_due(begins)
    assert work.pending(REFERRAL, community, recognition.HOLDERS) == before + 1


def test_the_order_of_arrival_shows_nowhere(community: str, referral: Door) -> None:
    referral("PUT", "/v1/programs/friends", STARS)
    for number, order in enumerate(itertools.permutations(range(3))):
        whose = f"m{number}"
        said = [
            awarded(community, whose, 1, day=1),
            revoked(community, whose, 2, day=5),
            awarded(community, whose, 3, day=2),
        ]
        for index in order:
            take(said[index])
            take(said[index])
        assert standings.of(community, whose, T0 + DAY).badges == frozenset()
        assert standings.of(community, whose, T0 + 2 * DAY).badges == {"poster"}
        assert standings.of(community, whose, T0 + 9 * DAY).badges == {"poster"}
    assert len(advocates(referral)) == number + 1


def test_a_title_enrols_and_a_correction_ends_its_standing(community: str, referral: Door) -> None:
    referral("PUT", "/v1/programs/friends", STARS)
    told: dict[str, Any] = {
        "community": community,
        "title": "helper",
        "period": "2026-01",
        "revision": 1,
        "member": "m1",
        "score": 1,
        "scale": 1,
    }
    take(TitleAwarded(**told, version=1, title_version=1, place=1, awarded_at=T0))
    take(TitleCorrected(**told, version=2, held=True, place=2, corrected_at=T0 + 2 * DAY))
    assert standings.of(community, "m1", T0 + 3 * DAY).titles == {"helper"}
    take(TitleCorrected(**told, version=3, held=False, place=None, corrected_at=T0 + 4 * DAY))
    assert standings.of(community, "m1", T0 + 3 * DAY).titles == {"helper"}
    assert standings.of(community, "m1", T0 + 4 * DAY).titles == frozenset()
    assert [(state, why) for _, state, _, why in advocates(referral)] == [("enrolled", {"title": "helper"})]


def test_whoever_was_closed_by_a_person_is_not_enrolled_by_an_award(referral: Door, community: str) -> None:
    referral("PUT", "/v1/programs/friends", STARS)
    referral("POST", "/v1/advocates", {"program": "friends", "member": "ann"})
    referral("PATCH", "/v1/advocates/ann", {"program": "friends", "state": "closed"})
    take(awarded(community, member(referral)))
    assert [state for _, state, _, _ in advocates(referral)] == ["closed"]


def test_an_earlier_award_that_comes_late_moves_the_beginning(referral: Door, community: str) -> None:
    referral("PUT", "/v1/programs/friends", STARS)
    take(awarded(community, "m1", day=9))
    take(awarded(community, "m1", version=2, day=3))
    take(awarded(community, "m1", version=3, day=20))
    assert [since for _, _, since, _ in advocates(referral)] == ["2026-01-04"]


def test_what_a_merged_member_holds_is_the_survivors(
    activity: Door, referral: Door, courier: Courier, community: str
) -> None:
    referral("PUT", "/v1/programs/friends", STARS)
    activity("POST", "/v1/members", [{"id": "ann"}, {"id": "annie"}])
    ann, annie = member(referral), member(referral, "annie")
    take(awarded(community, annie))
    activity("POST", "/v1/members/annie/merge", {"into": "ann"})
    courier.carry()
    assert standings.of(community, ann, T0).badges == {"poster"}
    assert [name for name, *_ in advocates(referral)] == ["ann"]


def test_good_standing_shortens_the_hold_and_losing_it_takes_that_back(
    community: str, courier: Courier
) -> None:
    shop = Shop(community, now=clock.now())
    shop.promises(terms(standing=Standing(badges=frozenset({"poster"}), hold=DAY)))
    shop.knows("ann", "bob")
    shop.sells()
    assert held(shop) == HOLD
    check_that_it_moves_the_hold(shop, courier, "ann")


@pytest.mark.parametrize("flags", [[], ["same-ip"]])
def test_an_award_of_who_became_somebody_else_is_his_standing(
    community: str, courier: Courier, flags: list[str]
) -> None:
    """Of what is held, and of what a person has to look at first."""
    shop = Shop(community, now=clock.now())
    shop.promises(terms(standing=Standing(badges=frozenset({"poster"}), hold=DAY)))
    shop.knows("ann", "bob", "old")
    shop.sells(flags=flags)
    mongo.collection(REFERRAL, "people").update_one(
        {"_id": shop.id("old")}, {"$set": {"merged_into": shop.id("ann")}}
    )
    check_that_it_moves_the_hold(shop, courier, "old")


def check_that_it_moves_the_hold(shop: Shop, courier: Courier, whose: str) -> None:
    """An award of somebody shortens the hold of the only reward, and its end takes that back."""
    take(awarded(shop.community, shop.id(whose)))
    courier.carry()
    assert held(shop) == DAY
    take(revoked(shop.community, shop.id(whose), version=2, day=1))
    courier.carry()
    assert held(shop) == HOLD


def held(shop: Shop) -> timedelta:
    """For how long the only reward waits."""
    (reward,) = rewards.latest(shop.community, before=None, limit=2)
    span: timedelta = reward["held_until"] - reward["at"]
    return span


def test_what_was_refused_by_a_beginning_that_moves_back_is_decided_anew(
    referral: Door, community: str
) -> None:
    town = Town(referral)
    town.program(enrolment={"badges": ["poster"]})
    ann = town.member("ann")
    mongo.transact(REFERRAL, lambda: people.ensure(community, {ann: "ann"}))
    take(awarded(community, ann, day=40))
    (link,) = town.ask("GET", "/v1/advocates/ann/links").json["items"]
    assert town.buy("early", at=T0 + 20 * DAY, code=link["code"]).status_code == 201
    assert town.advocate_of("early") is None
    take(awarded(community, ann, version=2, day=10))
    assert town.advocate_of("early") == "ann"


def test_many_awards_and_requests_at_once_make_one_advocate_with_one_link(
    referral: Door, community: str
) -> None:
    referral("PUT", "/v1/programs/friends", STARS)
    ann = member(referral)
    recognition.take([awarded(community, ann)], {})

    def one(number: int) -> int:
        if number % 2:
            work.do_next(REFERRAL, jobs.STEPS)
            return 200
        answer = referral("POST", "/v1/advocates", {"program": "friends", "member": "ann"})
        return int(answer.status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(16))) <= {200, 201}
    assert len(referral("GET", "/v1/advocates").json["items"]) == 1
    assert len(referral("GET", "/v1/advocates/ann/links").json["items"]) == 1
