"""The ledger's chain and its audit: whatever somebody writes into the database by hand is found and named."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from services.referral.queries import auditing
from services.referral.repository import DATABASE
from services.referral.use_cases import chaining
from shared import mongo
from tests.fixtures import Said
from tests.referral.owing import HOLD, Shop, terms


@pytest.fixture
def shop(community: str) -> Shop:
    """Three orders, one refunded in part and one released, in two batches."""
    found = Shop(community)
    found.promises(terms())
    found.sells("o1")
    found.sells("o2", friend="eve")
    chaining.complete(community, found.now)
    found.refunds(100)
    found.passes(HOLD)
    found.follow("eve")
    found.sells("o3", friend="kim")
    chaining.complete(community, found.now)
    return found


def codes(community: str, head: tuple[int, str] | None = None) -> set[str]:
    """What the audit finds."""
    return {each.code for each in auditing.audit(community, head).findings}


def a(name: str) -> Any:
    """A collection, to be tampered with."""
    return mongo.collection(DATABASE, name)


def test_a_whole_ledger_passes_and_prints_its_head(shop: Shop, laurel: Callable[..., Said]) -> None:
    said = laurel("referral", "audit", "--community", shop.community)
    found = auditing.audit(shop.community)
    assert (said.code, found.number, found.transfers, found.waiting) == (0, 2, 5, 0)
    assert f"head 2:{found.hash}\nNothing differs." in said.out
    assert codes(shop.community, (1, mongo_hash(shop, 1))) == set()


def mongo_hash(shop: Shop, number: int) -> str:
    """The hash of a batch as it is kept."""
    found = a("ledger_batches").find_one({"_id": f"{shop.community}|{number}"})
    return str(found["hash"])


def test_the_ledger_is_listed_in_two_rows_an_entry_that_sum_to_zero(
    shop: Shop, laurel: Callable[..., Said]
) -> None:
    said = laurel("referral", "ledger", "--community", shop.community, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert said.out.splitlines()[0] == "entry,time,account,currency,amount_minor,reason,reference"
    by_entry: dict[str, list[int]] = {}
    for row in rows:
        by_entry.setdefault(row["entry"], []).append(int(row["amount_minor"]))
    assert {(len(each), sum(each)) for each in by_entry.values()} == {(2, 0)}
    assert [row["account"] for row in rows[:2]] == ["expense:spring", f"held:{shop.id('ann')}"]
    assert [row["amount_minor"] for row in rows[:2]] == ["-15", "15"]


def test_what_waits_for_the_chain_is_audited_too(shop: Shop) -> None:
    shop.sells("o4", friend="lou")
    found = auditing.audit(shop.community)
    assert (found.waiting, found.transfers, found.findings) == (1, 6, ())
    a("transfers").update_one({"community": shop.community, "waits": True}, {"$set": {"amount_minor": 16}})
    assert codes(shop.community) == {"reward-differs", "balance-differs"}


def test_a_chain_that_two_extend_at_once_stays_one(shop: Shop) -> None:
    assert chaining.complete(shop.community, shop.now) == 0
    assert chaining.extend(shop.now) >= 0
    assert codes(shop.community) == set()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"amount_minor": 16}, {"chain-broken", "reward-differs", "balance-differs"}),
        (
            {"amount_minor": -15},
            {"chain-broken", "not-a-transfer", "reward-differs", "reversed-too-much", "balance-differs"},
        ),
        ({"credit": "held:mallory"}, {"chain-broken", "balance-differs"}),
        ({"currency": "USD"}, {"chain-broken", "balance-differs"}),
        ({"reason": "gift"}, {"chain-broken"}),
        ({"reference": "other"}, {"chain-broken", "reward-differs", "reversed-too-much", "reward-missing"}),
        ({"batch": 2}, {"chain-broken"}),
    ],
)
def test_a_row_that_was_tampered_with_is_found(
    shop: Shop, change: dict[str, Any], found: set[str], laurel: Callable[..., Said]
) -> None:
    [reward] = shop.rewards(order="o1")
    a("transfers").update_one({"_id": f"{shop.community}|reward|{reward['_id']}|1"}, {"$set": change})
    assert codes(shop.community) == found
    said = laurel("referral", "audit", "--community", shop.community)
    assert said.code == 1
    assert "chain-broken: batch 1" in said.out


def test_a_row_that_was_taken_away_or_put_in_is_found(shop: Shop) -> None:
    row = a("transfers").find_one_and_delete({"community": shop.community, "batch": 1})
    assert codes(shop.community) >= {"chain-broken", "balance-differs", "reward-differs"}
    a("transfers").insert_one(row)
    assert codes(shop.community) == set()
    a("transfers").insert_one({**row, "_id": f"{row['_id']}0"})
    assert codes(shop.community) >= {"chain-broken", "balance-differs", "reward-differs"}


def test_a_batch_that_was_changed_taken_away_or_put_in_is_found(shop: Shop) -> None:
    first = {"_id": f"{shop.community}|1"}
    batch = a("ledger_batches").find_one_and_delete(first)
    assert codes(shop.community) == {"chain-broken"}
    a("ledger_batches").insert_one({**batch, "hash": "0" * 64})
    assert codes(shop.community) == {"chain-broken"}
    a("ledger_batches").replace_one(first, batch)
    a("ledger_batches").insert_one({**batch, "_id": f"{shop.community}|3", "number": 3, "count": 0})
    assert codes(shop.community) == {"chain-broken"}


def test_a_chain_that_was_written_anew_is_found_by_a_head_that_was_noted(shop: Shop) -> None:
    noted = (2, mongo_hash(shop, 2))
    shown = {"community": shop.community}
    a("ledger_batches").delete_many(shown)
    a("transfers").update_many(shown, {"$set": {"waits": True}, "$unset": {"batch": ""}})
    chaining.complete(shop.community, shop.now)
    assert codes(shop.community) == set()
    assert codes(shop.community, noted) == {"head-gone"}


def test_a_reward_or_a_balance_that_was_changed_is_found(shop: Shop) -> None:
    released = {"community": shop.community, "state": "released"}
    a("rewards").update_one(released, {"$set": {"reversed_minor": 5}})
    assert codes(shop.community) == {"reward-differs"}
    a("rewards").update_one(released, {"$set": {"reversed_minor": 0}})
    a("rewards").delete_one({"_id": a("rewards").find_one(released)["_id"]})
    assert codes(shop.community) == {"reward-missing"}
    a("balances").update_many(
        {"community": shop.community, "kind": "payable"}, {"$inc": {"amount_minor": 100}}
    )
    assert codes(shop.community) == {"reward-missing", "balance-differs"}


def test_reversals_beyond_what_was_given_are_found(shop: Shop) -> None:
    row = a("transfers").find_one({"community": shop.community, "reason": "refund"})
    for number in range(4, 10):
        a("transfers").insert_one({**row, "_id": f"{row['_id'][:-1]}{number}"})
    assert "reversed-too-much" in codes(shop.community)


def test_rewards_that_do_not_follow_from_orders_are_found_and_nothing_is_written(
    shop: Shop, laurel: Callable[..., Said]
) -> None:
    shop.sells("o4", friend="lou")
    before = list(a("cases").find({"community": shop.community}).sort("_id", 1))
    assert laurel("referral", "audit", "--community", shop.community, "--facts").code == 0
    a("orders").update_one({"community": shop.community, "order": "o4"}, {"$set": {"amount_minor": 900}})
    a("refunds").delete_one({"community": shop.community})
    a("attributions").update_one(
        {"community": shop.community, "subject": "o3"}, {"$set": {"advocate": shop.id("zoe")}}
    )
    said = laurel("referral", "audit", "--community", shop.community, "--facts")
    assert said.code == 1
    found = sorted(line.split(": ")[2] for line in said.out.splitlines() if line.startswith("not-as-derived"))
    assert found == [
        "15 would be accrued",
        "15 would be reversed",
        "3 would be restored",
        "asked for 15, the terms promise 26",
    ]
    assert list(a("cases").find({"community": shop.community}).sort("_id", 1)) == before
    assert codes(shop.community) == set()
