"""Idempotency keys: another request under a key is refused, and so is the same one while the first runs."""

import threading
from typing import Any

import pytest

from services.referral.use_cases import converting
from shared import mongo
from tests.fixtures import REFERRAL
from tests.referral.town import NOW, Town, text


def buy(town: Town, key: str, **other: Any) -> Any:
    body = {"order": "o1", "member": "bob", "amount_minor": 500, "currency": "EUR", "placed_at": text(NOW)}
    return town.ask("POST", "/v1/conversions", {**body, **other}, headers={"Idempotency-Key": key})


def count(town: Town) -> int:
    return mongo.collection(REFERRAL, "orders").count_documents({"community": town.community})


def test_the_same_request_under_a_key_is_answered_the_same(town: Town) -> None:
    first, again = buy(town, "k1"), buy(town, "k1")
    assert (first.status_code, again.status_code, first.json) == (201, 200, again.json)
    assert count(town) == 1


def test_another_body_under_a_key_is_refused_and_nothing_is_stored(town: Town) -> None:
    buy(town, "k1")
    said = buy(town, "k1", order="o2")
    assert (said.status_code, said.json["errors"][0]["pointer"]) == (422, "Idempotency-Key")
    assert count(town) == 1


def test_while_the_first_runs_the_same_is_told_to_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, may_end = threading.Event(), threading.Event()
    convert = converting.convert

    def slowly(*arguments: Any) -> Any:
        runs.set()
        assert may_end.wait(30)
        return convert(*arguments)

    monkeypatch.setattr(converting, "convert", slowly)
    answers: list[int] = []
    door = type(town.ask)(town.ask.client.application.test_client(), town.ask.settings, town.community)
    first = threading.Thread(target=lambda: answers.append(buy(Town(door), "k1").status_code))
    first.start()
    assert runs.wait(30)
    assert buy(town, "k1").status_code == 409
    assert count(town) == 0
    may_end.set()
    first.join()
    assert answers == [201]
    assert buy(town, "k1").status_code == 200


def test_a_request_that_was_refused_leaves_its_key_free(town: Town) -> None:
    assert buy(town, "k1", currency="XXY").status_code == 422
    assert buy(town, "k1").status_code == 201


def test_a_key_is_of_one_community(town: Town, community: str) -> None:
    buy(town, "k1")
    stored = list(mongo.collection(REFERRAL, "idempotency_keys").find({"community": community}))
    assert len(stored) == 1
    assert "bob" not in repr(stored)


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_refused(town: Town, key: str) -> None:
    assert buy(town, key).status_code == 422
