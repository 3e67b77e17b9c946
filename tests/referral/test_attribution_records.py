"""Attribution as it is kept and explained: from clicks, codes, coupons and tokens that really came."""

from datetime import timedelta

import pytest

from services.referral.use_cases import attributing, merging
from shared import clock, mongo
from tests.fixtures import REFERRAL
from tests.referral.records import record, stored, work_off
from tests.referral.town import DAY, HOUR, NOW, SECOND, Town, text


@pytest.mark.parametrize(("beyond", "expected"), [(-SECOND, "ann"), (timedelta(), "ann"), (SECOND, None)])
def test_a_click_one_second_inside_or_outside_the_window(
    town: Town, beyond: timedelta, expected: str | None
) -> None:
    town.advocate("ann")
    town.buy("o1", click=town.click("ann", NOW - 30 * DAY - beyond))
    assert town.advocate_of("o1") == expected
    if beyond == SECOND:
        (candidate,) = record(town)["candidates"]
        assert candidate["reason"] == "outside-window"
        assert candidate["arithmetic"] == "clicked 30 d 0 h 0 min 1 s before; window 30 d"


def test_all_clicks_of_the_visitor_are_candidates(town: Town) -> None:
    town.advocate("ann")
    town.advocate("dan")
    town.click("ann", NOW - 3 * DAY, visitor="v1")
    town.click("dan", NOW - HOUR, visitor="v1", klass="robot")
    last = town.click("dan", NOW - DAY, visitor="v1")
    town.buy("o1", click=last)
    assert town.advocate_of("o1") == "dan"
    assert sorted(each["reason"] for each in record(town)["candidates"]) == [
        "later-won",
        "not-a-person",
        "won",
    ]


def test_a_coupon_beats_the_tracked_link(town: Town) -> None:
    town.advocate("ann")
    town.advocate("dan")
    town.ask("PUT", "/v1/coupons/ANN10", {"program": "spring", "advocate": "ann"})
    town.buy("o1", click=town.click("dan", NOW - HOUR), coupon=" ann10 ")
    assert town.reasons("o1") == {"ann": "won", "dan": "weaker-door"}


def test_a_coupon_of_a_public_site_is_a_channel(town: Town) -> None:
    town.ask("PUT", "/v1/coupons/DEAL", {"channel": "deals.example"})
    town.buy("o1", coupon="deal")
    found = record(town)
    assert (found["advocate"], found["channel"], found["candidates"][0]["reason"]) == (
        None,
        "deals.example",
        "channel",
    )


def test_a_coupon_that_is_told_of_later_counts_for_who_used_it(town: Town) -> None:
    town.advocate("ann")
    town.buy("o1", coupon="ANN10")
    assert town.reasons("o1") == {"ANN10": "not-found"}
    said = town.ask("PUT", "/v1/coupons/Ann10", {"program": "spring", "advocate": "ann"})
    assert (said.status_code, said.json["advocate"]) == (200, "ann")
    work_off()
    assert town.advocate_of("o1") == "ann"
    assert [each["coupon"] for each in town.ask("GET", "/v1/coupons").json["items"]] == ["Ann10"]


def test_a_coupon_that_changes_hands_counts_for_everybody_who_used_it_however_many(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributing, "_FRIENDS_A_STEP", 2)
    town.advocate("ann")
    for number in range(3):
        town.join(f"guest {number}", coupon="ANN10")
        town.buy(f"o{number}", f"buyer {number}", coupon="ANN10")
    town.ask("PUT", "/v1/coupons/Ann10", {"program": "spring", "advocate": "ann"})
    work_off()
    assert [each.get("advocate") for each in stored(town)] == [town.member("ann")] * 6


@pytest.mark.parametrize("said", [{"channel": "deals.example"}, {"program": "spring", "advocate": "ann"}])
def test_a_coupon_that_is_shown_can_be_sent_back_and_changed(town: Town, said: dict[str, str]) -> None:
    town.ask("PUT", "/v1/coupons/Ann%2010", said)
    shown = town.ask("GET", "/v1/coupons/ann%2010").json
    assert town.ask("PUT", "/v1/coupons/Ann%2010", shown).json == shown
    until = text(NOW + DAY)
    changed = town.ask("PUT", "/v1/coupons/Ann%2010", {**shown, "until": until})
    assert changed.json == {**shown, "until": until}
    elsewhere = town.ask("PUT", "/v1/coupons/other", shown)
    assert (elsewhere.status_code, elsewhere.json["errors"][0]["pointer"]) == (422, "/coupon")


