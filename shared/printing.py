"""Rows at an operator's desk, as CSV or one JSON object a line: every list of `laurel` is printed so."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from shared import sheets

CSV, JSON = "csv", "json"

#: The option of a command that prints rows.
form = click.option("--format", "form", type=click.Choice([CSV, JSON]), default=CSV, show_default=True)


def say(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], form: str = CSV) -> None:
    """Print rows one by one: all that they hold as JSON, as it is, or these columns as CSV, in which nothing runs."""
    if form == JSON:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    sys.stdout.write(sheets.line(columns))
    for row in rows:
        sys.stdout.write(sheets.line([row.get(name) for name in columns]))
