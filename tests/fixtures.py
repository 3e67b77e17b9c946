"""Both services on real databases, in this process. Kafka is left out here: `Courier` carries deliveries by hand.

Tests share the databases and keep apart by communities of their own, as customers do.
"""

import itertools
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services import cli
from services.activity import app as activity_app
from services.activity.use_cases import fan_out, membership, profiling
from services.referral import app as referral_app
from services.referral import consumers as referral_consumers
from services.referral import jobs as referral_jobs
from services.referral.repository import programs
from services.titles_and_badges import app as badges_app
from services.titles_and_badges import consumers, jobs
from services.titles_and_badges.use_cases import projecting
from shared import auth, clock, consumer, kafka, mongo, outbox, work
from shared.consumer import Handler
from shared.events import referral as referral_events
from shared.events import titles_and_badges
from shared.outbox import Message
from shared.settings import Settings, from_environment

ACTIVITY = activity_app.DATABASE
BADGES = badges_app.DATABASE
REFERRAL = referral_app.DATABASE
MEMBER_KEY = "a key for tests alone, 32 characters or more"
CREDENTIAL_KEY = "a secret for tests alone of 32 characters or more"
CLICK_KEY = "another secret for tests alone of 32 characters or more"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, mongo_url: str) -> Settings:
    """The settings of both services, with keys of their own."""
    keys = tmp_path_factory.mktemp("keys")
    auth.make_keys(keys)
    return from_environment(
        {
            "LAUREL_MONGO_URL": mongo_url,
            "LAUREL_KAFKA_SERVERS": "127.0.0.1:1",
            "LAUREL_TOKEN_KEYS": str(keys / "keys.json"),
            "LAUREL_TOKEN_SIGNING_KEY": str(keys / "signing-key.pem"),
            "LAUREL_MEMBER_KEY": MEMBER_KEY,
            "LAUREL_CREDENTIAL_KEY": CREDENTIAL_KEY,
            "LAUREL_CREDENTIALS_URL": "https://badges.example",
            "LAUREL_CLICK_KEYS": CLICK_KEY,
            "LAUREL_SPOOL": str(tmp_path_factory.mktemp("spool")),
        }
    )


@pytest.fixture(scope="session")
def databases(settings: Settings) -> Settings:
    """Both services' databases, connected and indexed."""
    activity_app.ensure(settings)
    badges_app.ensure(settings)
    referral_app.ensure(settings)
    return settings


@pytest.fixture
def community(databases: Settings) -> str:
    """A new community of this test's own, known to both services."""
    del databases
    return new_community().community


def new_community() -> "Courier":
    """Found a community, and let both services know it. Returns its courier."""
    courier = Courier(f"test-{uuid.uuid4().hex[:12]}")
    membership.found_community(
        courier.community, name="A test", time_zone="Europe/Kyiv", locale="en", now=clock.now()
    )
    courier.carry()
    return courier


_STEPS = (
    (ACTIVITY, fan_out.STEPS),
    (BADGES, jobs.STEPS),
    (REFERRAL, referral_jobs.STEPS),
)


@dataclass
class Courier:
    """Carries what a community's outboxes hold to the other services, in the order that `arrange` gives it.

    What `activity` says is taken out of its outbox; what the others say stays for tests to look at, and is handed over
    once by each courier.
    """

    community: str
    arrange: Callable[[list[Any]], list[Any]] = lambda records: records
    offsets: Iterator[int] = field(default_factory=itertools.count)
    batch: int = 500
    handed: set[Any] = field(default_factory=set)

    def carry(self) -> None:
        """Until nothing is left to do: marks, outboxes, profiles, marks of the other side."""
        while self.work_off() or self.deliver() or self.follow() or self.project() or self.exchange():
            pass

    def work_off(self) -> bool:
        """Do all marks of all services."""
        did = False
        while any(work.do_next(service, steps) for service, steps in _STEPS):
            did = True
        return did

    def project(self) -> bool:
        """Show all credits on the boards (of all communities: there is one projector)."""
        projector = projecting.Projector()
        assert projector.hold()
        did = False
        while projector.step(clock.now()):
            did = True
        projector.release()
        return did

    def take(self) -> list[kafka.Record]:
        """Take the community's deliveries out of the outbox, as records."""
        parcels = [each for each in outbox.by_turns(ACTIVITY, 10_000) if each["community"] == self.community]
        messages = [(parcel["topic"], message) for parcel in parcels for message in outbox.messages(parcel)]
        outbox.remove(ACTIVITY, [parcel["_id"] for parcel in parcels])
        return [self.record(topic, message) for topic, message in messages]

    def deliver(self) -> bool:
        """Hand the deliveries over, in batches of a partition each."""
        return self.hand_over(consumers.HANDLERS, self.take())

    def exchange(self) -> bool:
        """Hand awards over to `referral` and its outcomes to `titles-and-badges`, where there is a program."""
        if not programs.every(self.community):
            return False
        awards = self.said(BADGES, titles_and_badges.EVENTS.name)
        outcomes = self.said(REFERRAL, referral_events.EVENTS.name)
        did = self.hand_over(referral_consumers.HANDLERS, awards)
        return self.hand_over(consumers.HANDLERS, outcomes) or did

    def said(self, service: str, topic: str) -> list[kafka.Record]:
        """What a service said on a topic and this courier did not hand over yet, as records."""
        ours = {"community": self.community, "topic": topic}
        parcels = mongo.collection(service, outbox.COLLECTION).find(ours, sort=[("_id", 1)])
        new = [each for each in parcels if each["_id"] not in self.handed]
        self.handed |= {each["_id"] for each in new}
        return [self.record(topic, message) for parcel in new for message in outbox.messages(parcel)]

    def hand_over(self, handlers: Mapping[str, Handler], taken: list[kafka.Record]) -> bool:
        """Hand records over as they are arranged, in batches of a partition each."""
        records = self.arrange(taken)
        by_partition: dict[kafka.Partition, list[kafka.Record]] = {}
        for record in records:
            by_partition.setdefault(record.partition, []).append(record)
        for partition, ours in by_partition.items():
            for start in range(0, len(ours), self.batch):
                consumer.apply(handlers[partition.topic], partition, ours[start : start + self.batch])
        return bool(records)

    def follow(self) -> bool:
        """Hand the profiles over (of all communities: they are one stream)."""
        sent: list[Message] = []
        profiling.send_profiles(Catcher(sent))  # type: ignore[arg-type]
        records = [self.record("activity.profiles", message) for message in sent]
        if records:
            for handlers in (consumers.HANDLERS, referral_consumers.HANDLERS):
                consumer.apply(handlers["activity.profiles"], records[0].partition, records)
        return bool(records)

    def record(self, topic: str, message: Message) -> kafka.Record:
        """A message as a consumer reads it; one member's messages lie in one partition."""
        number = random.Random(message.key).randrange(kafka.PARTITIONS)  # noqa: S311
        partition = kafka.Partition(topic, number if message.partition is None else message.partition)
        headers = [(name, value.encode()) for name, value in message.headers]
        return kafka.Record(partition, next(self.offsets), message.key.encode(), message.value, headers)


