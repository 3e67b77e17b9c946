"""What is held for a friend who turns out to be another one: the audit derives it of whom he became."""

import pytest

from services.activity.use_cases import fan_out
from services.referral import jobs
from services.referral.queries import auditing
from services.referral.use_cases import attributing, deriving
from shared import clock, work
from tests.couriers import Courier
from tests.fixtures import ACTIVITY, Door
from tests.referral.town import DAY, HOUR, NOW, Town


def test_what_is_held_for_a_merged_friend_is_derived_of_whom_he_became(
    town: Town, activity: Door, courier: Courier
) -> None:
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "bob", "bobby")])
    courier.carry()
    code = town.advocate("ann")
    for number in range(8):  # so many in an hour are held for a person to look at
        assert town.buy(f"o{number} {town.community}", "bob", at=clock.now(), code=code).status_code == 201
    held = {each["state"] for each in town.ask("GET", "/v1/members/ann/rewards").json["items"]}
    assert "in-review" in held
    activity("POST", "/v1/members/bob/merge", {"into": "bobby"})
    courier.carry()
    assert auditing.audit(town.community).findings == ()
    assert list(deriving.compare(town.community, clock.now())) == []


def test_who_became_one_with_his_own_advocate_gets_no_share_of_himself(
    town: Town, activity: Door, courier: Courier
) -> None:
    """Ann brought Dee, and is Dee. What Dee's friend buys comes before anybody has looked at her tree again."""
    share = {"name": "share", "to": "upstream", "rate": "50%", "base": "reward", "months": None}
    sale = {"name": "sale", "to": "advocate", "rate": "10%", "months": None}
    town.program("autumn", hold="0d", grace="0d", rewards=[sale, share])
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "dee", "gil")])
    town.join("dee", at=NOW - 3 * DAY, code=town.advocate("ann", "autumn"))
    code = town.advocate("dee", "autumn", since=NOW - 2 * DAY)
    assert town.buy(f"before {town.community}", "gil", at=NOW - DAY, code=code).status_code == 201
    rules = [each["rule"] for each in town.ask("GET", "/v1/rewards").json["items"]]
    assert sorted(rules) == ["sale", "share"]
    activity("POST", "/v1/members/ann/merge", {"into": "dee"})
    while work.do_next(ACTIVITY, fan_out.STEPS):
        pass
    courier.follow()
    assert town.buy(f"after {town.community}", "gil", at=NOW - HOUR).status_code == 201
    courier.carry()
    found = town.ask("GET", "/v1/rewards").json["items"]
    assert [each["rule"] for each in found if each["order"].startswith("after")] == ["sale"]
    assert auditing.audit(town.community).findings == ()
    assert list(deriving.compare(town.community, clock.now())) == []


def test_by_whom_a_friend_came_is_known_at_once_by_who_that_is_now(
    town: Town, activity: Door, courier: Courier
) -> None:
    """Ann became Dee. Of an order by her code we learn last, though it was first: what came after it is hers too."""
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "dee", "gil")])
    code = town.advocate("ann")
    activity("POST", "/v1/members/ann/merge", {"into": "dee"})
    courier.carry()
    town.buy("later", "gil", at=NOW - HOUR)
    town.buy("first", "gil", at=NOW - DAY, code=code)
    assert [town.advocate_of(each) for each in ("first", "later")] == ["dee", "dee"]


