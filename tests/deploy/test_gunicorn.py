"""gunicorn's settings, as the file of settings gives them."""

import runpy
from pathlib import Path
from typing import Any

import pytest

import deploy

SETTINGS = Path(deploy.__file__).with_name("gunicorn.py")


@pytest.fixture(autouse=True)
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "measured"))
    monkeypatch.delenv("LAUREL_BIND", raising=False)
    return tmp_path / "measured"


def test_requests_end_in_peace_and_connections_outlive_a_proxy() -> None:
    settings = read()
    assert (settings["worker_class"], settings["preload_app"]) == ("gthread", False)
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


def read() -> dict[str, Any]:
    """The settings, as gunicorn reads them."""
    return runpy.run_path(str(SETTINGS))
