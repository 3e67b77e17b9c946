"""Rows of a command, as a program reads them again."""

import csv
import io
import json

import pytest

from shared import printing

ROWS = [{"id": 'a "b", c', "at": None, "more": 1}, {"id": "carriage\rreturn", "at": "2026"}, {"id": "é\n"}]


def test_as_csv_they_hold_these_columns_and_nothing_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say(("id", "at"), iter(ROWS))
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert found == [{"id": each["id"], "at": each.get("at") or ""} for each in ROWS]


def test_as_json_each_line_is_a_row_with_all_that_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say(("id",), iter(ROWS), printing.JSON)
    assert [json.loads(line) for line in capsys.readouterr().out.split("\n")[:-1]] == ROWS


def test_no_cell_is_run_by_a_spreadsheet_and_numbers_stay_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say(("member", "minor"), [{"member": "=1+1", "minor": -500}, {"member": "@ann", "minor": 7}])
    assert capsys.readouterr().out == "member,minor\n'=1+1,-500\n'@ann,7\n"
