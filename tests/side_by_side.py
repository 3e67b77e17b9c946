"""How the tests run side by side (`make test`), and what they say: tables that are asked for, logs when one fails."""

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.embedded.server import Server
from tests.live import LIVE, Live

SHOWN = "shown"
#: Neither this test nor any after it needs `live`.
NO_MORE_LIVE = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark by which the longest files start first."""
    config.addinivalue_line(
        "markers", "takes(seconds): how long this file takes about, from half a minute on"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Beside other workers the longest files start first: none is left to the end, when the others are done.

    Those on the whole of Laurel come before all others, so that it need not run until the end.
    """
    live = {item.path for item in items if "live" in getattr(item, "fixturenames", ())}
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: (item.path not in live, -_seconds(item)))
    for item in itertools.takewhile(lambda item: item.path not in live, reversed(items)):
        item.stash[NO_MORE_LIVE] = True


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the whole of Laurel when none of the tests to come needs it: idle, it takes a fifth of a core."""
    if nextitem is not None and nextitem.stash.get(NO_MORE_LIVE, False):
        item.session.stash.get(LIVE, contextlib.ExitStack()).close()


@pytest.fixture
def show(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Print a table below all results: whoever runs the tests is to see it, and workers have no screen."""

    def keep(table: str) -> None:
        record_property(SHOWN, table)

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests wanted to be seen."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, table in report.user_properties if report.when == "call" else ():
                if name == SHOWN:
                    terminalreporter.section(report.head_line)
                    terminalreporter.line(table)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Say below a failure where the servers and processes that it ran on have written their logs."""
    report = yield
    if report.failed:
        logs = [str(log) for server in getattr(item, "funcargs", {}).values() for log in _logs(server)]
        if logs:
            report.sections.append(("logs of what it ran on", "\n".join(logs)))
    return report


def _seconds(item: pytest.Item) -> float:
    takes = item.get_closest_marker("takes")
    return takes.args[0] if takes else 0.0


def _logs(server: object) -> list[Path]:
    if isinstance(server, Live):
        # Kafka's data are called so too, further down.
        found = [*server.home.glob("*.log"), *server.home.glob("*/*.log")]
        return [log for log in sorted(found) if log.stat().st_size]
    return [server.log] if isinstance(server, Server) else []
