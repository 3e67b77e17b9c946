"""The table of what others got wrong names tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLES = ("anchors.md", "referral/anchors.md")

#: A word or two of each line of what was collected about clicks, attribution, money and people: each has its row.
REFERRAL = (
    # Peers that were asked the same
    "valid API key", "same sign-up twice", "same order twice", "own code", "tenant's key", "EUR", "same visitor twice",
    "HEADs", "expired link", "500 at 2.9 %", "refunds 100 then 400", "second purchase pays", "codes: random",
    "peers, where they install",
    # Clicks
    "X's preview", "mail scanner", "Sec-Purpose", "in-app browsers", "no `User-Agent`", "newer robot list",
    "MongoDB away", "no advocate is created", "landing address",
    # Attribution
    "inside or outside the window", "two first purchases", "checkout began", "coupon beats", "beats the product's",
    "public site", "log-in redirect", "existing advocate", "A ← B ← C ← A",
    # Money
    "retried for ever", "422; while the first runs", "partial refunds in any order", "refund after the pay-out",
    "killed anywhere", "50 grants", "do not fan out", "sums to zero in every currency",
    # Fraud and people
    "through another door", "jackpot2lte", "colleagues on one office", "unresolved review", "unhappy friend",
    "where is my reward", "an erasure: no identifier in three services", "ad-block",
    # Exact values
    "1000 at 20 %", "two levels", "credit 197", "half captured", "two equal refunds", "20 % for 12 months",
    "K = 2", "rates are 0", "signatures", "Ann.B+x", "paid traffic", "points: same IP 40", "the cookie", "ECR",
    "robots: recall",
)  # fmt: skip


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


@pytest.mark.parametrize("line", REFERRAL)
def test_the_table_of_referral_has_all_lines(line: str) -> None:
    assert any(line in row[0] for row in rows("referral/anchors.md"))
