"""Laurel in earnest: every process of both services as it runs in production, on servers of their own.

A supervisor of a few lines starts again whatever dies, as supervisord or Kubernetes would. Servers of their own,
because the tests with `Courier` carry outboxes by hand, and a relay beside them would be faster.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from pymongo import MongoClient

from deploy.embedded import kafka, mongod, ports
from deploy.embedded.server import Server
from shared import auth, clock
from tests import commands

#: Far more than anything needs; what takes longer hangs.
LONGEST_SECONDS = 120.0

#: What runs in a session: whoever closes it ends it.
LIVE = pytest.StashKey[contextlib.ExitStack]()

LAUREL = str(Path(sys.executable).with_name("laurel"))
PROCESSES = {
    "activity-api": ("activity", "api"),
    "activity-relay": ("activity", "relay"),
    "activity-jobs": ("activity", "jobs"),
    "badges-api": ("titles-and-badges", "api"),
    "badges-consume": ("titles-and-badges", "consume"),
    "badges-relay": ("titles-and-badges", "relay"),
    "badges-jobs": ("titles-and-badges", "jobs"),
    "referral-api": ("referral", "api"),
    "referral-consume": ("referral", "consume"),
    "referral-relay": ("referral", "relay"),
    "referral-jobs": ("referral", "jobs"),
}

_LOOK_SECONDS = 0.02


def wait_for(question: Callable[[], Any], what: str, seconds: float = LONGEST_SECONDS) -> Any:
    """Ask until the answer is true, and return it. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(_LOOK_SECONDS)
    return answer


@dataclass(kw_only=True)
class Kept:
    """A process that is kept running: started again whenever it dies."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    wanted: bool = True

    def keep(self) -> None:
        """Start it if it should run and does not."""
        if self.wanted and (self.process is None or self.process.poll() is not None):
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(  # noqa: S603 (our own programs)
                    self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            self.starts += 1

    @property
    def pid(self) -> int:
        """The id of the process as it runs now."""
        process = wait_for(lambda: self.process, f"{self.name} to be started")
        return int(process.pid)

    def pids(self) -> list[int]:
        """Its id and those of its workers."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return [self.pid, *(child.pid for child in psutil.Process(self.pid).children(recursive=True))]
        return []

    def stop(self) -> int:
        """Tell it to end, for good; returns its exit code."""
        self.wanted = False
        if self.process is None:
            return 0
        self.process.terminate()
        return self.process.wait(LONGEST_SECONDS)

    def kill(self) -> None:
        """End it and its workers at once; while it is wanted, it comes back."""
        for pid in self.pids():
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
        if self.process is not None:
            self.process.wait()


