"""What is held for a friend who turns out to be another one: the audit derives it of whom he became."""

from services.referral.queries import auditing
from services.referral.use_cases import deriving
from shared import clock
from tests.couriers import Courier
from tests.fixtures import Door
from tests.referral.town import Town


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
