"""How every table of the demo looks, and how it names people."""

from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table


def begun(title: str) -> Table:
    """A table without columns yet."""
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def who(member: dict[str, Any]) -> str:
    """A member by his name, or by what the community calls him."""
    return escape(member["name"] or member["id"] or "somebody")
