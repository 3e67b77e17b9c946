"""Where much is kept, a page of it is found without looking at the rest: the server counts what it looked at."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.referral import documents
from services.referral.repository import DATABASE, answers, clicks, rewards, traces
from shared import mongo, service
from tests.fixtures import Door
from tests.referral.town import NOW

MANY = 300


@pytest.fixture
def crowd(referral: Door) -> Iterator[str]:
    """A community in which much is kept of what others did."""
    service.ensure(DATABASE, documents.EVERY)
    own = referral.community

    def plant(name: str, make: Callable[[int], dict[str, Any]]) -> None:
        found = [{"_id": f"{own}:{i:04}", "community": own, **make(i)} for i in range(MANY)]
        mongo.collection(DATABASE, name).insert_many(found)
        # A plan that was good for the little that other tests keep would be tried first.
        mongo.database(DATABASE).command("planCacheClear", name)

    plant("attributions", lambda i: {"kind": "order", "subject": f"o{i}", "friend": f"{own}:f{i}",
                                     "candidates": [{"advocate": f"{own}:m{i}", "link": f"{own}{i}"}]})  # fmt: skip
    plant("rewards", lambda i: {"ripe": NOW + timedelta(seconds=i)})
    plant("clicks", lambda i: {"link": f"{own}{i}", "klass": "person", "moment": NOW + timedelta(seconds=i)})
    plant("satisfactions", lambda i: {"member": f"{own}:m{i:04}", "at": NOW})
    yield own
    for name in ("attributions", "rewards", "clicks", "satisfactions"):
        mongo.collection(DATABASE, name).delete_many({"_id": {"$regex": f"^{own}:"}})


def _looked_at(own: str, look: Callable[[], object]) -> int:
    """How many documents or keys the server looked at, for whatever it was asked of a community meanwhile."""
    database = mongo.database(DATABASE)
    database.command("profile", 2)
    try:
        assert look()
    finally:
        database.command("profile", 0)
        asked = [each for each in database["system.profile"].find() if own in str(each)]
        # Other tests look through all that there is.
        database.drop_collection("system.profile")
    assert asked
    return sum(max(each.get("docsExamined", 0), each.get("keysExamined", 0)) for each in asked)


@pytest.mark.parametrize(
    "look",
    [
        lambda own: traces.forget_names(own, f"{own}:m7", traces.Names({}, {}), "")[0],
        lambda own: traces.forget_names(own, f"{own}:m7", traces.Names({f"{own}8": "gone"}, {}), "")[0],
        lambda own: traces.forget_clicks(own, traces.Names({f"{own}8": "gone"}, {})) is False,
        lambda own: clicks.latest(own, asked={"link": f"{own}8"}, before=None, limit=5),
        lambda own: rewards.ripe(own, NOW + timedelta(days=1), None, 5),
        lambda own: answers.members_after(own, "", 5),
    ],
    ids=[
        "names without links",
        "names with links",
        "clicks to forget",
        "clicks on a link",
        "ripe",
        "answers",
    ],
)
def test_who_asks_for_little_of_much_looks_at_little(crowd: str, look: Callable[[str], object]) -> None:
    assert _looked_at(crowd, lambda: look(crowd)) < MANY / 10
