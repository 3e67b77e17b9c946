"""The environment is read once, and refused loudly: every fault at once, no secret in sight."""

from pathlib import Path

import pytest

from shared.settings import SettingsError, from_environment

SECRET_KEY = "0123456789abcdef0123456789abcdef"  # noqa: S105 (made up)


@pytest.fixture
def complete(tmp_path: Path) -> dict[str, str]:
    """The least that every process needs."""
    keys = tmp_path / "keys.json"
    keys.write_text("{}")
    return {
        "LAUREL_MONGO_URL": "mongodb://user:hidden@127.0.0.1:27017/?replicaSet=rs0",
        "LAUREL_KAFKA_SERVERS": "127.0.0.1:9092, kafka-2:9093",
        "LAUREL_TOKEN_KEYS": str(keys),
    }


def refused(environment: dict[str, str]) -> str:
    """What is said of an environment that will not do."""
    with pytest.raises(SettingsError) as refusal:
        from_environment(environment)
    return str(refusal.value)


def test_what_is_not_said_has_defaults(complete: dict[str, str]) -> None:
    settings = from_environment(complete)
    assert settings.kafka_servers == ("127.0.0.1:9092", "kafka-2:9093")
    assert settings.activity_url == "http://127.0.0.1:8801"
    assert settings.titles_and_badges_url == "http://127.0.0.1:8802"
    assert settings.credentials_url == settings.titles_and_badges_url
    assert settings.metrics_bind is None
    assert from_environment({**complete, "LAUREL_METRICS_BIND": "9464"}).metrics_bind == ("127.0.0.1", 9464)
    assert (settings.bind, settings.member_key, settings.token_signing_key) == (None, None, None)
    assert (settings.replication_factor, settings.log_level, settings.log_format) == (1, "info", "json")


def test_every_variable_is_heard(complete: dict[str, str]) -> None:
    settings = from_environment(
        {
            **complete,
            "LAUREL_ACTIVITY_URL": "https://activity.example/",
            "LAUREL_TITLES_AND_BADGES_URL": "http://[::1]:8802",
            "LAUREL_BIND": "0.0.0.0:80",
            "LAUREL_METRICS_BIND": "0.0.0.0:9464",
            "LAUREL_MEMBER_KEY": SECRET_KEY,
            "LAUREL_CREDENTIAL_KEY": f"{SECRET_KEY}, {SECRET_KEY[::-1]}",
            "LAUREL_CREDENTIALS_URL": "https://badges.example",
            "LAUREL_TOKEN_SIGNING_KEY": complete["LAUREL_TOKEN_KEYS"],
            "LAUREL_REPLICATION_FACTOR": "3",
            "LAUREL_LOG_LEVEL": "DEBUG",
            "LAUREL_LOG_FORMAT": "console",
        }
    )
    assert settings.activity_url == "https://activity.example"
    assert settings.metrics_bind == ("0.0.0.0", 9464)  # noqa: S104 (read, not bound)
    assert settings.need_member_key() == SECRET_KEY.encode()
    assert settings.need_credential_keys() == (SECRET_KEY.encode(), SECRET_KEY[::-1].encode())
    assert settings.credentials_url == "https://badges.example"
    assert settings.need_signing_key() == Path(complete["LAUREL_TOKEN_KEYS"])
    assert (settings.replication_factor, settings.log_level) == (3, "debug")


def test_all_that_is_missing_is_named_at_once() -> None:
    lines = refused({}).splitlines()
    assert lines == [
        "LAUREL_MONGO_URL is not set",
        "LAUREL_KAFKA_SERVERS is not set",
        "LAUREL_TOKEN_KEYS is not set",
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("LAUREL_MONGO_URL", "127.0.0.1:27017"),
        ("LAUREL_MONGO_URL", "mongodb://127.0.0.1:27017"),  # no replica set: no transactions
        ("LAUREL_KAFKA_SERVERS", "127.0.0.1"),
        ("LAUREL_KAFKA_SERVERS", "a:1,b:x"),
        ("LAUREL_TOKEN_KEYS", "/nowhere/keys.json"),
        ("LAUREL_TOKEN_SIGNING_KEY", "/nowhere/signing-key.pem"),
        ("LAUREL_MEMBER_KEY", SECRET_KEY[:31]),
        ("LAUREL_CREDENTIAL_KEY", f"{SECRET_KEY},{SECRET_KEY[:31]}"),
        ("LAUREL_CREDENTIALS_URL", "badges.example"),
        ("LAUREL_ACTIVITY_URL", "activity.example:80"),
        ("LAUREL_TITLES_AND_BADGES_URL", "ftp://example"),
        ("LAUREL_REPLICATION_FACTOR", "0"),
        ("LAUREL_METRICS_BIND", "anywhere"),
        ("LAUREL_METRICS_BIND", "127.0.0.1:65536"),
        ("LAUREL_REPLICATION_FACTOR", "three"),
        ("LAUREL_LOG_LEVEL", "loud"),
        ("LAUREL_LOG_FORMAT", "xml"),
    ],
)
def test_what_is_wrong_is_named(complete: dict[str, str], name: str, written: str) -> None:
    said = refused({**complete, name: written})
    assert said.startswith(f"{name} is wrong: ")
    assert len(said.splitlines()) == 1


def test_no_secret_is_repeated(complete: dict[str, str]) -> None:
    settings = from_environment({**complete, "LAUREL_MEMBER_KEY": SECRET_KEY})
    assert "hidden" not in repr(settings)
    assert SECRET_KEY not in repr(settings)
    assert SECRET_KEY[:31] not in refused({**complete, "LAUREL_MEMBER_KEY": SECRET_KEY[:31]})
    assert "hidden" not in refused({**complete, "LAUREL_MONGO_URL": "mongo://user:hidden@host"})


def test_what_only_some_processes_need_is_asked_for_by_them(complete: dict[str, str]) -> None:
    settings = from_environment(complete)
    with pytest.raises(SettingsError, match="LAUREL_MEMBER_KEY is not set"):
        settings.need_member_key()
    with pytest.raises(SettingsError, match="LAUREL_CREDENTIAL_KEY is not set"):
        settings.need_credential_keys()
    with pytest.raises(SettingsError, match="LAUREL_TOKEN_SIGNING_KEY is not set"):
        settings.need_signing_key()
