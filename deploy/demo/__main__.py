"""`python -m deploy.demo`: found the community `demo`, load a year of it, show it. May be run again."""

import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo import circle_tables, loading, months, showing, tour
from deploy.demo.circle import FRIENDS, Circle
from deploy.demo.history import OPENING, SEED, YEAR, History, history
from deploy.demo.rhythm import ZONE
from services import cli
from services.activity.importers import sending
from shared import auth, clock
from shared.errors import LaurelError
from shared.settings import Settings, SettingsError, from_environment

COMMUNITY = "demo"
DEFINITIONS = "community"
PATIENCE = "170"  # seconds: `make demo` promises three minutes
PAGE = "http://localhost:3000"  # where a widget that somebody tries out would stand


class Failed(LaurelError):  # noqa: N818 (what it says to a caller)
    """The demo cannot go on; the message says why."""


def main() -> None:
    """Run the demo; what goes wrong on purpose ends with one clear message."""
    try:
        run(Console(highlight=False))
    except (SettingsError, LaurelError) as error:
        sys.exit(
            f"The demo stopped: {error}\nIs the stack up? `make up` starts it, `laurel status` looks at it."
        )


def run(console: Console) -> None:
    """Everything, in order."""
    began = time.monotonic()
    cli.load_stack_file()
    settings = from_environment(os.environ)
    _found_community()
    with sending.connect(settings.activity_url, _token(settings, "server")) as activity:
        story = history(SEED, _until(activity))
        _load(console, settings, activity, story)
    _open_pages(settings)
    past = months.past(_opened(story), clock.now())
    with console.status("Sealing the months that are over …"):
        _seal(past)
    with sending.connect(settings.titles_and_badges_url, _token(settings, "server")) as recognition:
        member = tour.show(console, recognition, story, time.monotonic() - began)
        months.show(console, recognition, past)
        helper = months.helper(recognition, past) or member
    _come_full_circle(console, settings, story, helper)
    months.doors(console, settings.titles_and_badges_url, COMMUNITY, past, member)
    showing.doors(console, settings, member, PAGE, _token(settings, "publishable", PAGE))


def _found_community() -> None:
    _laurel("communities", "create", COMMUNITY, "--time-zone", ZONE.key, "--name", showing.NAME)
    _laurel("titles-and-badges", "definitions", "load", DEFINITIONS, "--community", COMMUNITY)
    # Each service knows a community by its own copy: before that has come, it refuses every token.
    _laurel("status", "--wait", PATIENCE)


def _load(console: Console, settings: Settings, activity: httpx.Client, story: History) -> None:
    with _progress(console, loading.steps(story)) as advance:
        refused = loading.load(activity, story, advance)
    if refused:
        message = f"{len(refused)} items were refused; the first, {refused[0].id}: {refused[0].reason}"
        raise Failed(message)
    with console.status("Sent; waiting until all of it has been handled …"):
        _laurel("status", "--wait", PATIENCE)
        with sending.connect(settings.titles_and_badges_url, _token(settings, "rep")) as recognition:
            loading.grant(recognition, story.grants)
        _laurel("status", "--wait", PATIENCE)


def _open_pages(settings: Settings) -> None:
    with sending.connect(settings.titles_and_badges_url, _token(settings, "admin")) as recognition:
        setting = {"public": True, "origins": [PAGE]}
        sending.stop_if_refused(sending.patiently(lambda: recognition.put("/v1/pages", json=setting)))


def _seal(past: Sequence[str]) -> None:
    if past:
        chosen = [part for month in past for part in ("--period", month)]
        _laurel("titles-and-badges", "seal", "--community", COMMUNITY, *chosen)
        _laurel("status", "--wait", PATIENCE)  # ranks in sealed months earn badges


def _come_full_circle(console: Console, settings: Settings, story: History, helper: str) -> None:
    """The other half: told once, shown each time."""
    names = {each["id"]: each["name"] for each in story.members} | {each.id: each.name for each in FRIENDS}
    with (
        sending.connect(settings.referral_url, _token(settings, "admin")) as admin,
        sending.connect(settings.referral_url, _token(settings, "rep")) as rep,
    ):
        circle = Circle(admin, rep, PAGE)
        if not circle.is_told():
            with console.status("A recommendation comes full circle …"):
                _welcome(settings)
                circle.tell(helper, partial(_laurel, "status", "--wait", PATIENCE))
        circle_tables.clicks(console, circle.clicks())
        circle_tables.tree(console, circle.tree(), names)
        circle_tables.dissatisfied(console, [(each.name, each.nps) for each in FRIENDS if not each.content])
        circle_tables.rewards(console, circle.rewards(), names)
        circle_tables.recognised(console, _connectors(settings), circle.rewards(), names)
        circle_tables.grants(console, circle.grants(), names)
        told = _laurel("referral", "loop", circle.last()["id"], "--community", COMMUNITY)
    circle_tables.printed(console, "One loop, edge by edge", told)
    circle_tables.printed(
        console, "The ledger's audit", _laurel("referral", "audit", "--community", COMMUNITY)
    )


def _connectors(settings: Settings) -> list[dict[str, Any]]:
    """Who holds the badge for whom he brought."""
    with sending.connect(settings.titles_and_badges_url, _token(settings, "server")) as recognition:
        said = sending.patiently(lambda: recognition.get("/v1/badges/connector/holders"))
        sending.stop_if_refused(said)
        return list(said.json()["items"])


def _welcome(settings: Settings) -> None:
    """The friends are members, too."""
    with sending.connect(settings.activity_url, _token(settings, "server")) as activity:
        members = [{"id": each.id, "name": each.name} for each in FRIENDS]
        sending.stop_if_refused(sending.patiently(lambda: activity.post("/v1/members", json=members)))


def _opened(story: History) -> datetime:
    return min(datetime.fromisoformat(activity["published"]) for activity in story.activities)


def _until(activity: httpx.Client) -> datetime:
    """When the story ends: now, or a year after the opening that an earlier run has sent."""
    response = sending.patiently(lambda: activity.get(f"/v1/activities/{quote(OPENING, safe='')}"))
    sending.stop_if_refused(response, (httpx.codes.NOT_FOUND,))
    if response.is_success:
        return datetime.fromisoformat(response.json()["published"]) + YEAR
    return clock.now().astimezone(UTC).replace(second=0, microsecond=0)


def _token(settings: Settings, kind: str, *origins: str) -> str:
    signing_key = settings.need_signing_key()
    subject = "demo" if kind == "rep" else None
    return auth.mint(
        signing_key, community=COMMUNITY, kind=kind, origins=origins, subject=subject, now=clock.now()
    )


def _laurel(*arguments: str) -> str:
    """What the `laurel` command does; returns what it says. Raises Failed where it would not end with 0."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = cli.laurel.main(arguments, prog_name="laurel", standalone_mode=False)
    if code:
        message = f"`laurel {' '.join(arguments)}` failed:\n{said.getvalue()}"
        raise Failed(message)
    return said.getvalue()


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Sending a year of the community", total=total)

        def advance(steps: int) -> None:
            progress.advance(task, steps)

        yield advance


if __name__ == "__main__":
    main()
