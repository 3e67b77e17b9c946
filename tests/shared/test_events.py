"""What we publish, read from a genuine Kafka by those who know nothing of Laurel: `cloudevents` and `kcat`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from kafka import KafkaConsumer, TopicPartition

from services.activity import app as activity_app
from services.activity.use_cases import profiling
from services.titles_and_badges import app as badges_app
from shared import kafka, outbox, relay
from tests import kcat
from tests.fixtures import ACTIVITY, BADGES, Courier, Door

EVENTS, PROFILES, AWARDS = "activity.events", "activity.profiles", "titles-and-badges.events"
NAME = 'post/1 #"ї"'


@pytest.fixture(scope="module")
def producer(kafka_servers: str) -> Iterator[kafka.Producer]:
    kafka.create_topics([kafka_servers], (*activity_app.TOPICS, *badges_app.TOPICS), 1)
    found = kafka.Producer([kafka_servers])
    yield found
    found.close()


@pytest.fixture
def published(activity: Door, badges: Door, courier: Courier, producer: kafka.Producer) -> str:
    """Ann posts, Bob likes it, Ann gets a badge and Bob is erased: all of it in Kafka. Returns the community."""
    post = {
        "id": NAME,
        "type": "Create",
        "actor": "ann",
        "object": {"id": "o", "type": "Note", "tag": ["x"], "inReplyTo": "p"},
        "published": "2026-01-01T02:00:00.123+02:00",
        "sequence": 7,
        "value": 3,
    }
    like = {"id": "like", "type": "Like", "actor": "bob", "object": "o", "published": "2026-01-02T00:00:00Z"}
    badges("PUT", "/v1/badges/poster", {"name": "Poster", "criterion": {"kind": "count"}, "at": 1})
    activity("POST", "/v1/activities", [post, like])
    activity("PATCH", "/v1/community", {"name": "Спільнота"})
    send(producer, activity.community)
    activity("DELETE", "/v1/members/bob")
    activity("DELETE", "/v1/activities/like")
    courier.work_off()
    send(producer, activity.community)
    # What the courier carries is what Kafka has: the awards follow from it.
    activity("POST", "/v1/activities", {**post, "id": "again"})
    courier.carry()
    send(producer, activity.community)
    return activity.community


def send(producer: kafka.Producer, community: str) -> None:
    """The relays' turns, until nothing of the community waits."""
    for service in (ACTIVITY, BADGES):
        while any(each["community"] == community for each in outbox.by_turns(service, 10_000)):
            relay.carry(service, producer)
    while profiling.send_profiles(producer):
        pass