def test_what_was_released_to_who_recommended_to_himself_is_put_before_a_person(
    town: Town, activity: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was released is not taken back by itself; somebody has to know that there is something to decide."""
    town.program("autumn", hold="0d", grace="0d")
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "ann2")])
    code = town.advocate("ann", "autumn")
    assert town.buy(f"o1 {town.community}", "ann2", at=NOW - DAY, code=code).status_code == 201
    monkeypatch.setattr(clock, "now", lambda: NOW + 9 * DAY)  # no click may come late any more
    jobs.look_at_the_clock()
    courier.carry()
    assert [each["state"] for each in town.ask("GET", "/v1/rewards").json["items"]] == ["released"]
    assert town.ask("GET", "/v1/reviews").json["items"] == []
    activity("POST", "/v1/members/ann2/merge", {"into": "ann"})
    courier.carry()
    [found] = town.ask("GET", "/v1/reviews?state=open").json["items"]
    assert [each["code"] for each in found["flags"]] == ["self-referral"]
    decision = {"decision": "refuse", "reason": "It was herself."}
    assert town.ask("POST", f"/v1/reviews/{found['id']}/decision", decision).status_code == 200
    assert [each["state"] for each in town.ask("GET", "/v1/rewards").json["items"]] == ["reversed"]
    assert auditing.audit(town.community).findings == ()


def test_who_came_by_one_of_those_below_him_is_decided_anew_once_that_is_known(
    town: Town, activity: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ann brought Bob, he Cy, and he Fay, who is Ann. Bob is Dee, and what follows of that is done last."""
    town.program("autumn", hold="0d", grace="0d")
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "bob", "cy", "dee", "fay")])
    town.join("bob", NOW - 9 * DAY, code=town.advocate("ann", "autumn", NOW - 30 * DAY))
    town.buy("of cy", "cy", NOW - 7 * DAY, code=town.advocate("bob", "autumn", NOW - 8 * DAY))
    town.buy("of fay", "fay", NOW - 5 * DAY, code=town.advocate("cy", "autumn", NOW - 6 * DAY))
    monkeypatch.setattr(clock, "now", lambda: NOW + 9 * DAY)  # what Fay bought is released, and stays Cy's
    jobs.look_at_the_clock()
    courier.carry()
    town.buy("of ann", "ann", NOW - DAY)
    for gone, into in (("bob", "dee"), ("fay", "ann")):
        activity("POST", f"/v1/members/{gone}/merge", {"into": into})
        while work.do_next(ACTIVITY, fan_out.STEPS):
            pass
    courier.carry()
    assert town.advocate_of("of fay") == "cy"
    assert town.reasons("of ann") == {"cy": "circle"}


def test_an_order_says_of_an_earlier_join_who_brought_him_though_he_is_the_same_by_now(
    town: Town, activity: Door, courier: Courier
) -> None:
    """Bob joined by Ann's code, and is Ann: what he bought named nobody, and was hers by that join alone."""
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "bob")])
    town.join("bob", NOW - 3 * DAY, code=town.advocate("ann"))
    town.buy("o1", "bob", NOW - 2 * DAY)
    town.buy("o2", "bob", NOW - DAY)
    assert town.reasons("o1") == {"ann": "won"}
    activity("POST", "/v1/members/bob/merge", {"into": "ann"})
    courier.carry()
    assert [town.advocate_of(each) for each in ("o1", "o2")] == [None, None]
    assert [town.reasons(each) for each in ("o1", "o2")] == [{"ann": "recipient-is-the-advocate"}] * 2


def test_what_was_taken_from_one_account_and_given_to_the_other_is_not_given_back_to_the_one(
    town: Town, activity: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob's reward was reversed as Ann turned out to have brought Cy, and hers released. Bob is Ann."""
    town.program("autumn", model="sticky", hold="0d", grace="0d")
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "bob", "cy")])
    town.buy("o1", "cy", NOW - DAY, code=town.advocate("bob", "autumn"))
    town.join("cy", NOW - 2 * DAY, code=town.advocate("ann", "autumn"))
    monkeypatch.setattr(clock, "now", lambda: NOW + 9 * DAY)
    jobs.look_at_the_clock()
    courier.carry()
    activity("POST", "/v1/members/bob/merge", {"into": "ann"})
    courier.carry()
    items = town.ask("GET", "/v1/rewards").json["items"]
    assert sorted((each["member"], each["state"], each["net_minor"]) for each in items) == [
        ("ann", "released", 50),
        ("bob", "reversed", 0),
    ]


def test_what_was_frozen_meanwhile_changes_nothing_of_whom_a_later_order_names(
    town: Town, activity: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cy names herself beside Ann, who brought her. What she bought is released, and all of her is decided again."""
    town.program("autumn", model="sticky", hold="0d", grace="0d")
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "cy")])
    town.join("cy", NOW - 3 * DAY, code=town.advocate("ann", "autumn"))
    town.buy("o1", "cy", NOW - 2 * DAY, code=town.advocate("cy", "autumn", NOW - DAY))
    town.buy("o2", "cy", NOW - DAY)
    before = town.reasons("o2")
    monkeypatch.setattr(clock, "now", lambda: NOW + 9 * DAY)
    jobs.look_at_the_clock()
    courier.carry()
    attributing.settle_alone(town.community, town.member("cy"), clock.now())
    assert town.reasons("o2") == before == {"ann": "won"}
