"""Attribution as it is kept and explained: from clicks, codes, coupons and tokens that really came."""

from datetime import timedelta
from typing import Any

import pytest

from services.referral import jobs
from services.referral.domain import codes
from services.referral.repository import friends
from services.referral.use_cases import attributing, clicking, merging
from services.referral.use_cases.attributing import settle_alone
from shared import mongo, work
from tests.fixtures import REFERRAL
from tests.referral.town import DAY, HOUR, NOW, SECOND, Town, text

BROWSER = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36"
)


def record(town: Town, order: str = "o1", **asked: str) -> Any:
    identifier = town.order(order)["attribution"]
    said = town.ask("GET", f"/v1/attributions/{identifier}", query_string=asked)
    assert said.status_code == 200, said.text
    return said.json


def stored(town: Town) -> list[Any]:
    found = mongo.collection(REFERRAL, "attributions").find({"community": town.community})
    return sorted(found, key=lambda each: each["_id"])


def late(town: Town) -> str:
    """The id of a click that has not come yet."""
    return f"late {town.community}"


def work_off() -> None:
    while work.do_next(REFERRAL, jobs.STEPS):
        pass


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
    town.buy("after", "eve", at=NOW + HOUR, code=code)
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


def test_a_click_that_comes_late_is_found_by_its_name(town: Town) -> None:
    town.advocate("ann")
    town.buy("o1", click=late(town))
    assert (town.advocate_of("o1"), record(town)["state"]) == (None, "provisional")
    town.click("ann", NOW - DAY, _id=late(town), kept=NOW + HOUR)
    with_mark(town, clicks=[late(town)])
    assert town.advocate_of("o1") == "ann"


def test_a_click_that_comes_after_the_grace_changes_nothing(town: Town) -> None:
    town.advocate("ann")
    town.buy("o1", at=NOW - DAY, click=late(town))
    town.click("ann", NOW - 2 * DAY, _id=late(town), kept=NOW + 3 * DAY)
    with_mark(town, clicks=[late(town)])
    assert town.reasons("o1") == {"ann": "too-late"}


def with_mark(town: Town, clicks: list[str]) -> None:
    """What keeps clicks does in its transaction."""
    concerned = friends.concerned(town.community, clicks, [])
    assert concerned == [town.member("bob")]
    mongo.transact(REFERRAL, lambda: attributing.mark(town.community, concerned))
    work_off()


def test_who_waits_for_a_click_in_vain_is_looked_at_once_more(town: Town) -> None:
    town.advocate("ann")
    town.buy("o1", click=late(town))
    town.click("ann", NOW - DAY, _id=late(town), kept=NOW + HOUR)
    while attributing.look_again(NOW + 2 * DAY):
        pass
    work_off()
    assert town.advocate_of("o1") == "ann"


def test_what_is_frozen_never_changes(town: Town) -> None:
    town.advocate("ann")
    dan = town.advocate("dan")
    town.buy("o1", click=town.click("ann", NOW - DAY, visitor="v1"))
    mongo.transact(REFERRAL, lambda: attributing.freeze(town.community, [record(town)["id"]]))
    before = stored(town)
    town.click("dan", NOW - HOUR, visitor="v1")
    town.join("bob", at=NOW - 2 * DAY, code=dan)
    settle_alone(town.community, town.member("bob"), NOW)
    assert [each for each in stored(town) if each["kind"] == "order"] == before
    assert record(town)["state"] == "frozen"


def test_deciding_anew_gives_the_same_record(town: Town) -> None:
    ann, dan = town.advocate("ann"), town.advocate("dan")
    town.join("bob", at=NOW - 40 * DAY, code=ann)
    for number in range(3):
        clicked = town.click("dan", NOW - number * DAY - HOUR, visitor="v1")
        town.buy(f"o{number}", at=NOW - number * DAY, click=clicked, coupon=dan if number else ann)
    before = stored(town)
    settle_alone(town.community, town.member("bob"), NOW + 9 * DAY)
    assert stored(town) == before


def test_the_terms_of_the_time_decide(town: Town) -> None:
    town.advocate("ann")
    later = text(NOW + HOUR)
    town.program(window="1d", effective=later)
    click = town.click("ann", NOW - 20 * DAY)
    town.buy("o1", click=click)
    town.buy("o2", "eve", at=NOW + 2 * HOUR, click=click)
    assert (town.advocate_of("o1"), town.advocate_of("o2")) == ("ann", None)
    assert record(town)["version"] == 1


def test_it_is_explained_to_advocate_rep_and_auditor(town: Town) -> None:
    town.advocate("ann")
    dan = town.advocate("dan")
    town.click("ann", NOW - 3 * DAY, visitor="v1")
    town.buy("o1", click=town.click("ann", NOW - DAY, visitor="v1"), code=dan, email="bob@office.example")
    rep, auditor = record(town, audience="rep"), record(town)
    assert "dan brought him, since a code that is named beats clicks" in rep["text"]
    assert "(clicked 3 d 0 h 0 min 0 s before; window 30 d.)" in rep["text"]
    assert rep["friend"] == "bob"
    assert town.member("dan") in auditor["text"]
    assert "decided by version 1 of its program; rule code" in auditor["text"]


def test_an_advocate_sees_neither_the_friend_nor_other_advocates(town: Town) -> None:
    town.advocate("ann")
    dan = town.advocate("dan")
    town.join("bob", at=NOW - 9 * DAY)
    town.buy("secret order", click=town.click("ann", NOW - DAY), code=dan)
    for member, said in (("dan", "is yours"), ("ann", "is not yours")):
        found = record(town, "secret order", audience="advocate", member=member)
        assert said in found["text"]
        shown = repr(found)
        other = {"ann": "dan", "dan": "ann"}[member]
        for hidden in ("bob", "secret", f"'{other}'", dan if member == "ann" else "of ann"):
            assert hidden not in shown
    assert "Until " in record(town, "secret order", audience="advocate")["text"]


def test_a_server_is_told_what_an_advocate_may_know(town: Town) -> None:
    town.buy("o1", code=town.advocate("ann"))
    identifier = town.order("o1")["attribution"]
    town.ask.kind = "server"
    assert town.ask("GET", f"/v1/attributions/{identifier}").json["friend"] is None
    assert town.ask("GET", "/v1/attributions").json["items"][0]["friend"] is None


def test_a_click_that_is_drained_later_attributes_who_waits_for_it(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", click=late(town))
    seen = clicking.Seen(
        id=late(town),
        at=(NOW - HOUR).timestamp(),
        code=codes.fold(code),
        community=town.community,
        method="GET",
        user_agent=BROWSER,
        prefetch=False,
        cookie=True,
        visitor="v1",
        address="a1",
        referrer=None,
        sent=None,
        source={},
        paid=[],
    )
    clicking.keep([seen], NOW + HOUR)
    work_off()
    assert (town.advocate_of("o1"), record(town)["rule"]) == ("ann", "last-click")
