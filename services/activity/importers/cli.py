"""`laurel import …`: an operator brings in a history through the public API."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
import httpx
from defusedxml import DefusedXmlException
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from services.activity.importers import bookmark, checking, ndjson, report, sending, stackexchange
from services.activity.importers.bookmark import Bookmark
from services.activity.importers.items import Advance, Found, Read
from shared import auth, clock

MOST_A_BATCH = 1_000  # the API takes no more
TOKEN_LIFETIME = timedelta(days=1)
HOME = ".laurel"

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something to import. `key` names it in the bookmark; None for what cannot be read twice."""

    key: str | None
    size: int | None
    read: Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where it goes."""

    community: str
    url: str
    token: str | None
    batch_size: int


@click.group("import")
def importing() -> None:
    """Bring in a history from elsewhere, through the public API."""


def _options(command: Command) -> Command:
    for option in reversed(
        [
            click.option(
                "--community", required=True, metavar="SLUG", help="The community that it becomes part of."
            ),
            click.option(
                "--url",
                envvar="LAUREL_ACTIVITY_URL",
                default="http://127.0.0.1:8801",
                show_default=True,
                show_envvar=True,
                help="The activity service.",
            ),
            click.option(
                "--token",
                envvar="LAUREL_TOKEN",
                show_envvar=True,
                help="A server token; without it, one is minted if the signing key is here.",
            ),
            click.option(
                "--batch-size",
                type=click.IntRange(1, MOST_A_BATCH),
                default=MOST_A_BATCH,
                show_default=True,
                help="Items a request.",
            ),
            click.option("--dry-run", is_flag=True, help="Read and check everything, send nothing."),
            click.option("--again", is_flag=True, help="Send everything, also what an earlier run has sent."),
        ]
    ):
        command = option(command)
    return command


@importing.command("stackexchange")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_options
def import_stackexchange(directory: Path, *, dry_run: bool, again: bool, **target: Any) -> None:  # noqa: ANN401
    """Import the Stack Exchange dump in DIRECTORY: Users.xml, Posts.xml, Comments.xml, Votes.xml.

    No text is sent: ids, times, tags, names and votes alone.
    """
    absent = stackexchange.missing(directory)
    if len(absent) == len(stackexchange.FILES):
        message = f"{directory} holds none of {', '.join(absent)}: it is no Stack Exchange dump."
        raise click.ClickException(message)
    if absent:
        click.echo(f"Not in {directory}: {', '.join(absent)}. The rest is imported.", err=True)

    def read(advance: Advance) -> Iterator[Found]:
        return stackexchange.read(directory, advance)

    source = Source(key=str(directory.resolve()), size=stackexchange.size(directory), read=read)
    _run(source, Target(**target), dry_run=dry_run, again=again)


@importing.command("ndjson")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@_options
def import_ndjson(file: Path, *, dry_run: bool, again: bool, **target: Any) -> None:  # noqa: ANN401
    """Import FILE (or `-`): one activity a line, as `POST /v1/activities` takes it."""
    from_stdin = str(file) == "-"

    def read(advance: Advance) -> Iterator[Found]:
        if from_stdin:
            yield from ndjson.read(sys.stdin.buffer, "stdin", advance)
        else:
            with file.open("rb") as opened:
                yield from ndjson.read(opened, file.name, advance)

    key, size = (None, None) if from_stdin else (str(file.resolve()), file.stat().st_size)
    _run(Source(key=key, size=size, read=read), Target(**target), dry_run=dry_run, again=again)


def token_for(community: str) -> str:
    """A token to import with, minted on the spot where the signing key is at hand.

    Raises click.UsageError where it is not.
    """
    signing_key = os.environ.get("LAUREL_TOKEN_SIGNING_KEY")
    if not signing_key:
        make_one = f"`laurel tokens mint --community {community} --kind server` makes one"
        message = f"A server token is needed, as --token or in LAUREL_TOKEN: {make_one}."
        raise click.UsageError(message)
    now = clock.now()
    return auth.mint(Path(signing_key), community=community, kind="server", now=now, lifetime=TOKEN_LIFETIME)


def _run(source: Source, target: Target, *, dry_run: bool, again: bool) -> None:
    tally, trouble = report.Tally(), ""
    try:
        if dry_run:
            _read_alone(source, tally)
        else:
            _send_all(source, target, tally, again=again)
    except sending.Stopped as stopped:
        trouble = f"Stopped: {stopped}"
    except DefusedXmlException as attack:
        trouble = f"Stopped: a file declares entities ({type(attack).__name__}), which no dump does"
    report.show(Console(), tally, dry_run=dry_run, whole=not trouble)
    if trouble:
        click.secho(trouble, fg="red", err=True)
        click.echo("What was acknowledged is remembered: the same command goes on from there.", err=True)
    if trouble or not tally.clean:
        raise SystemExit(1)


def _read_alone(source: Source, tally: report.Tally) -> None:
    with _progress(source.size) as (advance, _):
        for _item in report.counted(checking.checked(source.read(advance)), tally):
            pass


def _send_all(source: Source, target: Target, tally: report.Tally, *, again: bool) -> None:
    path = _bookmark_path(source, target)
    with sending.connect(target.url, target.token or token_for(target.community)) as client:
        mark = Bookmark() if again or path is None else _starting_point(client, source, bookmark.read(path))
        tally.before = mark.upto - len(mark.refused)
        with _progress(source.size) as (advance, say):
            items = report.counted(source.read(advance), tally)
            for sent in sending.send(client, items, mark, target.batch_size, _wait):
                if path is not None:
                    bookmark.keep(path, sent.mark)
                report.add(tally, sent)
                say(f"{tally.sent:,} sent")


def _starting_point(client: httpx.Client, source: Source, mark: Bookmark) -> Bookmark:
    """The bookmark, unless source or server have changed: then all is sent again, which does no harm."""
    if mark.upto and not bookmark.holds(report.counted(source.read(lambda _: None), report.Tally()), mark):
        click.echo("The source has changed since the last run: starting from its beginning.", err=True)
        return Bookmark()
    if mark.last and not sending.knows(client, mark.last, _wait):
        click.echo("The server does not hold what the last run sent: starting from the beginning.", err=True)
        return Bookmark()
    return mark


def _wait(trouble: str, seconds: float) -> None:
    click.echo(f"The server {trouble}; trying again in {seconds:g} s.", err=True)
    time.sleep(seconds)


def _bookmark_path(source: Source, target: Target) -> Path | None:
    home = Path(os.environ.get("LAUREL_HOME", HOME))
    return None if source.key is None else bookmark.path_for(home, source.key, target.community, target.url)


@contextmanager
def _progress(size: int | None) -> Iterator[tuple[Advance, Callable[[str], None]]]:
    """A bar over the bytes read, on the error stream; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=size)

        def advance(taken: int) -> None:
            progress.advance(task, taken)

        def say(description: str) -> None:
            progress.update(task, description=description)

        yield advance, say
