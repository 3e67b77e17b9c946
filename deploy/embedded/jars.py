"""The jars that Apache Kafka is made of: named with their SHA-256 sums in `kafka-jars.lock`, fetched once.

`jgo` resolves them (`python -m deploy.embedded lock-jars`, a developer's command); what is resolved is then a
list in the repository, so that every machine runs the same bytes and the second start needs no network. jgo's
own `EnvironmentBuilder` is not used: it fetches a whole JDK to sort jars into modules, which we do not need.
"""

import hashlib
import os
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import certifi
import httpx

from deploy.embedded.errors import CannotStart

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
#: The binding between Kafka's logging calls and log4j, which Kafka's POM does not bring. Resolved apart: in
#: one resolution its BOM pulls kafka-clients down to 3.9.1 and the broker dies with NoSuchMethodError.
LOG_BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"

LOCK = Path(__file__).with_name("kafka-jars.lock")

_AT_ONCE = 6
_TRIES = 4


class Jar(NamedTuple):
    """One artifact of Maven Central and the sum that its bytes must have."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """The file's name, here and there."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """Where a Maven repository keeps it."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.name}"


def cache_directory() -> Path:
    """Where downloads are kept: LAUREL_CACHE, else `cache` in LAUREL_HOME, else `.laurel/cache`."""
    home = Path(os.environ.get("LAUREL_HOME") or ".laurel")
    return Path(os.environ.get("LAUREL_CACHE") or home / "cache").absolute()


def classpath(cache: Path | None = None) -> str:
    """What `java -cp` needs to run Kafka; fetches what is not in the cache yet.

    Raises CannotStart when a jar can't be fetched or is not the one that was locked.
    """
    directory = (cache or cache_directory()) / "kafka-jars"
    directory.mkdir(parents=True, exist_ok=True)
    jars = locked()
    missing = [jar for jar in jars if not (directory / jar.name).is_file()]
    if missing:
        _fetch(missing, directory)
    return os.pathsep.join(str(directory / jar.name) for jar in jars)


def locked() -> list[Jar]:
    """The jars of the lock, in its order."""
    lines = LOCK.read_text("utf-8").splitlines()
    return [_read(line) for line in lines if line and not line.startswith("#")]


def lock() -> list[Jar]:
    """Resolve Kafka anew and write the lock; its difference is what a reviewer reads."""
    from jgo import resolve  # noqa: PLC0415  (jgo is needed here alone, and slow to import)

    artifacts = [*resolve(KAFKA), resolve(LOG_BINDING)[0]]
    jars = sorted(
        Jar(one.groupId, one.artifactId, one.version, _sha256(one.resolve().read_bytes()))
        for one in artifacts
    )
    head = "# Apache Kafka's jars. Written by `python -m deploy.embedded lock-jars`.\n"
    LOCK.write_text(head + "".join(f"{jar[0]}:{jar[1]}:{jar[2]} sha256:{jar[3]}\n" for jar in jars), "utf-8")
    return jars


def _read(line: str) -> Jar:
    coordinate, _, sha256 = line.partition(" sha256:")
    group, artifact, version = coordinate.split(":")
    return Jar(group, artifact, version, sha256)


def _fetch(jars: list[Jar], directory: Path) -> None:
    with httpx.Client(verify=_trust(), timeout=60) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda jar: _fetch_one(client, jar, directory), jars))


def _fetch_one(client: httpx.Client, jar: Jar, directory: Path) -> None:
    content = _download(client, jar)
    if _sha256(content) != jar.sha256:
        message = f"{jar.name} is not the file that was locked: its SHA-256 is {_sha256(content)}"
        raise CannotStart(message)
    # Renamed only when whole, or an interrupted download would be run for ever after.
    partial = directory / f"{jar.name}.{os.getpid()}"
    partial.write_bytes(content)
    partial.replace(directory / jar.name)


def _download(client: httpx.Client, jar: Jar) -> bytes:
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415

    for attempt in range(_TRIES):
        time.sleep(attempt)
        try:
            return client.get(f"{MAVEN_CENTRAL_URL}/{jar.path}").raise_for_status().content
        except httpx.HTTPError as error:
            fault = error
    message = f"{jar.name} could not be fetched from Maven Central, which Kafka's first start needs: {fault}"
    raise CannotStart(message)


def _trust() -> ssl.SSLContext:
    # The system's certificates and the bundled ones: a company's own proxy is known to the former alone.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
