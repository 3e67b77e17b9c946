"""CSV for spreadsheets: what stands in it is shown, never run; the same rows are the same bytes."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import sheets

DANGEROUS = set("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "  =1", '=HYPERLINK("x")', "＝1"]
)
def test_what_would_be_a_formula_is_shown_as_text(text: str) -> None:
    assert sheets.cell(text) == f"'{text}"


def test_what_is_none_stays_as_it_is() -> None:
    assert [sheets.cell(text) for text in ("ann", "a=b", "1-1", "", "ann@example", "-1", "-2.5")] == [
        "ann", "a=b", "1-1", "", "ann@example", "-1", "-2.5",
    ]  # fmt: skip


def test_a_table_has_its_columns_in_order_numbers_as_they_are_and_nothing_for_none() -> None:
    rows = [{"b": -5, "a": "=x", "c": None}, {"b": 7, "a": 'Ann, "the" first', "c": "z"}]
    assert sheets.table(("a", "b", "c"), rows) == 'a,b,c\n\'=x,-5,\n"Ann, ""the"" first",7,z\n'


@given(st.lists(st.tuples(st.text(), st.integers()), max_size=5))
def test_no_cell_begins_a_formula_and_all_is_read_back(rows: list[tuple[str, int]]) -> None:
    written = sheets.table(("text", "number"), [{"text": text, "number": number} for text, number in rows])
    found = list(csv.reader(io.StringIO(written, newline="")))[1:]
    assert len(found) == len(rows)
    for (text, number), (shown, counted) in zip(rows, found, strict=True):
        assert shown in {text, f"'{text}"}
        assert counted == str(number)
        assert not DANGEROUS & {shown.lstrip(" ")[:1]} or re.fullmatch(r"-[0-9.]+", shown)
