"""The door `/r/…` as it is served: processes are killed and MongoDB is away, and every click arrives, once."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.embedded import ports
from deploy.embedded.server import Server
from services.referral.redirect import routes
from shared import mongo
from shared.settings import Settings
from tests.fixtures import CLICK_KEY, CREDENTIAL_KEY, MEMBER_KEY, REFERRAL, Door
from tests.live import Kept, wait_for
from tests.referral.doors import CHROME, a_link

pytestmark = pytest.mark.takes(60)


class Served:
    """An API process with two workers, and who clicks there."""

    def __init__(self, settings: Settings, home: Path) -> None:
        (port,) = ports.free(1)
        self.process = Kept(
            name="referral api",
            command=[sys.executable, "-c", "from services.cli import main; main()", "referral", "api"],
            environment=_environment(settings, home, f"{ports.HOST}:{port}"),
            log=home / "api.log",
        )
        # Far longer than an answer takes: a machine that is busy makes no click a lost one.
        self._client = httpx.Client(
            base_url=f"http://{ports.HOST}:{port}", headers={"User-Agent": CHROME}, timeout=60
        )

    def start(self, code: str) -> None:
        """Serve, until the door leads to the landing page."""
        self.process.keep()
        wait_for(lambda: self.click(code), "the door to lead on")

    def click(self, code: str) -> str | None:
        """Click as somebody new. Returns the click's id, None where the door did not lead on."""
        try:
            # A connection of its own: each worker is to have its share.
            answer = self._client.get(f"/r/{code}", headers={"Connection": "close"})
            self._client.cookies.clear()
        except httpx.TransportError:
            return None
        asked = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
        return asked[routes.PARAMETER][0] if answer.status_code == httpx.codes.FOUND else None


def _environment(settings: Settings, home: Path, address: str) -> dict[str, str]:
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("LAUREL_", "PROMETHEUS_"))
    }
    return {
        **own,
        "LAUREL_MONGO_URL": settings.mongo_url,
        "LAUREL_KAFKA_SERVERS": "127.0.0.1:1",
        "LAUREL_TOKEN_KEYS": str(settings.token_keys),
        "LAUREL_MEMBER_KEY": MEMBER_KEY,
        "LAUREL_CREDENTIAL_KEY": CREDENTIAL_KEY,
        "LAUREL_CLICK_KEYS": CLICK_KEY,
        "LAUREL_SPOOL": str(home / "spool"),
        "LAUREL_BIND": address,
        "LAUREL_LOG_LEVEL": "warning",
    }


@pytest.fixture
def served(databases: Settings, tmp_path: Path) -> Iterator[Served]:
    api = Served(databases, tmp_path)
    yield api
    api.process.wanted = False
    api.process.kill()


@contextlib.contextmanager
def away(mongo_server: Server) -> Iterator[None]:
    """MongoDB hangs: connections stay open and nothing answers."""
    mongo_server.pause()
    try:
        yield
    finally:
        mongo_server.resume()


def arrived(code: str) -> list[str]:
    """The ids of all clicks on a link that are stored."""
    return [each["_id"] for each in mongo.collection(REFERRAL, "clicks").find({"link": code}, {"_id": 1})]


def test_every_click_arrives_once_whatever_is_killed_or_away(
    served: Served, referral: Door, mongo_server: Server, tmp_path: Path
) -> None:
    """MongoDB hangs, people click, every process is killed, another one starts without MongoDB, people click on."""
    code = a_link(referral)
    served.start(code)
    wait_for((tmp_path / "spool" / "links.snapshot").exists, "the links to be on the disk")
    clicked = [served.click(code) for _ in range(20)]
    with away(mongo_server):
        clicked += [served.click(code) for _ in range(100)]
        served.process.kill()
        left = {each.name for each in (tmp_path / "spool").glob("*.spool")}
        began = time.monotonic()
        served.start(code)
        clicked += [served.click(code) for _ in range(100)]
        print(f"led on without MongoDB {time.monotonic() - began:.1f} s after the start")  # noqa: T201 (it informs)
    assert left
    assert None not in clicked
    wait_for(lambda: set(clicked) <= set(arrived(code)), "all clicks to arrive")
    wait_for(
        lambda: not left & {each.name for each in (tmp_path / "spool").iterdir()},
        "the old spool to be drained",
    )
    found = arrived(code)
    assert len(found) == len(set(found))


def test_a_stopped_process_leaves_nothing_behind(served: Served, referral: Door) -> None:
    """What it did not drain itself the next one does."""
    code = a_link(referral)
    served.start(code)
    clicked = [served.click(code) for _ in range(20)]
    served.process.stop()
    served.process.wanted = True
    served.start(code)
    assert None not in clicked
    wait_for(lambda: set(clicked) <= set(arrived(code)), "all clicks to arrive")
