"""From a member to his lines in the ledger, and back: what a finance person looks up."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fixtures import Door, Said
from tests.referral.till import merge, proven
from tests.referral.town import Town

Laurel = Callable[..., Said]
ORIGIN = "https://shop.example"


@pytest.fixture
def town(referral: Door) -> Iterator[Town]:
    """Ann and Dan have each sold something."""
    for found in proven(referral):
        for name, order in (("ann", "o1"), ("dan", "o2")):
            found.buy(order, f"friend of {name}", code=found.advocate(name), amount_minor=10_000)
        yield found


def entries(town: Town, member: str) -> list[dict[str, Any]]:
    """What the ledger has of a member, page by page."""
    found: list[dict[str, Any]] = []
    path = f"/v1/ledger?member={member}&limit=1"
    while True:
        page = town.ask("GET", path).json
        found += page["items"]
        if page["next"] is None:
            return found
        path = f"/v1/ledger?member={member}&limit=1&cursor={page['next']}"


def table(laurel: Laurel, command: str, town: Town, *more: str) -> list[dict[str, str]]:
    said = laurel("referral", command, "--community", town.community, *more, "--format", "csv")
    assert said.code == 0, said.err
    return list(csv.DictReader(io.StringIO(said.out)))


def test_from_a_members_balance_to_his_lines_and_from_a_line_to_its_reward(town: Town) -> None:
    shown = town.ask("GET", "/v1/members/ann/balances").json
    assert shown["owners"] == [town.member("ann")]
    [line] = entries(town, "ann")
    assert (line["credit"], line["member"], line["amount_minor"]) == (
        f"held:{town.member('ann')}",
        "ann",
        290,
    )
    reward = town.ask("GET", f"/v1/rewards/{line['reference']}").json
    assert (reward["id"], reward["member"], reward["order"]) == (line["reference"], "ann", "o1")
    assert reward in town.ask("GET", "/v1/rewards").json["items"]
    assert town.ask("GET", "/v1/rewards/nothing").status_code == 404
    assert entries(town, "nobody") == []


def test_who_was_merged_has_the_lines_of_both(town: Town) -> None:
    merge(town, "dan", into="ann")
    owners = sorted(town.member(name) for name in ("ann", "dan"))
    assert town.ask("GET", "/v1/members/ann/balances").json["owners"] == owners
    assert {each["credit"] for each in entries(town, "ann")} == {f"held:{owner}" for owner in owners}
    assert {each["member"] for each in entries(town, "dan")} == {"ann", "dan"}


def test_how_the_ledger_calls_people_is_for_those_who_keep_the_books(town: Town) -> None:
    for kind, told in (("server", True), ("admin", True), ("rep", False)):
        town.ask.kind = kind
        assert ("owners" in town.ask("GET", "/v1/members/ann/balances").json) is told
    token = town.ask.token("publishable", origins=[ORIGIN], subject="member:ann")
    headers = {"Authorization": f"Bearer {token}", "Origin": ORIGIN}
    assert "owners" not in town.ask("GET", "/v1/members/ann/balances", headers=headers).json
    town.ask.kind = "admin"


def test_at_the_desk_rewards_and_ledger_name_each_other(town: Town, laurel: Laurel) -> None:
    rewards = {each["id"]: each for each in table(laurel, "rewards", town)}
    assert {each["member"] for each in rewards.values()} == {"ann", "dan"}
    lines = table(laurel, "ledger", town, "--member", "ann")
    assert [line["amount_minor"] for line in lines] == ["-290", "290"]
    owed = rewards[lines[1]["reference"]]
    assert (owed["member"], owed["amount_minor"]) == ("ann", "290")
    assert lines[1]["account"] == f"held:{owed['owner']}"
    assert table(laurel, "ledger", town, "--member", "nobody") == []
