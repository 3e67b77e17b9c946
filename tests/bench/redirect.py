"""Goal 10: a redirect whose click is kept, against a bare 302 and against the naive way, all behind the same gunicorn.

gunicorn and MongoDB have one core, the clients the other one. What was clicked is drained between the rounds, as
`jobs` does it on a core of its own: its price is a line of its own. The naive way answers when its click is in memory,
ours when it is the system's to write; both are forced to the disk a moment later.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

import psutil

from deploy.embedded import ports
from services.referral import app
from services.referral.domain import robots
from services.referral.domain.programs import Program, Terms, Version
from services.referral.repository import DATABASE, links, programs
from services.referral.use_cases import draining
from shared import clock, mongo, spool
from tests.bench import measuring, table
from tests.bench.machine import Machine
from tests.bench.many_clients import Clients
from tests.bench.measuring import Pairs, Sample
from tests.bench.naive_redirects import DATABASE as NAIVE
from tests.bench.naive_redirects import LANDING
from tests.bench.table import Row

COMMUNITY, CODE = "bench-redirect", "k7m2q9xrt"
ASKED = 2_000
_START_SECONDS = 60
#: MongoDB goes on writing for a moment after it was drained into.
_QUIET_SECONDS = 0.5
_USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
#: Everybody comes from an address of his own, through one proxy.
REQUESTS = [
    (
        f"GET /r/{CODE}?utm_source=bench HTTP/1.1\r\nHost: laurel.example\r\nUser-Agent: {_USER_AGENT}\r\n"
        f"Accept: */*\r\nReferer: https://chat.example/room\r\nX-Forwarded-For: 10.{n >> 8 & 255}.{n & 255}.7\r\n\r\n"
    ).encode()
    for n in range(ASKED)
]


class Served:
    """One application behind gunicorn, one worker, on the servers' core."""

    def __init__(self, machine: Machine, name: str, application: str) -> None:
        (self._port,) = ports.free(1)
        environment = {
            **os.environ,
            **machine.environment,
            "LAUREL_API_WORKERS": "1",
            "LAUREL_PROXIES": "1",
            "LAUREL_LOG_LEVEL": "warning",
            # A worker that ends in the midst of it is no part of the comparison.
            "GUNICORN_CMD_ARGS": "--max-requests 0",
            "PROMETHEUS_MULTIPROC_DIR": str(machine.directory / f"metrics-{name}"),
        }
        program = (
            f"import os; os.sched_setaffinity(0, {{{machine.server_core}}}); from deploy import serving; "
            f"serving.serve({application!r}, '{ports.HOST}:{self._port}')"
        )
        with (machine.directory / f"{name}.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own program)
                [sys.executable, "-c", program], env=environment, stdout=log, stderr=log
            )
        try:
            self.clients = self._await()
        except AssertionError:
            self._end()
            raise

    def round(self) -> Sample:
        """All requests once: seconds on the wall, and of the server's CPU."""
        before = self._cpu()
        wall = measuring.timed(lambda: self.clients.ask(REQUESTS)).wall
        return Sample(wall, self._cpu() - before)

    def stop(self) -> None:
        """End it."""
        self.clients.close()
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(_START_SECONDS)

    def _cpu(self) -> float:
        master = psutil.Process(self._process.pid)
        times = [each.cpu_times() for each in (master, *master.children(recursive=True))]
        return sum(each.user + each.system for each in times)

    def _await(self) -> Clients:
        until = time.monotonic() + _START_SECONDS
        while True:
            with contextlib.suppress(OSError, AssertionError):
                clients = Clients(self._port)
                clients.ask(REQUESTS[:8])
                return clients
            if time.monotonic() > until:
                message = f"nobody answers at {self._port}"
                raise AssertionError(message)
            time.sleep(0.1)


