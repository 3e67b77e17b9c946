"""The stack in the background: started once, healed by itself, ended completely, and never half there."""

import os
import re
import socket
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from deploy.embedded import layout, leftovers, ports, stack, supervision
from deploy.embedded.errors import CannotStart
from deploy.embedded.layout import Layout, read_environment_file

_GUNICORN = re.compile(r"services\.(\w+)\.wsgi:create_api\(\)")

pytestmark = [pytest.mark.servers, pytest.mark.takes(120)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    # A name that a person may give, and that configuration files trip over.
    chosen = some_layout(tmp_path_factory.mktemp("stack") / "50% of Jo's state")
    said: list[str] = []
    stack.up(chosen, said.append)
    yield chosen
    stack.down(chosen, said.append)
    stack.forget(chosen)
    assert [each.name for each in chosen.home.iterdir() if each.is_dir()] == []


def test_every_service_answers(running: Layout) -> None:
    for url in running.urls.values():
        assert httpx.get(f"{url}/readyz").is_success
    assert set(supervision.states(running).values()) <= {"STARTING", "RUNNING"}


def test_starting_twice_changes_nothing(running: Layout) -> None:
    before = pids(running)
    said: list[str] = []
    stack.up(running, said.append)
    assert said == ["Laurel is up already."]
    assert pids(running) == before


def test_secrets_are_for_their_owner_alone(running: Layout) -> None:
    assert stat.S_IMODE(running.environment_file.stat().st_mode) == 0o600
    written = read_environment_file(running.environment_file)
    for name in ("LAUREL_MEMBER_KEY", "LAUREL_CREDENTIAL_KEY", "LAUREL_CLICK_KEYS"):
        assert len(written[name]) >= 32


def test_every_service_has_its_processes(running: Layout) -> None:
    for program in supervision.SERVICE_COMMANDS.values():
        eventually(lambda name=program: any(is_program(one, name) for one in leftovers.of(running.home)))


def test_other_ports_are_refused_while_it_is_up(running: Layout) -> None:
    with pytest.raises(CannotStart, match=r"LAUREL_PORT_KAFKA=\d+: `make down` comes first"):
        stack.up(replace(running, kafka=ports.free(1)[0]), print)


@pytest.mark.parametrize(
    "program",
    ["mongod", "java", "titles-and-badges consume", "activity api", "referral api", "referral jobs"],
)
def test_what_is_killed_comes_back(running: Layout, program: str) -> None:
    (victim,) = (one for one in leftovers.of(running.home) if is_program(one, program))
    victim.kill()
    eventually(lambda: any(is_program(one, program) for one in leftovers.of(running.home) if one != victim))
    eventually(lambda: set(supervision.states(running).values()) <= {"STARTING", "RUNNING"})
    eventually(lambda: all(map(answers, running.urls.values())))


def test_what_outlives_a_killed_supervisor_is_ended_and_the_data_stay(running: Layout) -> None:
    key = read_environment_file(running.environment_file)["LAUREL_MEMBER_KEY"]
    (supervisor,) = (one for one in leftovers.of(running.home) if is_program(one, "supervisor.supervisord"))
    supervisor.kill()
    stack.down(running, print)
    assert leftovers.of(running.home) == []
    assert not any(map(ports.is_taken, running.ports.values()))

    stack.up(running, print)
    assert read_environment_file(running.environment_file)["LAUREL_MEMBER_KEY"] == key


def test_a_taken_port_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    chosen = some_layout(tmp_path)
    with socket.create_server((ports.HOST, chosen.kafka)):
        holder = rf"{psutil.Process().name()} \(pid {os.getpid()}\)"
        expected = rf"port {chosen.kafka} is taken by {holder}: choose another with LAUREL_PORT_KAFKA="
        with pytest.raises(CannotStart, match=expected):
            stack.up(chosen, print)
    assert leftovers.of(tmp_path) == []


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "laurel", lambda: "/bin/false")
    with pytest.raises(CannotStart, match="`laurel tokens keys"):
        stack.up(some_layout(tmp_path), print)
    assert leftovers.of(tmp_path) == []


def test_ending_one_stack_spares_another(running: Layout, tmp_path: Path) -> None:
    before = pids(running)
    stack.down(some_layout(tmp_path), print)
    assert pids(running) == before


def some_layout(home: Path) -> Layout:
    """A stack's place with free ports."""
    chosen = dict(zip(layout.PORTS, map(str, ports.free(len(layout.PORTS))), strict=True))
    return layout.chosen({"LAUREL_HOME": str(home), **chosen})


def pids(running: Layout) -> set[int]:
    """Every process of a stack."""
    return {process.pid for process in leftovers.of(running.home)}


def is_program(process: psutil.Process, program: str) -> bool:
    """Whether a process is the one that supervisord started for this program."""
    try:
        command = " ".join(process.cmdline())
        parent = process.parent()
    except psutil.Error:
        return False
    if program == "supervisor.supervisord":
        return program in command
    # gunicorn's master has taken the place of `laurel activity api`.
    command = _GUNICORN.sub(lambda found: f"{found[1].replace('_', '-')} api", command)
    return program in command and parent is not None and is_program(parent, "supervisor.supervisord")


def answers(url: str) -> bool:
    """Whether a service is ready."""
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.HTTPError:
        return False


def eventually(holds: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.2)
