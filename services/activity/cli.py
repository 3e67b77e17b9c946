"""`laurel activity …`, `laurel communities …`, `laurel tokens …`: an operator's door."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click

from deploy import serving
from services.activity import app, queries
from services.activity.use_cases import fan_out, membership
from shared import auth, clock
from shared.settings import Settings, from_environment


@click.group()
def activity() -> None:
    """Run and repair the service `activity`."""


@activity.command("api")
def api() -> None:
    """Serve HTTP (gunicorn)."""
    configuration = _settings()
    configuration.need_member_key()
    serving.serve(
        "services.activity.wsgi:create_api()",
        configuration.bind or urlsplit(configuration.activity_url).netloc,
    )


@activity.command("relay")
def relay() -> None:
    """Carry deliveries and profiles to Kafka."""
    app.run_relay(_settings())


@activity.command("jobs")
def jobs() -> None:
    """Check and fan out what changed."""
    app.run_jobs(_settings())


@activity.command("republish")
@click.option("--community", required=True, metavar="SLUG", help="Whose deliveries.")
def republish(community: str) -> None:
    """Send all deliveries and profiles of a community again, for a service that joins late or lost its data."""
    app.connect(_settings())
    queries.community(community)
    fan_out.republish(community)
    click.echo("Ordered; `laurel status --wait 600` says when it is done.")


@click.group()
def communities() -> None:
    """Found communities."""


@communities.command("create")
@click.argument("slug")
@click.option(
    "--time-zone", required=True, metavar="ZONE", help="Such as Europe/Kyiv: it decides days and months."
)
@click.option("--name", help="What people call it; the slug by default.")
@click.option("--locale", default="en", show_default=True)
def create(slug: str, time_zone: str, name: str | None, locale: str) -> None:
    """Found a community; founding it again changes nothing."""
    app.connect(_settings())
    new = membership.found_community(
        slug, name=name or slug, time_zone=time_zone, locale=locale, now=clock.now()
    )
    click.echo(f"The community {slug} {'is founded' if new else 'is there already'}.")


@communities.command("show")
@click.argument("slug")
def show(slug: str) -> None:
    """Show a community."""
    app.connect(_settings())
    found = queries.community(slug)
    for name in ("slug", "name", "locale", "time_zone"):
        click.echo(f"{name}: {found[name]}")


@click.group()
def tokens() -> None:
    """Make keys, mint tokens, revoke them."""


@tokens.command("keys")
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--rotate", is_flag=True, help="A new signing key; tokens of the old one hold on.")
def keys(directory: Path, *, rotate: bool) -> None:
    """Create signing-key.pem (secret) and keys.json (public), if they are missing."""
    auth.make_keys(directory, rotate=rotate)
    click.echo(f"The keys are in {directory}.")


@tokens.command("mint")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in auth.Kind]))
@click.option(
    "--origin", "origins", multiple=True, metavar="ORIGIN", help="Pages that may use a publishable token."
)
@click.option(
    "--subject", help="Who holds it; stands beside what is decided. `member:ID`: a member in a widget."
)
@click.option("--days", type=click.IntRange(1), help="For how long; without it, until it is revoked.")
@click.option("--minutes", type=click.IntRange(1), help="For how long, for a member in a widget.")
def mint(
    community: str,
    kind: str,
    origins: tuple[str, ...],
    subject: str | None,
    days: int | None,
    minutes: int | None,
) -> None:
    """Print a token, and nothing else."""
    configuration = _settings()
    app.connect(configuration)
    queries.community(community)
    token = auth.mint(
        configuration.need_signing_key(),
        community=community,
        kind=kind,
        origins=origins,
        subject=subject,
        lifetime=timedelta(days=days or 0, minutes=minutes or 0) or None,
        now=clock.now(),
    )
    click.echo(token)


@tokens.command("revoke")
@click.argument("token_id")
@click.option("--community", required=True, metavar="SLUG")
def revoke(token_id: str, community: str) -> None:
    """Let a token (its `jti`) hold no more."""
    app.connect(_settings())
    membership.revoke_token(community, token_id)
    click.echo("Revoked; the other services follow within seconds.")


def _settings() -> Settings:
    return from_environment(os.environ)
