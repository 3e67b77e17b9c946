"""`make up` and `make down`: the whole of Laurel in the background of one machine."""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import httpx

from deploy.embedded import environment, kafka, leftovers, mongod, ports, supervision
from deploy.embedded.errors import CannotStart
from deploy.embedded.layout import Layout, read_environment_file
from deploy.embedded.server import await_ready, tail

Say = Callable[[str], None]

_ALIVE = {"STARTING", "RUNNING"}


def up(layout: Layout, say: Say) -> None:
    """Start everything and return when it is ready; started already, it stays as it is.

    Raises CannotStart with what to do; then nothing is left behind that was not there before.
    """
    with _alone(layout):
        if not supervision.states(layout):
            _start_fresh(layout, say)
            return
        _refuse_other_ports(layout)
        if _is_up(layout):
            say("Laurel is up already.")
        else:
            _go_on(layout, say, environment.keep(layout))


def down(layout: Layout, say: Say) -> None:
    """Stop everything that belongs to this stack, also what outlived its supervisor. The data stay."""
    with _alone(layout):
        ended = leftovers.stop(layout.home)
    say(f"Laurel is down: {ended} processes ended." if ended else "Laurel was not up.")


def forget(layout: Layout) -> None:
    """Delete what a stack that is down has kept: data, secrets, logs; nothing else in its folder."""
    for name in ("mongod", "kafka", "keys", "metrics", "log", "spool"):
        shutil.rmtree(layout.home / name, ignore_errors=True)
    for file in (layout.environment_file, layout.supervisor_file, layout.supervisor_socket):
        file.unlink(missing_ok=True)


def _start_fresh(layout: Layout, say: Say) -> None:
    if leftovers.of(layout.home):
        say("Ending what is left of a stack whose supervisor died.")
        leftovers.stop(layout.home)
    _refuse_taken_ports(layout)
    try:
        written = environment.keep(layout)
        supervision.start(layout, supervision.programs(layout), environment.of_processes(layout, written))
        _go_on(layout, say, written)
    except BaseException:
        leftovers.stop(layout.home)
        raise


def _go_on(layout: Layout, say: Say, written: dict[str, str]) -> None:
    """From wherever it stands to ready: every step finds what an earlier try has done."""
    node = kafka.Node(number=1, port=layout.kafka, controller_port=layout.kafka_controller)
    _await(layout, say, "mongod", lambda: mongod.is_ready([layout.mongo]))
    _await(layout, say, "kafka", lambda: kafka.is_ready([node]))
    _laurel(layout, written, "tokens", "keys", "--directory", str(layout.keys))
    _laurel(layout, written, "init")
    supervision.start_services(layout)
    for service, url in layout.urls.items():
        _await(layout, say, f"{service}-api", partial(_is_ready, url))
    _refuse_failing(layout)


def _await(layout: Layout, say: Say, program: str, is_ready: Callable[[], bool]) -> None:
    began = time.monotonic()
    await_ready(program, is_ready, lambda: _is_alive(layout, program), layout.log(program))
    say(f"{program} is ready ({time.monotonic() - began:.1f} s)")


def _is_alive(layout: Layout, program: str) -> bool:
    return supervision.states(layout).get(program) in _ALIVE


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _is_up(layout: Layout) -> bool:
    return set(supervision.states(layout).values()) <= _ALIVE and all(map(_is_ready, layout.urls.values()))


def _laurel(layout: Layout, written: dict[str, str], *arguments: str) -> None:
    command = [supervision.laurel(), *arguments]
    own = environment.of_processes(layout, written)
    result = subprocess.run(command, env=own, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    if result.returncode:
        message = f"`laurel {' '.join(arguments)}` failed.\n{result.stdout}{result.stderr}"
        raise CannotStart(message)


def _refuse_failing(layout: Layout) -> None:
    failing = [program for program, state in supervision.states(layout).items() if state not in _ALIVE]
    if failing:
        message = "\n".join(
            f"{program} does not stay up.\n{tail(layout.log(program))}" for program in failing
        )
        raise CannotStart(message)


def _refuse_taken_ports(layout: Layout) -> None:
    taken = [
        f"port {port} is taken by {ports.holder(port)}: choose another with {variable}=…"
        for variable, port in layout.ports.items()
        if ports.is_taken(port)
    ]
    if taken:
        raise CannotStart("\n".join(taken))


def _refuse_other_ports(layout: Layout) -> None:
    running = read_environment_file(layout.environment_file)
    for variable, port in layout.ports.items():
        if running.get(variable, str(port)) != str(port):
            message = f"Laurel is up with {variable}={running[variable]}: `make down` comes first"
            raise CannotStart(message)


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Two at once would each end what the other begins; the second waits for its turn."""
    layout.home.mkdir(parents=True, exist_ok=True)
    lock = os.open(layout.home / "stack.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
