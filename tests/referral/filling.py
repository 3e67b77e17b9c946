"""A community's referral service with something of everything in it, for who must not see it."""

from services.referral.domain import loops
from shared import mongo
from tests.fixtures import REFERRAL, Door
from tests.referral.doors import Clicker, clicks
from tests.referral.owing import Shop, terms
from tests.referral.planting import Garden
from tests.referral.treasury import Treasury
from tests.strangers import ANSWER, BOUGHT, BUDGET, GRANT, PROGRAM, REFUND, code


def fill(referral: Door, mark: str) -> None:
    """Give the door's community of everything something; `mark` is in all that cannot be guessed.

    Every list and every thing that `strangers.IDS` names holds the mark: owners of new endpoints add theirs here.
    """
    referral("PUT", "/v1/programs/poster", {**PROGRAM, "name": f"Program {mark}", "disclosure": mark})
    referral("PUT", f"/v1/programs/{mark}-program", PROGRAM)
    for program in ("poster", f"{mark}-program"):
        assert referral("POST", "/v1/advocates", {"program": program, "member": "ann"}).status_code == 201
    link = {
        "channel": "poster",
        "code": code(referral.community),
        "landing_url": f"https://shop.example/{mark}",
    }
    assert referral("POST", "/v1/advocates/ann/links", {"program": "poster", **link}).status_code == 201
    Clicker(referral)(code(referral.community), query=f"utm_campaign={mark}")
    assert clicks(referral)
    referral("PUT", "/v1/budgets/poster", {**BUDGET, "name": f"Budget {mark}"})
    referral("POST", "/v1/grants", {**GRANT, "reason": f"A {mark} reason."})
    assert Treasury(referral)("bea", "POST", "grants/g1/approval", {}).status_code == 200
    _pay(referral, mark)
    shop = Shop(referral.community, program=mark)
    shop.knows("ann", f"{mark} friend")
    shop.promises(terms())
    shop.sells(f"{mark} order", f"{mark} friend", flags=[f"{mark} flag"])
    _recommend(referral, mark)
    _sell(referral, mark)


def _pay(referral: Door, mark: str) -> None:
    """Something that is owed to `mark member` since January, in a pay-out that somebody else has approved."""
    house = Treasury(referral)
    house.owe(f"{mark} member", 5)
    house.prepare(who=f"{mark} admin")
    assert house("bea", "POST", "payouts/2026-01/approval", {}).status_code == 200


def _recommend(referral: Door, mark: str) -> None:
    """Two friends of Ann's, and what she and one of them answered."""
    garden = Garden(referral.community, "poster")
    garden.plant("bob", "ann", link=f"a {mark} link")
    garden.plant(f"{mark} guest", "ann")
    # Ann is no advocate of this one yet, so that it is offered to her.
    referral("PUT", f"/v1/programs/{mark}-more", PROGRAM)
    referral("POST", "/v1/satisfaction", {**ANSWER, "comment": f"A {mark} comment."})
    referral("POST", "/v1/satisfaction", {**ANSWER, "id": f"{mark} answer", "member": f"{mark} guest"})


def loop(community: str) -> str:
    """The id of a loop of a community that was filled."""
    return loops.loop_id(community, "poster", Garden(community).member("bob"))


def reward(community: str) -> str:
    """The id of a reward of a community that was filled: nobody can guess it, so a stranger is told."""
    found = mongo.collection(REFERRAL, "rewards").find_one({"community": community})
    return str(found["_id"]) if found else "0" * 32


def _sell(referral: Door, mark: str) -> None:
    """A friend joins, buys and gives something back."""
    friend = {"member": f"{mark} buyer", "code": code(referral.community), "coupon": f"{mark} coupon"}
    assert referral("PUT", "/v1/coupons/SAVE%2F10", {"channel": f"{mark}.example"}).status_code == 200
    join = {**friend, "at": "2026-01-01T00:00:00Z"}
    assert referral("POST", "/v1/joins", join).status_code == 201
    assert referral("POST", "/v1/conversions", {**BOUGHT, **friend}).status_code == 201
    for refund in (f"{mark} refund", REFUND["refund"]):
        said = referral(
            "POST", "/v1/conversions/order%2F1/refunds", {**REFUND, "refund": refund, "amount_minor": 1}
        )
        assert said.status_code == 201
