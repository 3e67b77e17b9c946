"""CSV that people open in a spreadsheet: the same rows are the same bytes, and no cell is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

#: What makes a spreadsheet compute or call out, by OWASP's list, with the full-width forms that some fold.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A number computes nothing; ids such as -1 exist (Stack Exchange's own account), and are to be found again.
_NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?")


def cell(text: str) -> str:
    """Text that a spreadsheet shows and does not run: an apostrophe before what would begin a formula."""
    if _NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV with a header; numbers as they are, everything else through `cell`."""
    return "".join([line(columns), *(line([row[name] for name in columns]) for row in rows)])


def line(cells: Iterable[object]) -> str:
    """One row; the only place where CSV is written.

    The writer puts in quotes what ends its own lines: hence both, or a carriage return would break one.
    """
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([_shown(each) for each in cells])
    return written.getvalue().removesuffix("\r\n") + "\n"


def _shown(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, int | float | Decimal) else cell(str(value))
