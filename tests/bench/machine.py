"""The servers on one core, this process on another, so that neither takes the other's time."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from deploy.embedded import kafka, mongod, ports
from services.activity import app as activity_app
from services.referral import app as referral_app
from services.titles_and_badges import app as badges_app
from shared import auth, settings, telemetry
from shared import kafka as topics
from shared.settings import Settings


class Machine(NamedTuple):
    """What the goals run on."""

    settings: Settings
    directory: Path
    #: One word for the table: which cores do what.
    cores: str
    server_core: int
    #: What a process of ours is started with.
    environment: Mapping[str, str]


@contextmanager
def started() -> Iterator[Machine]:
    """Genuine MongoDB and genuine Apache Kafka in a folder of their own, with everything that Laurel needs in them."""
    available = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="laurel-bench-")))
        # A server inherits the core from us; afterwards we move away.
        os.sched_setaffinity(0, {available[0]})
        mongo = mongod.start(directory / "mongod", *ports.free(1), cache_gigabytes=1.0)
        stack.callback(mongo.stop)
        broker = kafka.start(directory / "kafka", *ports.free(2))
        stack.callback(broker.stop)
        os.sched_setaffinity(0, {available[-1]})
        environment = _environment(directory, mongo.url, broker.url)
        configuration = settings.from_environment(environment)
        _be_quiet()
        activity_app.ensure(configuration)
        badges_app.ensure(configuration)
        referral_app.ensure(configuration)
        topics.create_topics(configuration.kafka_servers, activity_app.TOPICS + badges_app.TOPICS, 1)
        yield Machine(
            configuration,
            directory,
            f"servers on core {available[0]}, code on core {available[-1]}",
            available[0],
            environment,
        )


def _environment(directory: Path, mongo_url: str, kafka_servers: str) -> dict[str, str]:
    auth.make_keys(directory)
    return {
        "LAUREL_MONGO_URL": mongo_url,
        "LAUREL_KAFKA_SERVERS": kafka_servers,
        "LAUREL_TOKEN_KEYS": str(directory / "keys.json"),
        "LAUREL_TOKEN_SIGNING_KEY": str(directory / "signing-key.pem"),
        "LAUREL_MEMBER_KEY": "a key for the bench alone, of 32 characters or more",
        "LAUREL_CREDENTIAL_KEY": "a secret for the bench alone of 32 characters or more",
        "LAUREL_CLICK_KEYS": "another secret for the bench alone of 32 characters or more",
        "LAUREL_SPOOL": str(directory / "spool"),
    }


def _be_quiet() -> None:
    """Log as a service does, so that it costs what it costs, but to nowhere."""
    telemetry.configure(service="activity", process="bench")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (until the process ends)
