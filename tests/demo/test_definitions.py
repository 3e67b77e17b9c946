"""The definitions that are shipped: they are valid, and what they say in words is what they check."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services import titles_and_badges
from services.titles_and_badges.domain import badges
from services.titles_and_badges.domain.criteria import KINDS
from services.titles_and_badges.domain.titles import definitions
from services.titles_and_badges.schemas.titles import TITLE

DEFINITIONS = Path(next(iter(titles_and_badges.__path__))) / "definitions"
NAMES = ("community", "stackexchange")
WORDS = {
    "two": 2, "twice": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "thousand": 1_000,
}  # fmt: skip

Json = dict[str, Any]


def shipped(name: str) -> list[Json]:
    found: list[Json] = json.loads((DEFINITIONS / f"{name}.json").read_text("utf-8"))["badges"]
    return found


ALL = [pytest.param(badge, id=f"{name}/{badge['slug']}") for name in NAMES for badge in shipped(name)]


@pytest.mark.parametrize("definition", ALL)
def test_a_definition_is_valid(definition: Json) -> None:
    assert badges.badge(definition["slug"], definition).slug == definition["slug"]


@pytest.mark.parametrize("definition", ALL)
def test_the_numbers_in_name_and_words_are_the_numbers_that_are_checked(definition: Json) -> None:
    thresholds = [level["at"] for level in definition.get("levels", [])] or [definition.get("at")]
    compared = re.findall(
        r'"(?:gte|gt|lte|lt|at|best|least|most)": (\d+)', json.dumps(definition["criterion"])
    )
    checked = {*filter(None, thresholds), *map(int, compared)}
    assert numbers(definition["description"]) == checked
    assert numbers(definition["name"]) <= checked


@pytest.mark.parametrize(
    ("said", "found"),
    [("Ten Answers", {10}), ("100 or a thousand", {100, 1_000}), ("Tenure, at least", set())],
)
def test_numbers_are_found_in_digits_and_in_words(said: str, found: set[int]) -> None:
    assert numbers(said) == found


def numbers(text: str) -> set[int]:
    """The numbers that a text states, from two on in words; "first" and "one" state none."""
    in_words = {WORDS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in WORDS}
    return {int(number) for number in re.findall(r"\d+", text)} | in_words


def test_the_demos_titles_are_valid_cover_every_category_and_have_their_boards() -> None:
    found = json.loads((DEFINITIONS / "community.json").read_text("utf-8"))
    boards = {board["slug"] for board in found["boards"]}
    titles = [definitions.title(each["slug"], TITLE.load(_without_slug(each))) for each in found["titles"]]
    assert {title.board for title in titles} <= boards
    assert {each["category"] for each in found["titles"]} == {
        "help", "thought", "welcome", "arrival", "story", "critique",
    }  # fmt: skip


def _without_slug(definition: Json) -> Json:
    return {name: value for name, value in definition.items() if name != "slug"}


@pytest.mark.parametrize("name", NAMES)
def test_slugs_and_names_are_unique(name: str) -> None:
    found = shipped(name)
    assert len({badge["slug"] for badge in found}) == len({badge["name"] for badge in found}) == len(found)


def test_the_demo_shows_every_kind_and_both_policies() -> None:
    found = shipped("community")
    assert {badge["criterion"]["kind"] for badge in found} == set(KINDS)
    assert {badge["policy"] for badge in found} == {"sticky", "live"}
    assert {badge["repeat"] for badge in found} == {"member", "object"}
    distinct = {badge["criterion"]["of"] for badge in found if badge["criterion"]["kind"] == "distinct"}
    assert distinct == {"days", "people", "objects"}
