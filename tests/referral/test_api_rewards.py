"""Where is my reward? State, reason and date for members; reviews for managers; the ledger for auditors."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.referral import jobs
from services.referral.queries import auditing
from services.referral.repository import DATABASE, cases
from services.referral.repository.dossiers import Dossier
from services.referral.use_cases import following, releasing, rewarding
from shared import clock, work
from shared.events.activity import Erased
from tests.fixtures import Door
from tests.referral.owing import HOLD, Shop, terms
from tests.referral.town import Town

PAY = {"decision": "pay", "reason": "They share an office."}
REFUSE = {"decision": "refuse", "reason": "It is himself."}
UNDO = {"decision": "undo", "reason": "Too quick."}


@pytest.fixture
def shop(community: str) -> Shop:
    found = Shop(community, now=clock.now())
    found.knows("ann", "bob", "eve")
    found.promises(terms())
    return found


def mine(referral: Door, member: str = "ann", **options: Any) -> list[dict[str, Any]]:
    """A member's rewards."""
    found: list[dict[str, Any]] = referral("GET", f"/v1/members/{member}/rewards", **options).json["items"]
    return found


def review(referral: Door, **query: str) -> dict[str, Any]:
    """The only review."""
    [found] = referral("GET", "/v1/reviews", query_string=query).json["items"]
    return dict(found)


def decide(referral: Door, decision: dict[str, str], status: int = 200) -> dict[str, Any]:
    """Decide on the only review."""
    said = referral("POST", f"/v1/reviews/{review(referral)['id']}/decision", decision)
    assert said.status_code == status, said.json
    return dict(said.json)


def test_where_is_my_reward_says_state_reason_and_date(referral: Door, shop: Shop) -> None:
    shop.sells()
    [held] = mine(referral)
    until = clock.text(shop.now + HOLD)
    assert (held["state"], held["reason"], held["date"], held["order"]) == ("held", "hold", until, "o1")
    assert (held["member"], held["friend"], held["net_minor"]) == ("ann", "bob", 15)
    assert until in held["detail"]
    shop.refunds(100)
    assert (mine(referral)[0]["amount_minor"], mine(referral)[0]["net_minor"]) == (15, 12)
    shop.passes(HOLD)
    shop.follow()
    [released] = mine(referral)
    assert (released["state"], released["date"]) == ("released", clock.text(shop.now))
    shop.refunds(400, "f2")
    assert [(each["state"], each["reason"]) for each in mine(referral)] == [("reversed", "refund")]


def test_a_milestone_that_a_refund_took_back_says_so(referral: Door, town: Town) -> None:
    first = {
        "name": "first",
        "to": "advocate",
        "on": "milestone",
        "friends": 1,
        "amount_minor": 900,
        "currency": "EUR",
    }
    town.program("stones", rewards=[first])
    town.buy("o1", code=town.advocate("eve", "stones"))
    town.refund("o1", "r1", 500)
    [stone] = mine(referral, "eve")
    assert (stone["state"], stone["detail"]) == (
        "reversed",
        "Fewer friends count by now than it asks for, as after a refund.",
    )


@pytest.mark.parametrize("what", ["rewards", "balances"])
def test_of_a_stranger_it_is_said_that_he_is_not_known(referral: Door, what: str) -> None:
    said = referral("GET", f"/v1/members/nobody/{what}")
    assert (said.status_code, said.json["detail"]) == (
        404,
        "There is no member 'nobody' in this community.",
    )


def test_what_is_payable_below_zero_is_seen(referral: Door, shop: Shop) -> None:
    shop.sells()
    assert referral("GET", "/v1/members/ann/balances").json["items"] == [
        {"currency": "EUR", "held_minor": 15, "payable_minor": 0, "paying_minor": 0, "paid_minor": 0}
    ]


def test_rewards_are_listed_by_state_and_member_page_by_page(referral: Door, shop: Shop) -> None:
    for number in range(3):
        shop.sells(f"o{number}", at=shop.now - HOLD * number)
    path, seen = "/v1/rewards?state=held&member=ann&limit=1", []
    while path:
        page = referral("GET", path).json
        seen += [each["order"] for each in page["items"]]
        path = page["next"] and f"/v1/rewards?state=held&member=ann&limit=1&cursor={page['next']}"
    assert seen == ["o0"]
    assert [each["order"] for each in mine(referral)] == ["o0", "o1", "o2"]
    assert referral("GET", "/v1/rewards?member=bob").json["items"] == []
    for query, wrong in (("state=lost", "state"), ("state=paid", "state"), ("statee=held", "statee")):
        refused = referral("GET", f"/v1/rewards?{query}")
        assert (refused.status_code, [each["pointer"] for each in refused.json["errors"]]) == (422, [wrong])


