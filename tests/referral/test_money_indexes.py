"""Nothing that is asked about money looks through a whole collection: the server refuses whoever tries."""

from collections.abc import Iterator

import pytest
from pymongo.errors import OperationFailure

from services.referral import jobs
from services.referral.queries import auditing
from services.referral.repository import DATABASE
from shared import mongo, work
from tests.referral.town import DAY, NOW, Town


@pytest.fixture
def _by_indexes_alone(town: Town) -> Iterator[None]:
    """The server refuses to scan."""
    admin = mongo.database(DATABASE).client.admin
    admin.command("setParameter", 1, notablescan=True)
    yield
    admin.command("setParameter", 1, notablescan=False)
    assert town


@pytest.mark.usefixtures("_by_indexes_alone")
def test_from_the_order_to_its_release_and_back_everything_is_found_by_an_index(town: Town) -> None:
    milestone = {
        "name": "one",
        "to": "advocate",
        "on": "milestone",
        "friends": 1,
        "amount_minor": 5,
        "currency": "EUR",
    }
    up = {"name": "up", "to": "upstream", "rate": "1%", "months": None}
    caps = {"advocate_month_minor": 10**6, "program_minor": 10**6}
    town.program(
        "by-index", rewards=[up, milestone, {"name": "own", "to": "advocate", "rate": "10%"}], caps=caps
    )
    code = town.advocate("ann", "by-index")
    town.join("bob", NOW - 60 * DAY, code=code)
    for order, more in (("o1", {}), ("o2", {"email": "x@mailinator.com"})):
        assert town.buy(order, at=NOW - 50 * DAY, code=code, **more).status_code == 201
    jobs.look_at_the_clock()
    while work.do_next(DATABASE, jobs.STEPS):
        pass
    assert town.refund("o1", "r1", 100).status_code == 201
    for path in ("rewards", "rewards?state=held&member=ann", "members/ann/rewards", "members/ann/balances", "reviews",
                 "reviews?state=open&escalated=false", "ledger", "ledger?member=ann", "ledger/balance"):  # fmt: skip
        assert town.ask("GET", f"/v1/{path}").status_code == 200, path
    review = town.ask("GET", "/v1/reviews?state=open").json["items"][0]
    decision = {"decision": "refuse", "reason": "It is thrown away."}
    assert town.ask("POST", f"/v1/reviews/{review['id']}/decision", decision).status_code == 200
    assert auditing.audit(town.community).findings == ()
    with pytest.raises(OperationFailure, match="notablescan"):
        mongo.collection(DATABASE, "rewards").find_one({"rule": "own"})
