"""The outbox: parcels, turns between communities, and never "beyond the last id"."""

import pytest
from bson import ObjectId

from shared import mongo, outbox, telemetry
from shared.errors import Refused
from shared.outbox import Message
from tests.interleaving import held


def message(key: str, size: int = 1) -> Message:
    return Message(key, b"x" * size, (("ce_id", key),))


def announce(service: str, community: str, *keys: str, topic: str = "a-topic") -> None:
    mongo.transact(service, lambda: outbox.add(service, community, topic, [message(key) for key in keys]))


def keys(parcels: list[mongo.Document]) -> list[str]:
    return [each.key for parcel in parcels for each in outbox.messages(parcel)]


def test_what_a_transaction_announces_is_kept_with_it_or_not_at_all(service: str) -> None:
    def fail() -> None:
        outbox.add(service, "a", "a-topic", [message("lost")])
        text = "no"
        raise Refused(text)

    with pytest.raises(Refused):
        mongo.transact(service, fail)
    announce(service, "a", "kept")
    assert keys(outbox.by_turns(service, 10)) == ["kept"]


def test_nothing_to_announce_is_no_parcel(service: str) -> None:
    announce(service, "a")
    assert outbox.by_turns(service, 10) == []
    assert outbox.pending(service) == 0


def test_messages_come_out_as_they_went_in(service: str) -> None:
    sent = [Message("ключ", None, ()), Message("$key", b"\x00\xff", (("a", "б"), ("a", "c")))]
    mongo.transact(service, lambda: outbox.add(service, "a", "a-topic", sent))
    (parcel,) = outbox.by_turns(service, 10)
    assert (outbox.messages(parcel), parcel["topic"], parcel["count"]) == (sent, "a-topic", 2)


def test_a_parcel_holds_so_many_messages_and_bytes_and_no_more(service: str) -> None:
    many = [message(str(number)) for number in range(outbox.PARCEL_MESSAGES + 1)]
    large = [message(f"large-{number}", outbox.PARCEL_BYTES // 2) for number in range(3)]
    mongo.transact(service, lambda: outbox.add(service, "a", "a-topic", [*many, *large]))
    parcels = outbox.by_turns(service, 10)
    assert [parcel["count"] for parcel in parcels] == [outbox.PARCEL_MESSAGES, 3, 1]
    assert keys(parcels) == [each.key for each in (*many, *large)]
    assert outbox.pending(service) == len(many) + len(large)


def test_communities_take_turns(service: str) -> None:
    for number in range(20):
        announce(service, "importing", f"import-{number}")
    announce(service, "small", "a like")
    assert sorted(keys(outbox.by_turns(service, 4))) == ["a like", "import-0", "import-1"]


def test_every_community_gets_a_turn_however_many_they_are(service: str) -> None:
    for number in range(20):
        announce(service, f"community-{number}", f"{number}-a", f"{number}-b")
        announce(service, f"community-{number}", f"{number}-later")
    seen: list[str] = []
    while parcels := outbox.by_turns(service, 4):
        seen.extend(keys(parcels))
        outbox.remove(service, [parcel["_id"] for parcel in parcels])
    assert len(seen) == 60
    for number in range(20):
        ours = [key for key in seen if key.startswith(f"{number}-")]
        assert ours == [f"{number}-a", f"{number}-b", f"{number}-later"]


def test_what_commits_later_with_a_smaller_id_is_not_passed_over(service: str) -> None:
    with held(
        lambda: announce(service, "a", "slow"), outbox, "add"
    ):  # its id is made, its transaction is open
        announce(service, "a", "quick")
        (parcel,) = outbox.by_turns(service, 10)
        assert keys([parcel]) == ["quick"]
        outbox.remove(service, [parcel["_id"]])
    (late,) = outbox.by_turns(service, 10)
    assert keys([late]) == ["slow"]
    assert late["_id"] < parcel["_id"]


def test_the_oldest_comes_first_and_only_what_was_sent_goes(service: str) -> None:
    for name in "abc":
        announce(service, "a", name)
    first, second = outbox.by_turns(service, 2)
    assert keys([first, second]) == ["a", "b"]
    outbox.remove(service, [second["_id"], ObjectId()])
    assert keys(outbox.by_turns(service, 10)) == ["a", "c"]


def test_the_trace_of_the_request_travels_along(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    monkeypatch.setattr(telemetry, "current_traceparent", lambda: trace)
    announce(service, "a", "traced")
    (parcel,) = outbox.by_turns(service, 10)
    assert outbox.messages(parcel)[0].headers == (("ce_id", "traced"), ("traceparent", trace))


def test_what_kafka_will_never_take_is_set_aside_with_its_reason(service: str) -> None:
    announce(service, "a", "too large")
    (parcel,) = outbox.by_turns(service, 10)
    outbox.park(service, parcel, outbox.messages(parcel)[0], "too large")
    (parked,) = mongo.collection(service, outbox.PARKED).find()
    assert (parked["community"], parked["topic"], parked["reason"]) == ("a", "a-topic", "too large")
