"""What one gives oneself is worth nothing on any board and by any title that comes with Laurel."""

import json
from importlib import resources
from typing import Any

import pytest

from services.titles_and_badges import definitions
from services.titles_and_badges.domain.boards import board
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.domain.titles import measures
from services.titles_and_badges.domain.titles.definitions import title
from tests.titles_and_badges.boards.deeds import like, points

Json = dict[str, Any]
SHIPPED: Json = json.loads((resources.files(definitions) / "community.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", ["Like", "Accept"])
@pytest.mark.parametrize("what", ["Answer", "Question", "Comment", "Review", "Story"])
def test_self_likes_and_self_accepted_answers_are_no_credit_on_boards_and_for_titles(
    kind: str, what: str
) -> None:
    # Ann asked, answered, and likes or accepts her own answer.
    own = like("ann", by="ann", type=kind, object_type=what, parent="q", parent_author="ann")
    for each in SHIPPED["boards"]:
        assert points(board(each["slug"], each), [own]) == {}, each["slug"]
    measured = [title(each["slug"], each).measure for each in SHIPPED["titles"] if "measure" in each]
    assert measured
    for measure in measured:
        assert measure is not None
        assert measures.terms(measure, [own], {}, Context(profiles={})).amount == 0


def test_an_answer_that_somebody_else_accepts_is() -> None:
    theirs = like("ann", by="bob", type="Accept", parent="q", parent_author="bob")
    helpers = next(each for each in SHIPPED["boards"] if each["slug"] == "helpers")
    assert points(board("helpers", helpers), [theirs]) == {"ann": 15}
