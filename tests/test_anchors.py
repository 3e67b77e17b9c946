"""The table of what others got wrong names tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLES = ("anchors.md", "referral/anchors.md")


def rows(table: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (TESTS / table).read_text("utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| line ")
    ]


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", [row for table in TABLES for row in rows(table)], ids=lambda row: row[0][:60])
def test_every_line_names_tests_that_are_there_or_says_that_it_is_not_built(row: list[str]) -> None:
    _, tests = row
    if tests.startswith("not built: "):
        return
    for name in tests.split(" · "):
        found = re.fullmatch(r"`([\w/]+\.py)::(test_\w+)`", name)
        assert found, name
        assert found[2] in functions(TESTS / found[1]), name


def test_the_table_of_recognition_has_all_lines() -> None:
    assert len(rows("anchors.md")) == 53
