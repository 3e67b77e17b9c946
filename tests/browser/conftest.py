"""One browser for all that is looked at."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright

from shared.settings import Settings
from tests.browser.serving import Site, served
from tests.browser.town import Town, settled
from tests.fixtures import Door

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium; `deploy/bootstrap everything` installs it. Closed before other tests begin."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path is not None, "There is no Chromium: run `make setup`, or install the package chromium."
    with sync_playwright() as playwright:
        # Root in a container has no user namespaces, which the sandbox is made of.
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="package")
def site(badges_client: FlaskClient) -> Iterator[Site]:
    """The service on an origin of its own, and a brand's site on another."""
    with served(badges_client.application) as service:
        made = Site(service)
        with served(made.app()) as origin:
            made.origin = origin
            yield made


@pytest.fixture(scope="package")
def town(activity_client: FlaskClient, badges_client: FlaskClient, databases: Settings, site: Site) -> Town:
    """A community to look at; who changes it founds his own."""
    return settled(Door(activity_client, databases, ""), Door(badges_client, databases, ""), site.origin)


@pytest.fixture(scope="package")
def token(town: Town, site: Site) -> str:
    """What pages of the site read with."""
    return town.token(site.origin)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe, out of the locked npm packages."""
    path = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
    assert path.is_file(), "axe is not there: run `make setup`."
    return path.read_text("utf-8")
