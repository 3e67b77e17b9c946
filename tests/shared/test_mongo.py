"""Transactions on a genuine mongod: whole or not at all, and repeated when they collide."""

import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mongoengine
import msgspec
import pytest
from pymongo import InsertOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError, OperationFailure

from shared import mongo
from shared.errors import Refused, Unavailable
from tests.interleaving import held

SERVICE = "chassis"


class Thing(mongoengine.Document):
    """Something to read and write through mongoengine."""

    meta = {"db_alias": SERVICE, "collection": "things", "auto_create_index": False}  # noqa: RUF012 (read once)

    name = mongoengine.StringField(primary_key=True)
    count = mongoengine.IntField(default=0)
    unique = mongoengine.StringField()


def things() -> Any:
    return mongo.collection(SERVICE, "things")


def found(name: str = "a") -> Any:
    return things().find_one({"_id": name})


@pytest.mark.usefixtures("service")
def test_what_the_server_refuses_is_a_fault_of_ours_and_no_absence() -> None:
    with pytest.raises(OperationFailure, match=r"\$nonsense") as caught:
        things().find_one({"$nonsense": 1})
    assert not isinstance(caught.value, mongo.UNAVAILABLE)


def test_a_transaction_is_whole_or_not_at_all(service: str) -> None:
    def write_and_fail() -> None:
        things().insert_one({"_id": "a"})
        Thing(name="b").save()
        message = "no"
        raise Refused(message)

    with pytest.raises(Refused):
        mongo.transact(service, write_and_fail)
    assert things().count_documents({}) == 0


def test_pymongo_and_mongoengine_share_a_transaction_that_nobody_else_sees(service: str) -> None:
    seen: list[int] = []

    def write() -> None:
        things().insert_one({"_id": "a"})
        Thing(name="b").save()
        seen.append(len(Thing.objects))

    with held(lambda: mongo.transact(service, write), Thing, "save"):
        assert things().count_documents({}) == 0
    assert seen == [2]
    assert things().count_documents({}) == 2


def test_what_is_refused_is_not_tried_again(service: str) -> None:
    runs: list[int] = []

    def refuse() -> None:
        runs.append(1)
        message = "no"
        raise Refused(message)

    with pytest.raises(Refused):
        mongo.transact(service, refuse)
    assert len(runs) == 1


def test_a_fault_of_the_driver_rises_as_it_is(service: str) -> None:
    with pytest.raises(OperationFailure) as caught:
        mongo.transact(service, lambda: things().update_one({}, {"$no_such_operator": {"a": 1}}))
    assert caught.value.__cause__ is not caught.value, "a chain that never ends hangs whoever walks along it"


def _through_pymongo() -> None:
    count = read()["count"]
    things().update_one({"_id": "a"}, {"$set": {"count": count + 1}})


def _in_bulk() -> None:
    count = read()["count"]
    things().bulk_write([InsertOne({"n": 1}), UpdateOne({"_id": "a"}, {"$set": {"count": count + 1}})])


def _through_mongoengine() -> None:
    read()
    thing = Thing.objects.get(name="a")
    thing.count += 1
    thing.save()


def read() -> Any:
    return found()


@pytest.mark.parametrize("add_one", [_through_pymongo, _in_bulk, _through_mongoengine])
def test_a_write_conflict_repeats_the_whole(service: str, add_one: Callable[[], None]) -> None:
    things().insert_one({"_id": "a", "count": 0})
    with held(lambda: mongo.transact(service, add_one), sys.modules[__name__], "read"):
        mongo.transact(service, add_one)
    assert found()["count"] == 2


@pytest.mark.parametrize("field", ["_id", "unique"])
@pytest.mark.parametrize("many", [False, True])
def test_two_who_create_the_same_thing_at_once_create_one(service: str, field: str, *, many: bool) -> None:
    def create() -> str:
        if _look_up(field) is not None:
            return "there already"
        if many:
            things().insert_many([{field: "a"}, {"_id": "beside"}], ordered=False)
        else:
            things().insert_one({field: "a"})
        return "created"

    with held(lambda: mongo.transact(service, create), sys.modules[__name__], "_look_up") as other:
        assert mongo.transact(service, create) == "created"
    assert other.result() == "there already"
    assert things().count_documents({field: "a"}) == 1


def _look_up(field: str) -> Any:
    return things().find_one({field: "a"})


