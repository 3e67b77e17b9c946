"""`laurel status`: what runs, what waits, and when everything accepted has been handled."""

import json
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import click
import httpx
from rich.console import Console
from rich.table import Table

from services.activity import app as activity
from services.activity import queries as activity_queries
from services.referral import app as referral
from services.referral import consumers as referral_consumers
from services.referral.queries import communities as referral_queries
from services.titles_and_badges import app as titles_and_badges
from services.titles_and_badges import consumers
from services.titles_and_badges.queries import awards
from shared import kafka, mongo
from shared.errors import Unavailable
from shared.settings import Settings, from_environment

_LOOK_AGAIN_SECONDS = 0.2
_UNKNOWN: dict[str, Any] = {"pending": {}, "stuck": []}


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Wait until everything accepted has been handled; exit code 1 if it has not by then.",
)
@click.pass_context
def show(context: click.Context, *, as_json: bool, wait: float | None) -> None:
    """Show addresses, readiness, and what is pending; or wait until nothing is."""
    configuration: Settings = from_environment(os.environ)
    activity.connect(configuration)
    titles_and_badges.connect(configuration)
    referral.connect(configuration)
    until = time.monotonic() + (wait or 0)
    found = look(configuration)
    while wait is not None and not found["handled"] and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN_SECONDS)
        found = look(configuration)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _print(found)
    services = found["services"].values()
    well = not found["faults"] and all(each["ready"] and not each["stuck"] for each in services)
    context.exit(0 if found["handled"] or (wait is None and well) else 1)


def look(configuration: Settings) -> dict[str, Any]:
    """One look, upstream first: what was handed on while we looked is seen further down.

    `titles-and-badges` and `referral` hand on to each other, and so are looked at twice. `handled` is true when nothing
    accepted before the look is still on its way; never when something cannot be asked.
    """
    upstream, fault = _ask(lambda: _state(activity_queries))
    faults = [fault]
    waits = [*upstream.get("pending", {}).values()]
    services = {"activity": {**_readiness(configuration.activity_url), **(upstream or _UNKNOWN)}}
    for name, url, consuming, queries in 2 * (
        ("titles-and-badges", configuration.titles_and_badges_url, consumers, awards),
        ("referral", configuration.referral_url, referral_consumers, referral_queries),
    ):
        if name in services and any(waits):
            break  # something waits: a second look would find out nothing
        lag, lag_fault = _ask(partial(_lag, configuration.kafka_servers, consuming))
        found, fault = _ask(partial(_state, queries))
        pending = {**found.get("pending", {}), **lag}
        readiness = services.get(name) or _readiness(url)
        services[name] = {**readiness, **(found or _UNKNOWN), "pending": pending}
        waits += pending.values()
        faults += [lag_fault, fault]
    # All databases may be away for one reason: say it once.
    said = list(dict.fromkeys(each for each in faults if each))
    return {"services": services, "handled": not said and not any(waits), "faults": said}


def _lag(servers: Sequence[str], consuming: ModuleType) -> dict[str, Any]:
    return {"lag": kafka.lag(servers, consuming.GROUP, list(consuming.HANDLERS))}


def _state(queries: ModuleType) -> dict[str, Any]:
    """What waits, and what failed and is put off: it would wait for ever, and nobody would know why."""
    return {"pending": queries.pending(), "stuck": queries.stuck()}


def _ask(question: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], str | None]:
    try:
        return question(), None
    except Unavailable as error:
        return {}, error.detail
    except mongo.UNAVAILABLE as error:
        return {}, f"MongoDB does not answer: {type(error).__name__}"


def _readiness(url: str) -> dict[str, Any]:
    try:
        ready = httpx.get(f"{url}/readyz", timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        ready = False
    return {"url": url, "docs": f"{url}/docs", "ready": ready}


def _print(found: dict[str, Any]) -> None:
    table = Table(box=None, header_style="bold")
    for heading in ("service", "ready", "address", "pending"):
        table.add_column(heading)
    for name, service in found["services"].items():
        pending = ", ".join(f"{what} {count}" for what, count in service["pending"].items())
        table.add_row(name, "yes" if service["ready"] else "no", service["url"], pending)
    console = Console()
    console.print(table)
    for name, service in found["services"].items():
        for mark in service["stuck"]:
            said = f"{name}: {mark['kind']} of {mark['community']} failed {mark['failures']} times: {mark['fault']}"
            console.print(said, style="red", markup=False)
    for fault in found["faults"]:
        console.print(fault, style="red")
    console.print(
        "Everything accepted has been handled." if found["handled"] else "Some of it is still on its way."
    )