def test_a_code_that_is_shown_as_a_coupon_counts_too(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", coupon=code.upper())
    assert (town.advocate_of("o1"), record(town)["rule"]) == ("ann", "coupon")


@pytest.mark.parametrize("kind", ["click", "code"])
def test_after_a_lost_cookie_the_code_survives_by_token(town: Town, kind: str) -> None:
    code = town.advocate("ann")
    town.buy("o1", token=code if kind == "code" else town.click("ann", NOW - DAY))
    assert (town.advocate_of("o1"), record(town)["rule"]) == ("ann", "token")


def test_a_click_after_checkout_began_does_not_win(town: Town) -> None:
    town.advocate("ann")
    town.advocate("dan")
    town.click("ann", NOW - DAY, visitor="v1")
    hijack = town.click("dan", NOW - timedelta(minutes=1), visitor="v1")
    town.buy("o1", click=hijack, checkout_began_at=text(NOW - timedelta(minutes=10)))
    assert town.reasons("o1") == {"ann": "won", "dan": "after-checkout-began"}


@pytest.mark.parametrize("door", ["code", "coupon", "token", "click"])
def test_ones_own_code_is_refused_through_any_door(town: Town, door: str) -> None:
    code = town.advocate("ann")
    town.buy("o1", "ann", **{door: town.click("ann", NOW - DAY) if door == "click" else code})
    assert town.reasons("o1") == {"ann": "recipient-is-the-advocate"}


def test_a_second_address_of_the_advocate_is_flagged(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("her own", "ann", email="ann.b@gmail.com")
    town.buy("o1", "bob", code=code, email="annb+shop@googlemail.com")
    assert record(town)["flags"] == ["same-email"]


def test_an_address_that_the_advocate_gives_later_is_found_at_his_friends(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", "bob", code=code, email="annb+shop@googlemail.com")
    assert record(town).get("flags", []) == []
    town.buy("her own", "ann", email="ann.b@gmail.com")
    work_off()
    assert record(town)["flags"] == ["same-email"]
    assert [each["state"] for each in town.ask("GET", "/v1/rewards").json["items"]] == ["in-review"]


def test_a_friend_from_the_office_of_an_earlier_friend_is_flagged_and_not_refused(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", "bob", at=NOW - DAY, code=code, email="bob@office.example")
    town.buy("o2", "eve", code=code, email="eve@office.example")
    assert (record(town, "o1")["flags"], record(town, "o2")["flags"]) == ([], ["domain-of-earlier-friend"])
    assert town.advocate_of("o2") == "ann"


def test_paid_traffic_is_flagged(town: Town) -> None:
    town.advocate("ann")
    town.buy("o1", click=town.click("ann", NOW - DAY, paid=["gclid"]))
    assert record(town)["flags"] == ["paid-traffic"]


def test_two_who_turn_out_to_be_one_did_not_recommend_to_each_other(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", "bob", code=code)
    assert town.advocate_of("o1") == "ann"
    people = mongo.collection(REFERRAL, "people")
    people.update_one({"_id": town.member("bob")}, {"$set": {"merged_into": town.member("ann")}})
    merging.look(
        {"community": town.community, "gone": town.member("bob"), "into": town.member("ann"), "done": 1}
    )
    assert town.reasons("o1") == {"ann": "recipient-is-the-advocate"}


def test_an_existing_advocate_cannot_be_referred_later(town: Town) -> None:
    town.advocate("bob")
    hijack = town.advocate("dan")
    town.join("bob", code=hijack)
    town.buy("o1", "bob", code=hijack)
    assert town.reasons("o1") == {"dan": "existing-advocate"}


def test_an_ancestor_is_not_referred_by_a_descendant(town: Town) -> None:
    """A ← B ← C ← A is refused: whoever brought anybody was an advocate before."""
    a = town.advocate("a", since=NOW - 9 * DAY)
    town.join("b", at=NOW - 8 * DAY, code=a)
    b = town.advocate("b", since=NOW - 7 * DAY)
    town.join("c", at=NOW - 6 * DAY, code=b)
    c = town.advocate("c", since=NOW - 5 * DAY)
    town.buy("o1", "a", code=c)
    assert town.reasons("o1") == {"c": "existing-advocate"}


def test_sticky_keeps_the_advocate_of_the_join(town: Town) -> None:
    town.program("loyal", model="sticky")
    ann, dan = town.advocate("ann", "loyal"), town.advocate("dan", "loyal")
    town.join("bob", at=NOW - 300 * DAY, code=ann)
    town.buy("o1", coupon=dan)
    assert town.reasons("o1") == {"ann": "won", "dan": "already-referred"}


def test_a_paused_advocate_wins_nothing_from_then_on(town: Town) -> None:
    code = town.advocate("ann")
    said = town.ask("PATCH", "/v1/advocates/ann", {"program": "spring", "state": "paused"})
    assert said.status_code == 200, said.text
    town.buy("before", at=NOW - DAY, code=code)
    town.buy("after", "eve", at=clock.now() + HOUR, code=code)
    assert (town.advocate_of("before"), town.advocate_of("after")) == ("ann", None)
    assert town.reasons("after") == {"ann": "advocate-not-active"}


def test_a_program_that_has_not_begun_or_has_ended_brings_nothing(town: Town) -> None:
    ends, starts = text(NOW - 2 * DAY), text(NOW - DAY)
    town.program("old", ends=ends)
    town.program("new", starts=starts)
    old, new = town.advocate("ann", "old"), town.advocate("ann", "new")
    town.buy("o1", "bob", code=old)
    town.buy("o2", "eve", code=new, at=NOW - DAY - SECOND)
    assert town.reasons("o1") == {"ann": "program-not-running"}
    assert town.reasons("o2") == {"ann": "not-started"}