def test_a_duplicate_through_mongoengine_is_tried_again_too(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    things().insert_one({"_id": "x", "unique": "a"})
    runs: list[int] = []

    def create() -> None:
        runs.append(1)
        if len(runs) == 1:
            Thing(name="y", unique="a").save()

    mongo.transact(service, create)
    assert len(runs) == 2
    monkeypatch.setattr(mongo, "_PATIENCE_SECONDS", 0)
    with pytest.raises(Unavailable) as caught:
        mongo.transact(service, Thing(name="y", unique="a").save)
    assert isinstance(caught.value.__cause__, DuplicateKeyError)


def test_a_duplicate_in_a_bulk_is_tried_again_and_other_faults_of_a_bulk_are_not(service: str) -> None:
    things().insert_one({"_id": "x", "unique": "a"})
    runs: list[int] = []

    def create() -> None:
        runs.append(1)
        if len(runs) == 1:
            things().insert_many([{"_id": "y"}, {"_id": "x"}], ordered=False)

    mongo.transact(service, create)
    assert len(runs) == 2
    assert found("y") is None
    with pytest.raises(BulkWriteError):
        mongo.transact(
            service, lambda: things().bulk_write([UpdateOne({"_id": "x"}, {"$inc": {"unique": 1}})])
        )


def test_a_commit_of_which_nobody_knows_is_sent_again_and_the_body_is_not(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = ClientSession.commit_transaction
    commits: list[int] = []

    def lose_the_answer(session: Any) -> None:
        commit(session)
        commits.append(1)
        if len(commits) == 1:
            raise _labelled("UnknownTransactionCommitResult")

    monkeypatch.setattr(ClientSession, "commit_transaction", lose_the_answer)
    things().insert_one({"_id": "a", "count": 0})
    mongo.transact(service, lambda: things().update_one({"_id": "a"}, {"$inc": {"count": 1}}))
    assert len(commits) == 2
    assert found()["count"] == 1


def test_a_commit_that_failed_repeats_the_whole(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = ClientSession.commit_transaction
    lost: list[int] = []

    def step_down(session: Any) -> None:
        if not lost:
            lost.append(1)
            session.abort_transaction()
            raise _labelled("TransientTransactionError")
        commit(session)

    monkeypatch.setattr(ClientSession, "commit_transaction", step_down)
    mongo.transact(service, lambda: things().insert_one({"_id": "a"}))
    assert found() is not None


def test_a_function_becomes_a_transaction_and_keeps_its_name(service: str) -> None:
    @mongo.in_transaction(SERVICE)
    def add(name: str, *, count: int) -> str:
        """Say what it does."""
        things().insert_one({"_id": name, "count": count})
        return name

    assert add("a", count=3) == "a"
    assert found()["count"] == 3
    assert (add.__name__, add.__doc__) == ("add", "Say what it does.")
    assert service == SERVICE


@pytest.mark.usefixtures("service")
def test_a_large_number_comes_back_as_a_number() -> None:
    """The driver's own type for it is one that no event can be written with."""
    things().insert_one({"_id": "a", "small": 2**31 - 1, "large": 2**31, "within": [{"negative": -(2**40)}]})
    known = found()
    assert [type(known["large"]), type(known["within"][0]["negative"])] == [int, int]
    assert msgspec.json.encode(known) == (
        b'{"_id":"a","small":2147483647,"large":2147483648,"within":[{"negative":-1099511627776}]}'
    )


def test_outside_a_transaction_a_majority_confirms(service: str) -> None:
    outside = mongo.collection(service, "things")
    assert outside.write_concern.document == {"w": "majority", "j": True}
    assert outside.read_concern.level == "majority"
    inside = mongo.transact(service, lambda: mongo.collection(service, "things"))
    assert inside.write_concern.document == {}


def test_what_is_made_once_can_be_made_again(service: str) -> None:
    mongo.ensure(Thing)
    mongo.ensure(Thing)
    mongo.ensure_collection(service, "things")
    mongo.ping(service)


def test_documents_of_two_services_may_be_called_the_same(service: str, mongo_url: str) -> None:
    Thing(name="a").save()
    fields = {"meta": {"db_alias": "another", "collection": "things"}, "name": mongoengine.StringField()}
    assert type("Thing", (mongoengine.Document,), fields)
    mongo.connect(service, mongo_url)
    assert Thing.objects.get(name="a").count == 0


def test_many_may_make_it_at_once(service: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            name = uuid.uuid4().hex
            list(pool.map(mongo.ensure_collection, [service] * 8, [name] * 8))


def _labelled(label: str) -> AutoReconnect:
    error = AutoReconnect("the answer is lost")
    error._add_error_label(label)  # noqa: SLF001 (as the driver does)
    return error


def test_what_a_transaction_remembers_goes_with_it(service: str) -> None:
    said: list[dict[str, int]] = []

    def body() -> None:
        known = mongo.remembered("numbers")
        said.append(dict(known))
        known["one"] = len(said)
        assert mongo.remembered("numbers") == {"one": len(said)}
        if len(said) == 1:
            raise DuplicateKeyError("again")
        mongo.forget("numbers")
        assert mongo.remembered("numbers") == {}

    mongo.transact(service, body)
    assert said == [{}, {}]
    mongo.remembered("numbers")["two"] = 2
    assert mongo.remembered("numbers") == {}
