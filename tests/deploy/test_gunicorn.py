"""gunicorn's settings, as the file of settings gives them."""

import http.client
import json
import os
import runpy
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

import deploy
from deploy.embedded import ports
from tests.live import wait_for

SETTINGS = Path(deploy.__file__).with_name("gunicorn.py")


@pytest.fixture(autouse=True)
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "measured"))
    monkeypatch.delenv("LAUREL_BIND", raising=False)
    return tmp_path / "measured"


def test_requests_end_in_peace_and_connections_outlive_a_proxy() -> None:
    settings = read()
    assert issubclass(util.load_class(settings["worker_class"]), ThreadWorker)
    assert not settings["preload_app"]
    assert (settings["workers"], settings["threads"]) == (2, 8)
    assert settings["graceful_timeout"] == 30
    assert settings["keepalive"] >= 60
    assert settings["max_requests"] > settings["max_requests_jitter"] > 0
    assert settings["control_socket_disable"]
    assert "bind" not in settings


def test_the_environment_chooses_how_many_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAUREL_API_WORKERS", "5")
    monkeypatch.setenv("LAUREL_BIND", "0.0.0.0:80")
    settings = read()
    assert (settings["workers"], settings["bind"]) == (5, "0.0.0.0:80")


def test_a_wrong_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAUREL_API_THREADS", "many")
    with pytest.raises(ValueError, match="LAUREL_API_THREADS is 'many'"):
        read()


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Where gunicorn serves, under our settings, an application that knows nothing of Laurel."""
    (port,) = ports.free(1)
    monkeypatch.setenv("LAUREL_BIND", f"{ports.HOST}:{port}")
    monkeypatch.setenv("LAUREL_API_WORKERS", "1")
    command = [sys.executable, "-m", "gunicorn", "-c", str(SETTINGS), "wsgiref.simple_server:demo_app"]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, env=os.environ, stdout=log, stderr=log) as process,  # noqa: S603 (our own)
    ):
        try:
            wait_for(lambda: ports.is_taken(port), "gunicorn to listen")
            yield ports.HOST, port
        finally:
            process.terminate()


def test_what_gunicorn_refuses_itself_is_a_problem_too(address: tuple[str, int]) -> None:
    assert refused(address, f"GET /{'a' * 9_000} HTTP/1.1\r\n\r\n") == (414, "URI too long")
    headers = f"Host: x\r\nX-A: {'a' * 9_000}\r\n\r\n"
    assert refused(address, f"GET / HTTP/1.1\r\n{headers}") == (431, "Request header fields too large")
    assert refused(address, "GET /a b HTTP/1.1\r\n\r\n") == (400, "Malformed")


def refused(address: tuple[str, int], sent: str) -> tuple[int, str]:
    """The status of what gunicorn answers, and the title of the problem."""
    with closing(socket.create_connection(address, timeout=60)) as connection:
        connection.sendall(sent.encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        problem = json.loads(answer.read())
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["type"]) == (answer.status, _urn(problem["title"]))
    assert problem["detail"]
    return answer.status, problem["title"]


def _urn(title: str) -> str:
    return f"urn:laurel:problem:{title.lower().replace(' ', '-')}"


def read() -> dict[str, Any]:
    """The settings, as gunicorn reads them."""
    return runpy.run_path(str(SETTINGS))
