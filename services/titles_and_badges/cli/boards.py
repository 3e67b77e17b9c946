"""Boards at an operator's desk."""

import click

from services.titles_and_badges import app
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards, board_views
from services.titles_and_badges.queries import boards as queries
from shared import printing
from shared.errors import NotFound

COLUMNS = ("rank", "member", "score")


@click.command("board")
@click.argument("board")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--window", metavar="WINDOW", help="day, week, month, season, all, last-30-days …")
@click.option(
    "--period", metavar="PERIOD", help="2026-10 for a month, 2026-W41 for a week …; else the present one."
)
@printing.form
def board(board: str, community: str, window: str | None, period: str | None, form: str) -> None:
    """List a period of a board, best first, with the community's own ids."""
    app.connect(settings())
    if not awards.is_known(community):
        raise NotFound("community", community)
    rows = queries.every(community, board, board_views.asked(window, period))
    printing.say(COLUMNS, rows, form)
