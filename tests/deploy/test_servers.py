"""The embedded servers as tests and the demo rely on them: real, killable, back with what they were given."""

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.embedded import jars, kafka, mongod, ports
from deploy.embedded.errors import CannotStart
from deploy.embedded.server import Server


@pytest.fixture
def client(mongo_server: Server) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_server.url, serverSelectionTimeoutMS=5_000) as connected:
        yield connected
        connected.drop_database("deploy_test")


def test_a_transaction_can_be_rolled_back(client: MongoClient[dict[str, Any]]) -> None:
    things = client["deploy_test"]["things"]
    things.insert_one({"_id": "kept"})
    with client.start_session() as session, session.start_transaction():
        things.insert_one({"_id": "taken back"}, session=session)
        session.abort_transaction()
    assert [thing["_id"] for thing in things.find()] == ["kept"]


def test_a_killed_mongod_comes_back_with_what_it_acknowledged(
    mongo_server: Server, client: MongoClient[dict[str, Any]]
) -> None:
    client["deploy_test"]["things"].insert_many([{"_id": number} for number in range(100)])
    mongo_server.kill()
    assert not mongo_server.is_alive
    mongo_server.start()
    assert client["deploy_test"]["things"].count_documents({}) == 100


def test_a_paused_mongod_hangs_and_goes_on(mongo_server: Server) -> None:
    impatient = f"{mongo_server.url}&timeoutMS=500"
    mongo_server.pause()
    with MongoClient[dict[str, Any]](impatient) as client, pytest.raises(PyMongoError):
        client.admin.command("ping")
    mongo_server.resume()
    with MongoClient[dict[str, Any]](mongo_server.url) as client:
        assert client.admin.command("ping")["ok"]


@pytest.mark.servers
def test_a_replica_set_follows_its_directory_to_another_port(tmp_path: Path) -> None:
    first, second = ports.free(2)
    mongod.start(tmp_path, first).stop()
    moved = mongod.start(tmp_path, second)
    with MongoClient[dict[str, Any]](moved.url) as client:
        assert client.admin.command("hello")["primary"] == f"{ports.HOST}:{second}"
    moved.stop()


def test_a_killed_broker_comes_back_with_what_it_acknowledged(kafka_server: Server) -> None:
    _create_topic(kafka_server, "survivors")
    producer = KafkaProducer(bootstrap_servers=kafka_server.url, acks="all")
    for number in range(100):
        producer.send("survivors", str(number).encode()).get(timeout=10)
    producer.close()
    kafka_server.kill()
    kafka_server.start()
    assert _values(kafka_server, "survivors") == [str(number).encode() for number in range(100)]


def test_a_paused_broker_goes_on(kafka_server: Server) -> None:
    kafka_server.pause()
    assert kafka_server.is_alive
    kafka_server.resume()
    kafka_server.await_ready()
    _create_topic(kafka_server, "after-the-pause")


def test_topics_are_never_made_by_mistake(kafka_server: Server) -> None:
    consumer = KafkaConsumer(bootstrap_servers=kafka_server.url)
    assert consumer.partitions_for_topic("a-typing-error") in (None, set())
    assert "a-typing-error" not in consumer.topics()
    consumer.close()


@pytest.mark.servers
def test_a_server_that_dies_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with socket.create_server((ports.HOST, 0)) as holder:
        port = holder.getsockname()[1]
        holder.listen()
        with pytest.raises(
            CannotStart, match=r"(?s)mongod ended instead of starting.*Address already in use"
        ):
            mongod.start(tmp_path, port)


@pytest.mark.servers
def test_kafka_names_the_fault_when_its_storage_cannot_be_formatted(tmp_path: Path) -> None:
    node = kafka.Node(number=-1, port=1, controller_port=2)
    with pytest.raises(CannotStart, match=r"(?s)could not be formatted.*node.id"):
        kafka.command(tmp_path, node, [node], kafka.new_cluster_id())


def test_three_nodes_keep_three_copies_and_need_two(tmp_path: Path) -> None:
    cluster = [kafka.Node(number=n, port=100 + n, controller_port=200 + n) for n in (1, 2, 3)]
    written = dict(
        line.split("=", 1) for line in kafka.properties(tmp_path, cluster[1], cluster).splitlines()
    )
    assert written["node.id"] == "2"
    assert written["controller.quorum.voters"] == "1@127.0.0.1:201,2@127.0.0.1:202,3@127.0.0.1:203"
    assert (written["default.replication.factor"], written["min.insync.replicas"]) == ("3", "2")


def test_only_locked_jars_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = jars.locked()[0]._replace(sha256="0" * 64)
    monkeypatch.setattr(jars, "locked", lambda: [jar])
    monkeypatch.setattr(jars, "_download", lambda *_: b"something else")
    with pytest.raises(CannotStart, match="is not the file that was locked"):
        jars.classpath(tmp_path)
    assert not list(tmp_path.rglob("*.jar"))


def test_free_ports_are_different_and_out_of_the_way_of_outgoing_connections() -> None:
    found = ports.free(5)
    assert len(set(found)) == 5
    assert max(found) < ports.first_ephemeral()


def test_no_port_is_given_twice_also_not_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ports.free(2)
    monkeypatch.setattr(random, "sample", lambda *_: [first, second])
    script = f"import random; random.sample = lambda *_: [{first}]; from deploy.embedded import ports; ports.free(1)"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)  # noqa: S603
    assert "OSError: no 1 free ports" in other.stderr
    with pytest.raises(OSError, match="no 1 free ports"):
        ports.free(1)


def _create_topic(server: Server, name: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=server.url)
    admin.create_topics([NewTopic(name, 1, 1)])
    admin.close()


def _values(server: Server, topic: str) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=server.url, auto_offset_reset="earliest", consumer_timeout_ms=3_000
    )
    consumer.assign([TopicPartition(topic, 0)])
    values = [record.value for record in consumer]
    consumer.close()
    return values