def rows(machine: Machine, rounds: int) -> Iterator[Row]:
    """All lines of the table."""
    _prepare(machine)
    with ExitStack() as stack:
        ours, bare, naive = (
            stack.enter_context(_served(machine, name, application))
            for name, application in (
                ("ours", "services.referral.wsgi:create_api()"),
                ("bare", "tests.bench.naive_redirects:bare()"),
                ("naive", "tests.bench.naive_redirects:naive()"),
            )
        )
        _settle(machine)
        before = _kept()
        against_bare = _pairs(machine, rounds, ours, bare)
        yield table.of_speed(
            "10", "redirect, its click kept : a bare WSGI 302, 8 connections", against_bare, 0.85
        )
        against_naive = _pairs(machine, rounds, ours, naive)
        yield table.of_speed("10", "… : the naive way (Flask, find_one, insert_one)", against_naive, 3.0)
        half = ASKED / min(each.wall for each in against_bare.ours) / 2
        latencies = [1_000 * each for each in ours.clients.pace(REQUESTS, half)]
        what = f"… p99 at half load ({half:.0f} a second), ms"
        p99 = quantiles(latencies, n=100)[-1]
        yield Row("10", what, [p99], 10.0, at_most=True, control=against_bare.control)
        spent = _settle(machine)
        yield from _told_apart()
        yield Row("", "… draining a click into MongoDB, judged, wall clock, µs", [1e6 * spent / ASKED])
        expected = ASKED * (2 * (rounds + 1) + 1)
        if _kept() - before != expected:
            message = f"clicks kept: {_kept() - before}, not {expected}"
            raise AssertionError(message)


def _told_apart() -> Iterator[Row]:
    """The bar of the robot detector, each User-Agent met for the first time: the dearest ones are browsers."""
    for name in ("browsers", "in-app-browsers", "robots"):
        met = (Path(__file__).parents[1] / f"referral/data/{name}.txt").read_text().splitlines()[:ASKED]
        robots.kind.cache_clear()
        spent = [measuring.timed(lambda each=each: robots.kind(each)).wall for each in met]  # type: ignore[misc]
        yield Row(
            "",
            f"telling {name} from robots or people, µs, median",
            [1e6 * median(spent)],
            100.0,
            at_most=True,
        )


def _pairs(machine: Machine, rounds: int, ours: Served, theirs: Served) -> Pairs:
    """Each round of ours is drained before theirs begins, or they would pay for it."""
    pairs = Pairs()
    for number in range(rounds + 1):
        a = ours.round()
        _settle(machine)
        time.sleep(_QUIET_SECONDS)
        b = theirs.round()
        if number:
            pairs.ours.append(a)
            pairs.theirs.append(b)
    return pairs


@contextlib.contextmanager
def _served(machine: Machine, name: str, application: str) -> Iterator[Served]:
    served = Served(machine, name, application)
    try:
        yield served
    finally:
        served.stop()


def _prepare(machine: Machine) -> None:
    """One link, in our database and in the naive one."""
    app.connect(machine.settings)
    now = clock.now()
    terms = Terms(landing_url=LANDING)
    program = Program(slug="bench", name="Bench", versions=[Version(number=1, effective=now, terms=terms)])
    mongo.transact(DATABASE, lambda: programs.keep(COMMUNITY, program))
    link = {
        "_id": CODE,
        "shown": CODE,
        "community": COMMUNITY,
        "program": "bench",
        "member": "m-bench",
        "channel": "default",
        "made": now,
    }
    mongo.transact(DATABASE, lambda: links.keep([link]))
    naive = mongo.database(DATABASE).client[NAIVE]["links"]
    naive.insert_one({"_id": CODE, "url": LANDING})


def _settle(machine: Machine) -> float:
    """Drain until nothing is left of the spool. Returns for how long it was drained."""
    until, spent, folder = time.monotonic() + _START_SECONDS, 0.0, machine.settings.need_spool()
    while spool.segments(folder):
        spent += measuring.timed(lambda: draining.drain(folder, DATABASE)).wall
        if time.monotonic() > until:
            raise AssertionError("the clicks do not arrive")
        time.sleep(0.05)
    return spent


def _kept() -> int:
    return mongo.collection(DATABASE, "clicks").count_documents({})