def test_the_states_to_ask_for_are_documented(referral: Door) -> None:
    asked = referral.client.get("/openapi.json").json["paths"]["/v1/rewards"]["get"]["parameters"]
    (state,) = [each for each in asked if each["name"] == "state"]
    assert state["schema"]["enum"] == ["held", "in-review", "released", "reversed", "refused"]


def test_a_page_shows_rewards_to_their_own_member_alone(referral: Door, shop: Shop) -> None:
    shop.sells()
    origin = "https://shop.example"
    for subject, status in (("member:ann", 200), ("member:bob", 404), (None, 404)):
        token = referral.token("publishable", origins=[origin], subject=subject)
        headers = {"Authorization": f"Bearer {token}", "Origin": origin}
        for path in ("rewards", "balances"):
            assert referral("GET", f"/v1/members/ann/{path}", headers=headers).status_code == status


def test_a_members_own_page_learns_of_nobody_else_neither_friend_nor_order_nor_advocate(
    referral: Door,
) -> None:
    """The shop's own server and people at the desk see them, as before."""
    town = Town(referral)
    welcome = {"name": "welcome", "to": "friend", "amount_minor": 100, "currency": "EUR"}
    sale = {"name": "sale", "to": "advocate", "rate": "10%", "months": None}
    town.program(rewards=[welcome, sale, {**sale, "name": "up", "to": "upstream"}])
    town.join("ann", code=town.advocate("zoe"))
    town.buy("o1", code=town.advocate("ann", since=clock.now()), at=clock.now())
    origin = "https://shop.example"
    whose, shown = ("order", "friend", "advocate"), {}
    for name in ("zoe", "ann", "bob"):
        token = referral.token("publishable", origins=[origin], subject=f"member:{name}")
        [row] = mine(referral, name, headers={"Authorization": f"Bearer {token}", "Origin": origin})
        shown[name] = [row[each] for each in whose]
        for referral.kind in ("server", "rep", "admin"):
            assert [mine(referral, name)[0][each] for each in whose] == ["o1", "bob", "ann"]
    assert shown == {"zoe": [None] * 3, "ann": [None, None, "ann"], "bob": ["o1", "bob", None]}


def test_what_looks_like_fraud_is_explained_and_paid_only_after_a_decision(
    referral: Door, shop: Shop
) -> None:
    """Colleagues on one office address are never silently blocked."""
    shop.sells(flags=["same-ip"])
    found = review(referral, state="open")
    assert (found["points"], found["flags"][0]["code"], found["advocate"]) == (40, "same-ip", "ann")
    assert "colleagues" in found["flags"][0]["detail"]
    assert [each["net_minor"] for each in found["rewards"]] == [15]
    [waiting] = mine(referral)
    assert (waiting["state"], waiting["reason"]) == ("in-review", "review")
    assert decide(referral, PAY)["state"] == "paid"
    assert mine(referral)[0]["state"] == "held"
    shop.passes(HOLD)
    shop.follow()
    assert shop.lies("payable:ann") == 15


def test_a_decision_is_repeated_without_harm_undone_and_kept_with_its_reason(
    referral: Door, shop: Shop
) -> None:
    shop.sells(flags=["same-email"])
    assert decide(referral, REFUSE) == decide(referral, REFUSE)
    assert (mine(referral)[0]["state"], mine(referral)[0]["reason"]) == ("reversed", "review-refused")
    decide(referral, PAY, 409)
    assert decide(referral, UNDO)["state"] == "open"
    assert (mine(referral)[0]["state"], shop.lies("held:ann")) == ("in-review", 15)
    decide(referral, PAY)
    shop.passes(HOLD)
    shop.follow()
    decide(referral, UNDO, 409)
    found = decide(referral, REFUSE)
    assert shop.lies("payable:ann") == 0
    assert [each["decision"] for each in found["decisions"]] == ["refuse", "undo", "pay", "refuse"]
    acts = [each["act"] for each in referral("GET", "/v1/audit").json["items"]]
    assert acts[:2] == ["review.refuse", "review.pay"]
    assert auditing.audit(shop.community).findings == ()


def test_undoing_a_refusal_of_what_was_paid_before_leaves_it_paid(referral: Door, shop: Shop) -> None:
    """Else it would wait for a decision and be payable all the same: silence never pays."""
    shop.sells(flags=["same-email"])
    decide(referral, PAY)
    shop.passes(HOLD)
    shop.follow()
    assert decide(referral, REFUSE)["state"] == "refused"
    assert shop.lies("payable:ann") == 0
    assert decide(referral, UNDO)["state"] == "paid"
    assert (mine(referral)[0]["state"], shop.lies("payable:ann")) == ("released", 15)
    decide(referral, UNDO, 409)
    assert auditing.audit(shop.community).findings == ()


