"""The records of a town's attributions, as they are shown and as they lie in the store."""

from typing import Any

from services.referral import jobs
from shared import mongo, work
from tests.fixtures import REFERRAL
from tests.referral.town import Town


def record(town: Town, order: str = "o1", **asked: str) -> Any:
    identifier = town.order(order)["attribution"]
    said = town.ask("GET", f"/v1/attributions/{identifier}", query_string=asked)
    assert said.status_code == 200, said.text
    return said.json


def stored(town: Town) -> list[Any]:
    found = mongo.collection(REFERRAL, "attributions").find({"community": town.community})
    return sorted(found, key=lambda each: each["_id"])


def work_off() -> None:
    while work.do_next(REFERRAL, jobs.STEPS):
        pass