@dataclass(kw_only=True)
class Live:
    """The running whole, as an operator and a community meet it."""

    home: Path
    mongo: Server
    kafka: Server
    environment: dict[str, str]
    processes: dict[str, Kept] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database: MongoClient[dict[str, Any]] = MongoClient(
            self.mongo.url, appname="the test", tz_aware=True
        )

    @property
    def kafka_servers(self) -> str:
        """host:port of the broker."""
        return self.environment["LAUREL_KAFKA_SERVERS"]

    def run(self, *arguments: str | Path, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run `laurel`, perhaps in a changed environment, and return its exit code and what it printed."""
        return commands.run([str(argument) for argument in arguments], {**self.environment, **changed})

    def laurel(self, *arguments: str | Path) -> str:
        """Run `laurel`, which must go well, and return what it prints."""
        done = self.run(*arguments)
        message = f"laurel {' '.join(done.args)}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, message
        return done.stdout

    def found(self, *slugs: str, definitions: str = "stackexchange") -> None:
        """Found communities and give them their badges."""
        for slug in slugs:
            self.laurel("communities", "create", slug, "--time-zone", "UTC")
            self.laurel("titles-and-badges", "definitions", "load", definitions, "--community", slug)

    def awards(self, slug: str) -> str:
        """All awards of a community, as an operator reads them."""
        return self.laurel("titles-and-badges", "awards", "--community", slug, "--format", "csv")

    def handled(self, seconds: float = LONGEST_SECONDS) -> dict[str, Any]:
        """Wait until everything accepted has been handled."""
        seen: dict[str, Any] = json.loads(self.laurel("status", "--json", "--wait", str(seconds)))
        return seen

    def client(self, slug: str, service: str = "ACTIVITY", **options: Any) -> httpx.Client:
        """A server of the community, at the door of a service."""
        token = auth.mint(
            Path(self.environment["LAUREL_TOKEN_SIGNING_KEY"]), community=slug, kind="admin", now=clock.now()
        )
        url = self.environment[f"LAUREL_{service}_URL"]
        return httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, **{"timeout": 90.0, **options}
        )

    def await_ready(self) -> None:
        """Return when both doors are open and every process runs."""
        for service in ("ACTIVITY", "TITLES_AND_BADGES", "REFERRAL"):
            url = self.environment[f"LAUREL_{service}_URL"]
            wait_for(partial(_is_ready, url), f"{url} to be ready")
        wait_for(lambda: all(each.process for each in self.processes.values()), "all processes")


@contextlib.contextmanager
def running(home: Path) -> Iterator[Live]:
    """Servers, topics, keys and processes, until the `with` ends."""
    mongo_port, kafka_port, controller_port, *doors = ports.free(6)
    mongo = _mongod(home / "mongod", mongo_port)
    broker = kafka.start(home / "kafka", kafka_port, controller_port)
    live = Live(home=home, mongo=mongo, kafka=broker, environment=_environment(home, mongo, broker, doors))
    ending = threading.Event()
    try:
        auth.make_keys(home / "keys")
        live.laurel("init")
        live.processes = {name: _kept(live, name) for name in PROCESSES}
        # They are started by one thread that outlives them, since the kernel ties their lives to it.
        supervisor = threading.Thread(target=_supervise, args=(live, ending), daemon=True)
        supervisor.start()
        live.await_ready()
        yield live
    finally:
        for each in live.processes.values():
            each.wanted = False
        live.database.close()
        ending.set()
        for kept in live.processes.values():
            kept.kill()
        for server in (broker, mongo):
            server.stop()
            shutil.rmtree(home / server.name / "data")  # the logs stay for whoever looks into a failure


def _supervise(live: Live, ending: threading.Event) -> None:
    while not ending.wait(_LOOK_SECONDS):
        for each in live.processes.values():
            each.keep()


def _mongod(directory: Path, port: int) -> Server:
    # Its test commands let a test hold one command of one process, to kill that process there.
    command = mongod.command(directory, port, cache_gigabytes=0.25)
    server = Server(
        name="mongod",
        url=mongod.url([port]),
        command=[*command, "--setParameter", "enableTestCommands=1"],
        log=directory / "mongod.log",
        is_ready=lambda: mongod.is_ready([port]),
    )
    server.start()
    return server


def _environment(home: Path, mongo: Server, broker: Server, doors: list[int]) -> dict[str, str]:
    foreign = {name for name in os.environ if name.startswith(("LAUREL_", "PROMETHEUS_"))}
    own = {name: value for name, value in os.environ.items() if name not in foreign}
    activity, badges, referral = (f"http://{ports.HOST}:{door}" for door in doors)
    return {
        **own,
        "LAUREL_HOME": str(home),
        "LAUREL_MONGO_URL": mongo.url,
        "LAUREL_KAFKA_SERVERS": broker.url,
        "LAUREL_MEMBER_KEY": "a key for tests alone, 32 characters or more",
        "LAUREL_CREDENTIAL_KEY": "a secret for tests alone of 32 characters or more",
        "LAUREL_TOKEN_KEYS": str(home / "keys" / "keys.json"),
        "LAUREL_TOKEN_SIGNING_KEY": str(home / "keys" / "signing-key.pem"),
        "LAUREL_ACTIVITY_URL": activity,
        "LAUREL_TITLES_AND_BADGES_URL": badges,
        "LAUREL_REFERRAL_URL": referral,
        "LAUREL_CLICK_KEYS": "another secret for tests alone of 32 characters or more",
        "LAUREL_SPOOL": str(home / "spool"),
        "LAUREL_LOG_LEVEL": "warning",
    }


def _kept(live: Live, name: str) -> Kept:
    # Only an `api` is several processes that count together.
    metrics = {"PROMETHEUS_MULTIPROC_DIR": str(live.home / "metrics" / name)} if name.endswith("-api") else {}
    command = [*dies_with_us(), LAUREL, *PROCESSES[name]]
    return Kept(
        name=name,
        command=command,
        environment={**live.environment, **metrics},
        log=live.home / f"{name}.log",
    )


def dies_with_us() -> list[str]:
    """The beginning of a command whose process ends when ours does."""
    return ["setpriv", "--pdeathsig", "KILL", "--"]


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False