@pytest.mark.parametrize("subject", ["ann", "member:ann"])
def test_nobody_decides_the_review_of_his_own_reward(referral: Door, shop: Shop, subject: str) -> None:
    shop.sells(flags=["same-email"])
    path = f"/v1/reviews/{review(referral)['id']}/decision"
    own, other = (
        {"Authorization": f"Bearer {referral.token('rep', subject=each)}"} for each in (subject, "rita")
    )
    said = referral("POST", path, PAY, headers=own)
    assert (said.status_code, said.json["title"]) == (403, "Not to yourself")
    assert review(referral)["state"] == "open"
    assert referral("POST", path, PAY, headers=other).status_code == 200


def test_a_review_needs_a_reason_and_a_person(referral: Door, shop: Shop) -> None:
    shop.sells(flags=["same-ip"])
    decide(referral, {"decision": "pay", "reason": "   "}, 422)
    referral.kind = "server"
    assert referral("GET", "/v1/reviews").status_code == 403


def test_an_unresolved_review_at_its_deadline_is_not_paid_but_escalated(referral: Door, shop: Shop) -> None:
    shop.sells(flags=["disposable-email"])
    releasing.escalate(shop.now)
    assert referral("GET", "/v1/reviews?escalated=true").json["items"] == []
    shop.passes(timedelta(days=400))
    releasing.escalate(shop.now)
    shop.follow()
    assert review(referral, escalated="true")["state"] == "open"
    assert (shop.lies("payable:ann"), shop.lies("held:ann")) == (0, 15)


def test_the_clock_releases_what_is_ripe_each_once_however_many_look(referral: Door, shop: Shop) -> None:
    for number in range(3):
        shop.sells(f"o{number}", friend=f"f{number}", at=shop.now - HOLD * 2)
        work_off()
    shop.sells("o9", friend="f9")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: work_off(), range(3)))
    assert (shop.lies("payable:ann"), shop.lies("held:ann")) == (45, 15)
    assert auditing.audit(shop.community).findings == ()
    assert cases.one(shop.community, "nothing") is None
    assert len(referral("GET", "/v1/rewards?state=released").json["items"]) == 3


def test_one_friend_who_cannot_be_followed_keeps_nobody_elses_money_back_and_is_seen(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for friend in ("bob", "eve"):
        shop.sells(f"o-{friend}", friend=friend)
    real, poisoned = rewarding.follow, shop.id("bob")

    def follow(dossier: Dossier, now: datetime) -> None:
        if dossier.friend == poisoned:
            raise ArithmeticError
        real(dossier, now)

    later = shop.now + HOLD
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(rewarding, "follow", follow)
    work_off()
    assert (shop.lies("payable:ann"), shop.lies("held:ann")) == (15, 15)
    stuck = [each["kind"] for each in work.stuck(DATABASE, 100) if each["community"] == shop.community]
    assert stuck == [releasing.FOLLOW]
    monkeypatch.setattr(rewarding, "follow", real)
    work_off()
    assert shop.lies("payable:ann") == 30


def work_off() -> None:
    """What the jobs do: the clock, then marks."""
    jobs.look_at_the_clock()
    while work.do_next(DATABASE, jobs.STEPS):
        pass


def test_the_ledger_is_paged_and_sums_to_zero(referral: Door, shop: Shop) -> None:
    assert referral("GET", "/v1/ledger/balance").json == {"items": []}
    shop.sells()
    shop.refunds(100)
    first = referral("GET", "/v1/ledger?limit=1").json
    second = referral("GET", f"/v1/ledger?limit=1&cursor={first['next']}").json
    reasons = sorted(each["items"][0]["reason"] for each in (first, second))
    assert (reasons, second["next"]) == (["purchase", "refund"], None)
    assert referral("GET", "/v1/ledger/balance").json["items"] == [
        {"currency": "EUR", "accounts": {"expense:spring": -12, "held": 12}, "sum_minor": 0}
    ]
    referral.kind = "rep"
    assert referral("GET", "/v1/ledger").status_code == 403


def test_after_an_erasure_amounts_stay_and_nobody_is_named(referral: Door, shop: Shop) -> None:
    shop.sells()
    shop.sells("o2", friend="eve")
    following.follow([Erased(shop.id("ann"))], {})
    assert referral("GET", "/v1/members/ann/rewards").status_code == 404
    found = referral("GET", "/v1/rewards").json["items"]
    assert [(each["member"], each["amount_minor"]) for each in found] == [(None, 15), (None, 15)]
    assert auditing.audit(shop.community).findings == ()
    shop.refunds(500)
    assert shop.lies("held:ann") == 15