@dataclass
class Catcher:
    """Stands where the relay's producer stands, and keeps what is sent."""

    sent: list[Message]

    def send(self, topic: str, messages: list[Message]) -> list[None]:
        """Take messages as if Kafka had them."""
        del topic
        self.sent.extend(messages)
        return [None] * len(messages)


@pytest.fixture
def courier(community: str) -> Courier:
    """The courier of this test's community."""
    return Courier(community)


@dataclass
class Door:
    """A service's HTTP door, with a token of this test's community."""

    client: FlaskClient
    settings: Settings
    community: str
    kind: str = "admin"

    def token(self, kind: str | None = None, **options: Any) -> str:
        """A token of the community."""
        return auth.mint(
            self.settings.need_signing_key(),
            community=self.community,
            kind=kind or self.kind,
            now=clock.now(),
            **options,
        )

    def __call__(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        """Ask, with the community's token. Returns werkzeug's test response."""
        headers = {"Authorization": f"Bearer {self.token()}", **options.pop("headers", {})}
        return self.client.open(path, method=method, json=json, headers=headers, **options)


def redefine(badges: Door, slug: str, definition: dict[str, Any]) -> Any:
    """Define a badge for all that was ever done: preview it, and order what was previewed."""
    previewed = badges("POST", f"/v1/badges/{slug}/preview", definition).json
    return badges("PUT", f"/v1/badges/{slug}", {**definition, "recompute": previewed["id"]})


@pytest.fixture(scope="session")
def activity_client(databases: Settings) -> FlaskClient:
    """The door of `activity`."""
    return activity_app.wire_api(databases).test_client()


@pytest.fixture(scope="session")
def badges_client(databases: Settings) -> FlaskClient:
    """The door of `titles-and-badges`."""
    return badges_app.wire_api(databases).test_client()


@pytest.fixture(scope="session")
def referral_client(databases: Settings) -> FlaskClient:
    """The door of `referral`."""
    return referral_app.wire_api(databases).test_client()


@pytest.fixture
def referral(referral_client: FlaskClient, databases: Settings, community: str) -> Door:
    """`referral`, asked by an admin of the test's community."""
    return Door(referral_client, databases, community)


@pytest.fixture
def activity(activity_client: FlaskClient, databases: Settings, community: str) -> Door:
    """`activity`, asked by an admin of the test's community."""
    return Door(activity_client, databases, community)


@pytest.fixture
def badges(badges_client: FlaskClient, databases: Settings, community: str) -> Door:
    """`titles-and-badges`, asked by an admin of the test's community."""
    return Door(badges_client, databases, community)


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def laurel(
    databases: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """The `laurel` command in this process, from its arguments to its exit code."""
    for name, value in {
        "LAUREL_MONGO_URL": databases.mongo_url,
        "LAUREL_KAFKA_SERVERS": ",".join(databases.kafka_servers),
        "LAUREL_TOKEN_KEYS": databases.token_keys,
        "LAUREL_TOKEN_SIGNING_KEY": databases.need_signing_key(),
        "LAUREL_MEMBER_KEY": MEMBER_KEY,
        "LAUREL_CREDENTIAL_KEY": CREDENTIAL_KEY,
        "LAUREL_CREDENTIALS_URL": databases.credentials_url,
        "LAUREL_CLICK_KEYS": CLICK_KEY,
        "LAUREL_SPOOL": databases.need_spool(),
    }.items():
        monkeypatch.setenv(name, str(value))

    def run(*arguments: str) -> Said:
        monkeypatch.setattr("sys.argv", ["laurel", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


def keys_directory(settings: Settings) -> Path:
    """Where the keys of the tests lie."""
    return settings.token_keys.parent
