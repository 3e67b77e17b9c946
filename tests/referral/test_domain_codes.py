"""Codes: random, easy to type, in one form whatever people make of them."""

import math
import random
import secrets
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import codes


def test_a_random_code_is_what_everybody_will_make_of_it() -> None:
    made = {codes.make(secrets.choice) for _ in range(500)}
    assert len(made) == 500
    for code in made:
        assert len(code) == codes.LENGTH
        assert set(code) <= set(codes.ALPHABET)
        assert codes.fold(code) == code == codes.fold(code.upper())


def test_a_code_cannot_be_guessed() -> None:
    assert codes.LENGTH * math.log2(len(codes.ALPHABET)) > 40


def test_of_characters_that_look_alike_one_is_in_the_alphabet() -> None:
    assert len(set(map(codes.fold, codes.ALPHABET))) == len(codes.ALPHABET)
    assert not set(codes.ALPHABET) & set("aeiouyl01")


def test_a_code_says_nothing_of_the_next_one() -> None:
    # Chance is passed in: the same chance, the same code, and nothing else decides.
    first, second = random.Random(1), random.Random(1)  # noqa: S311 (on purpose)
    assert codes.make(first.choice) == codes.make(second.choice) != codes.make(first.choice)


@pytest.mark.parametrize(
    "typed", ["Olivia", "0LIVIA", "o-livia", " oliv1a ", "ОLIVIА", "OL IV IA", "olivia", "ＯＬＩＶＩＡ"]
)
def test_what_people_type_is_one_code(typed: str) -> None:
    assert codes.fold(typed) == codes.fold("olivia")


@pytest.mark.parametrize("typed", ["", "-", "a/b", "a" * 33, "日本", "a\x00b", "%20", "'", "../x"])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert codes.fold(typed) == ""


@given(st.text(max_size=40))
def test_folding_again_changes_nothing(typed: str) -> None:
    folded = codes.fold(typed)
    assert codes.fold(folded) == folded
    assert set(folded) <= set(string.ascii_lowercase + string.digits)


@pytest.mark.parametrize(
    "wanted", ["ann", "ANN-SHOP", "spring-2026", "42nd-street", "canal-grapes", "peacock"]
)
def test_a_chosen_code_may_be_a_word(wanted: str) -> None:
    assert codes.fault(wanted) is None


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("admin", "reserved"),
        ("AdM1n", "reserved"),
        ("well-known", "reserved"),
        ("sh1t", "offend"),
        ("the-F-u-c-k", "offend"),
        ("big-rape", "offend"),
        ("an", "3 to 32"),
        ("a" * 33, "3 to 32"),
        ("ann_shop", "letters"),
        ("ann--shop", "letters"),
        ("анна", "letters"),
        ("", "letters"),
    ],
)
def test_a_chosen_code_is_refused_with_the_reason(wanted: str, why: str) -> None:
    assert why in (codes.fault(wanted) or "")


def test_chance_that_offends_is_thrown_again() -> None:
    drawn = iter("fck234567" + "gdk234567")
    assert codes.make(lambda _: next(drawn)) == "gdk234567"
