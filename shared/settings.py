"""The environment, read once at start into a frozen object; what is missing or wrong stops the process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SECRET_LENGTH = 32
_PORTS = 65_536


class SettingsError(Exception):
    """The environment does not hold what this process needs; the message names every fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says. Secrets are left out of `repr`, so that they reach no log."""

    mongo_url: str = field(repr=False)
    kafka_servers: tuple[str, ...]
    token_keys: Path
    token_signing_key: Path | None
    member_key: str | None = field(repr=False)
    credential_keys: tuple[bytes, ...] = field(repr=False)
    activity_url: str
    titles_and_badges_url: str
    credentials_url: str
    referral_url: str
    #: Where people reach the links of `referral`: it stands in every link, and on what is printed.
    links_url: str
    #: The secrets under which visitors and addresses are hashed, the newest first.
    click_keys: tuple[bytes, ...] = field(repr=False)
    #: A folder that outlives the process: clicks wait in it, and the links that it knew last.
    spool: Path | None
    #: The most that waits in it, in bytes; what comes beyond is counted and lost.
    spool_bytes: int
    #: Where a link leads whose code nobody knows.
    fallback_url: str | None
    #: So many proxies of our own stand before the doors, each of which adds to X-Forwarded-For.
    proxies: int
    bind: str | None
    #: Where processes without an HTTP door tell their numbers.
    metrics_bind: tuple[str, int] | None
    replication_factor: int
    log_level: str
    log_format: str

    def need_member_key(self) -> bytes:
        """The key under which members' external ids are hashed; `activity` and `referral` hold it."""
        if self.member_key is None:
            message = "LAUREL_MEMBER_KEY is not set: a secret of 32 characters or more, never to be changed"
            raise SettingsError(message)
        return self.member_key.encode()

    def need_credential_keys(self) -> tuple[bytes, ...]:
        """The secrets that wrap communities' signing keys, the newest first; `titles-and-badges` holds them."""
        if not self.credential_keys:
            message = (
                "LAUREL_CREDENTIAL_KEY is not set: a secret of 32 characters or more, which encrypts the keys "
                "that sign credentials"
            )
            raise SettingsError(message)
        return self.credential_keys

    def need_click_keys(self) -> tuple[bytes, ...]:
        """The secrets under which visitors and addresses are hashed; only `referral` holds them."""
        if not self.click_keys:
            message = (
                "LAUREL_CLICK_KEYS is not set: a secret of 32 characters or more, under which visitors and "
                "addresses are hashed"
            )
            raise SettingsError(message)
        return self.click_keys

    def need_spool(self) -> Path:
        """The folder in which clicks wait; the API of `referral` needs it, on a volume that outlives its process."""
        if self.spool is None:
            message = "LAUREL_SPOOL is not set: a folder that outlives the process, where clicks wait"
            raise SettingsError(message)
        return self.spool

    def need_signing_key(self) -> Path:
        """The private key that signs tokens; only who mints them holds it."""
        if self.token_signing_key is None:
            message = (
                "LAUREL_TOKEN_SIGNING_KEY is not set: the path of signing-key.pem, see `laurel tokens keys`"
            )
            raise SettingsError(message)
        return self.token_signing_key


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read every `LAUREL_` variable that Laurel knows.

    Raises SettingsError with one line for every variable that is missing or wrong.
    """
    faults: list[str] = []

    def read(name: str, parse: Callable[[str], Any], default: str | None = None) -> Any:  # noqa: ANN401
        written = environment.get(name, default)
        if not written:
            if default is None:
                faults.append(f"{name} is not set")
            return None
        try:
            return parse(written)
        except ValueError as error:
            faults.append(f"{name} is wrong: {error}")
            return None

    referral_url = read("LAUREL_REFERRAL_URL", _http_url, "http://127.0.0.1:8803")
    titles_and_badges_url = read("LAUREL_TITLES_AND_BADGES_URL", _http_url, "http://127.0.0.1:8802")
    settings = Settings(
        mongo_url=read("LAUREL_MONGO_URL", _mongo_url),
        kafka_servers=read("LAUREL_KAFKA_SERVERS", _servers),
        token_keys=read("LAUREL_TOKEN_KEYS", _file),
        token_signing_key=read("LAUREL_TOKEN_SIGNING_KEY", _file, ""),
        member_key=read("LAUREL_MEMBER_KEY", _secret, ""),
        credential_keys=read("LAUREL_CREDENTIAL_KEY", _secrets, "") or (),
        activity_url=read("LAUREL_ACTIVITY_URL", _http_url, "http://127.0.0.1:8801"),
        titles_and_badges_url=titles_and_badges_url,
        referral_url=referral_url,
        links_url=read("LAUREL_LINKS_URL", _http_url, "") or referral_url,
        click_keys=read("LAUREL_CLICK_KEYS", _secrets, "") or (),
        spool=read("LAUREL_SPOOL", Path, ""),
        spool_bytes=read("LAUREL_SPOOL_BYTES", _positive, "256000000"),
        fallback_url=read("LAUREL_FALLBACK_URL", _http_url, ""),
        proxies=read("LAUREL_PROXIES", _count, "0"),
        credentials_url=read("LAUREL_CREDENTIALS_URL", _http_url, "") or titles_and_badges_url,
        bind=read("LAUREL_BIND", str, ""),
        metrics_bind=read("LAUREL_METRICS_BIND", _address, ""),
        replication_factor=read("LAUREL_REPLICATION_FACTOR", _positive, "1"),
        log_level=read("LAUREL_LOG_LEVEL", _one_of("debug", "info", "warning", "error"), "info"),
        log_format=read("LAUREL_LOG_FORMAT", _one_of("json", "console"), "json"),
    )
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _mongo_url(written: str) -> str:
    if not written.startswith(("mongodb://", "mongodb+srv://")):
        message = "it must begin with mongodb://"
        raise ValueError(message)
    if not written.startswith("mongodb+srv://") and "replicaSet=" not in written:
        message = "it must name a replicaSet: Laurel's promises rest on transactions"
        raise ValueError(message)
    return written


def _servers(written: str) -> tuple[str, ...]:
    servers = tuple(part.strip() for part in written.split(",") if part.strip())
    for server in servers:
        host, _, port = server.rpartition(":")
        if not host or not port.isdigit():
            message = f"{server!r} is not host:port"
            raise ValueError(message)
    return servers


def _address(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < _PORTS:
        message = f"{written!r} is neither a port nor host:port"
        raise ValueError(message)
    return host or "127.0.0.1", int(port)


def _file(written: str) -> Path:
    path = Path(written)
    if not path.is_file():
        message = f"there is no file {written}"
        raise ValueError(message)
    return path


def _secret(written: str) -> str:
    if len(written) < SECRET_LENGTH:
        message = f"it has {len(written)} characters and needs {SECRET_LENGTH} or more"
        raise ValueError(message)
    return written


def _secrets(written: str) -> tuple[bytes, ...]:
    return tuple(_secret(part.strip()).encode() for part in written.split(","))


def _http_url(written: str) -> str:
    parts = urlsplit(written)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = f"{written!r} is not an http or https address"
        raise ValueError(message)
    return written.rstrip("/")


def _count(written: str) -> int:
    if not written.isdecimal():
        message = f"{written!r} is not a whole number of 0 or more"
        raise ValueError(message)
    return int(written)


def _positive(written: str) -> int:
    number = int(written)
    if number < 1:
        message = "it must be 1 or more"
        raise ValueError(message)
    return number


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(written: str) -> str:
        if written.lower() not in choices:
            message = f"{written!r} is none of {', '.join(choices)}"
            raise ValueError(message)
        return written.lower()

    return parse