def records(servers: str, topic: str) -> list[Any]:
    """All that lies in a topic, by partition and offset."""
    consumer = KafkaConsumer(bootstrap_servers=[servers], enable_auto_commit=False, group_id=None)
    partitions = [TopicPartition(topic, number) for number in range(kafka.PARTITIONS)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    wanted = consumer.end_offsets(partitions)
    found: list[Any] = []
    while any(consumer.position(partition) < end for partition, end in wanted.items()):
        for polled in consumer.poll(timeout_ms=500).values():
            found.extend(polled)
    consumer.close(autocommit=False)
    return found


def events(servers: str, topic: str, community: str) -> list[BaseCloudEvent]:
    """A community's events as the `cloudevents` package reads them."""
    read = [
        from_binary_event(KafkaMessage(headers=dict(each.headers), key=each.key, value=each.value))
        for each in records(servers, topic)
        if each.value is not None
    ]
    return [event for event in read if event.get_source().endswith(f"/{community}")]


def seen_by_kcat(
    servers: str, topic: str, pytestconfig: pytest.Config, community: str
) -> list[dict[str, Any]]:
    """A community's messages as `kcat -J` prints them, with the headers as a dict and the payload read."""
    assert pytestconfig.cache is not None
    printed = kcat.run(["-b", servers, "-t", topic, "-C", "-e", "-q", "-J"], pytestconfig.cache.mkdir("kcat"))
    messages = []
    for line in printed.splitlines():
        message = json.loads(line)
        names = iter(message["headers"])
        message["headers"] = dict(zip(names, names, strict=True))
        if message["headers"]["ce_source"].endswith(f"/{community}"):
            message["payload"] = message["payload"] and json.loads(message["payload"])
            messages.append(message)
    return messages


def test_the_cloudevents_package_reads_deliveries(published: str, kafka_servers: str) -> None:
    found = events(kafka_servers, EVENTS, published)
    first = next(event for event in found if event.get_data()["activity"] == NAME)
    data = first.get_data()
    member = data["member"]
    assert first.get_specversion() == "1.0"
    assert first.get_id() == f"{NAME}:{member}:{data['version']}"
    assert first.get_type() == "activity.recorded"
    assert first.get_source() == f"/laurel/activity/{published}"
    assert first.get_subject() == member
    assert first.get_time() == datetime(2026, 1, 1, 0, 0, 0, 123_000, UTC)
    assert first.get_datacontenttype() == "application/json"
    assert first.get_dataschema() == "urn:laurel:activity.recorded:1"
    assert first.get_extension("partitionkey") == member
    assert (data["type"], data["roles"], data["sequence"], data["value"]) == (
        "Create",
        ["actor", "author"],
        7,
        3,
    )
    assert data["object"]["tags"] == ["x"]
    assert data["object"]["parent"]["id"] == "p"
    identities = [(event.get_source(), event.get_id()) for event in found]
    assert len(set(identities)) == len(identities)


def test_a_retraction_is_an_event_with_a_higher_version(published: str, kafka_servers: str) -> None:
    of_like = [
        event.get_data() | {"kind": event.get_type()}
        for event in events(kafka_servers, EVENTS, published)
        if event.get_data()["activity"] == "like"
    ]
    for member in {each["member"] for each in of_like}:
        last = max((each for each in of_like if each["member"] == member), key=lambda each: each["version"])
        assert last["kind"] == "activity.retracted"


def test_no_name_and_no_id_of_the_communitys_own_is_in_a_delivery(published: str, kafka_servers: str) -> None:
    for event in events(kafka_servers, EVENTS, published):
        assert event.get_data()["member"].startswith("m")
        assert not {"ann", "bob"} & set(json.dumps(event.get_data()).split('"'))


def test_profiles_are_events_and_an_erasure_is_a_tombstone(published: str, kafka_servers: str) -> None:
    profiles = events(kafka_servers, PROFILES, published)
    ann = next(event for event in profiles if event.get_data().get("external_id") == "ann")
    assert (ann.get_type(), ann.get_subject()) == ("activity.member-profile", ann.get_data()["member"])
    assert ann.get_extension("partitionkey") == ann.get_subject()
    community = next(event for event in profiles if event.get_type() == "activity.community-profile")
    assert community.get_data()["name"] == "Спільнота"
    assert community.get_data()["zones"][0]["zone"] == "Europe/Kyiv"
    bob = next(event for event in profiles if event.get_data().get("external_id") == "bob").get_subject()
    last = [each for each in records(kafka_servers, PROFILES) if each.key.decode() == bob][-1]
    assert last.value is None


def test_awards_are_events(published: str, kafka_servers: str) -> None:
    award = events(kafka_servers, AWARDS, published)[0]
    assert (award.get_type(), award.get_source()) == (
        "badge.awarded",
        f"/laurel/titles-and-badges/{published}",
    )
    data = award.get_data()
    assert (data["badge"], data["decided_by"]) == ("poster", NAME) or data["decided_by"] == "again"
    assert award.get_time() == datetime.fromisoformat(data["awarded_at"])
    assert award.get_extension("partitionkey") == data["member"]


@pytest.mark.parametrize("topic", [EVENTS, PROFILES, AWARDS])
def test_kcat_reads_the_same(
    published: str, kafka_servers: str, pytestconfig: pytest.Config, topic: str
) -> None:
    seen = {
        message["headers"]["ce_id"]: message
        for message in seen_by_kcat(kafka_servers, topic, pytestconfig, published)
        if message["payload"] is not None
    }
    read = events(kafka_servers, topic, published)
    assert read
    assert seen.keys() == {event.get_id() for event in read}
    for event in read:
        message = seen[event.get_id()]
        assert message["key"] == event.get_subject()
        assert message["payload"] == event.get_data()
        assert message["headers"]["ce_type"] == event.get_type()
        assert message["headers"]["content-type"] == "application/json"
        assert datetime.fromisoformat(message["headers"]["ce_time"]) == event.get_time()
