"""Both services on real databases, in this process. Kafka is left out here: `Courier` carries deliveries by hand.

Tests share the databases and keep apart by communities of their own, as customers do.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services import cli
from services.activity import app as activity_app
from services.activity import wsgi as activity_wsgi
from services.activity.use_cases import membership
from services.referral import app as referral_app
from services.referral import wsgi as referral_wsgi
from services.titles_and_badges import app as badges_app
from services.titles_and_badges import wsgi as badges_wsgi
from shared import auth, clock
from shared.settings import Settings, from_environment
from tests.couriers import ACTIVITY, BADGES, REFERRAL, Catcher, Courier

__all__ = ["ACTIVITY", "BADGES", "REFERRAL", "Catcher", "Courier"]  # what tests take from here

MEMBER_KEY = "a key for tests alone, 32 characters or more"
CREDENTIAL_KEY = "a secret for tests alone of 32 characters or more"
CLICK_KEY = "another secret for tests alone of 32 characters or more"
#: Where the communities of tests are: it is not UTC, so that nothing is right by accident.
ZONE = "Europe/Kyiv"


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
    membership.found_community(courier.community, name="A test", time_zone=ZONE, locale="en", now=clock.now())
    courier.carry()
    return courier


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
    return activity_wsgi.wire_api(databases).test_client()


@pytest.fixture(scope="session")
def badges_client(databases: Settings) -> FlaskClient:
    """The door of `titles-and-badges`."""
    return badges_wsgi.wire_api(databases).test_client()


@pytest.fixture(scope="session")
def referral_client(databases: Settings) -> FlaskClient:
    """The door of `referral`."""
    return referral_wsgi.wire_api(databases).test_client()


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
