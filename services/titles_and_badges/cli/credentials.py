"""`laurel credentials …`: the keys that sign, and a second look at what was signed."""

from pathlib import Path

import click

from services.titles_and_badges import app, wsgi
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.use_cases import allotting, signing_keys, verifying
from shared import clock

_COMMUNITY = click.option("--community", required=True, metavar="SLUG")


@click.group("credentials")
def credentials() -> None:
    """Keep the keys that sign credentials; verify one."""


@credentials.command("keys")
@_COMMUNITY
def keys(community: str) -> None:
    """List a community's signing keys, the newest last; the first one is made if there is none.

    One of them signs; what others signed holds, unless they are retired.
    """
    configuration = settings()
    app.connect(configuration)
    signing_keys.first(community, wsgi.office(configuration).keyring, clock.now())
    _list(community)


@credentials.command("rotate")
@_COMMUNITY
def rotate(community: str) -> None:
    """Sign with a new key from now on; what older keys signed holds."""
    configuration = settings()
    app.connect(configuration)
    signing_keys.rotate(community, wsgi.office(configuration).keyring, clock.now())
    _list(community)


@credentials.command("retire")
@click.argument("key")
@_COMMUNITY
def retire(key: str, community: str) -> None:
    """Trust a key no longer (it leaked): copies that it signed fail from now on; what we host is signed anew."""
    configuration = settings()
    app.connect(configuration)
    signing_keys.retire(community, key, wsgi.office(configuration).keyring, clock.now())
    _list(community)


@credentials.command("rewrap")
def rewrap() -> None:
    """Encrypt all signing keys with the first secret of LAUREL_CREDENTIAL_KEY; the others may go afterwards."""
    configuration = settings()
    app.connect(configuration)
    count = signing_keys.wrap_again(wsgi.office(configuration).keyring)
    click.echo(f"{count} keys are encrypted with the first secret.")


@credentials.command("catch-up")
@_COMMUNITY
def catch_up(community: str) -> None:
    """Look at every award again, should one lack its credential or its mark of revocation; `jobs` does it."""
    app.connect(settings())
    allotting.catch_up(community)
    click.echo("Ordered.")


@credentials.command("verify")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def verify(file: Path) -> None:
    """Check a credential of ours in FILE (signed JSON, or a picture that carries it); ends with 1 if it fails."""
    configuration = settings()
    app.connect(configuration)
    answers = verifying.check(verifying.read(file.read_bytes()), wsgi.office(configuration), clock.now())
    for answer in answers:
        click.echo(f"{answer.question}: {answer.verdict}{' – ' + answer.reason if answer.reason else ''}")
    if any(answer.verdict != "passed" for answer in answers):
        raise SystemExit(1)


def _list(community: str) -> None:
    for key in signing_keys.listed(community):
        since = clock.text(key.retired or key.made)
        click.echo(
            f"{key.public}  {'retired' if key.retired else 'signs' if key.wrapped else 'holds'}  {since}"
        )
