"""Twenty badges and five boards, as a community has them, and one badge of each kind beside them."""

from typing import Any

Definition = dict[str, Any]

_LIKES = {"type": "Like"}


def _badge(kind: str, at: int | None, options: Definition | None = None, **others: Any) -> Definition:
    wanted = {} if at is None else {"at": at}
    return {
        "name": kind,
        "description": kind,
        "criterion": {"kind": kind, **(options or {})},
        **wanted,
        **others,
    }


def _deeds(role: str, kind: str, described: str | None = None) -> Definition:
    return {"role": role, "where": {"type": kind, **({"object.type": described} if described else {})}}


TWENTY: dict[str, Definition] = {
    "first-question": _badge("first", None, _deeds("actor", "Create", "Question")),
    "first-answer": _badge("first", None, _deeds("actor", "Create", "Answer")),
    "tenth-answer": _badge("nth", 10, _deeds("actor", "Create", "Answer")),
    "helping-hand": _badge("count", 3, _deeds("author", "Accept")),
    "friendly": _badge("count", 10, _deeds("actor", "Like")),
    "liked": _badge("count", 10, _deeds("author", "Like")),
    "at-the-table": _badge("sum", 300, _deeds("actor", "Join", "Event")),
    "steady": _badge("distinct", 7, {"of": "days", "role": "actor"}),
    "widely-thanked": _badge("distinct", 10, {"of": "people", **_deeds("author", "Like")}),
    "generous-reader": _badge("distinct", 10, {"of": "objects", **_deeds("actor", "Like")}),
    "nice-answer": _badge("object-score", 3, {"where": {"object.type": "Answer"}}, repeat="object"),
    "good-question": _badge("object-score", 3, {"where": {"object.type": "Question"}}, repeat="object"),
    "favourite": _badge(
        "object-score", 2, {"where": {"object.type": "Answer"}, "accepted": True}, policy="live"
    ),
    "three-days": _badge("streak", 3, {"unit": "day", "role": "actor"}),
    "two-weeks": _badge("streak", 2, {"unit": "week", "role": "actor"}, policy="live"),
    "a-week-here": _badge("tenure", 7, {"unit": "day", "since": "first-deed", "role": "actor"}),
    "accepted-half": _badge(
        "ratio",
        50,
        {"part": _deeds("author", "Accept"), "whole": _deeds("actor", "Create", "Answer"), "least": 3},
    ),
    "all-rounder": _badge(
        "compound",
        None,
        {
            "all": [
                {"kind": "count", **_deeds("actor", "Like"), "at": 5},
                {"kind": "first", **_deeds("actor", "Join")},
            ]
        },
    ),
    "laureate": _badge("chain", None, {"all": [{"badge": "friendly"}, {"badge": "liked"}]}),
    "best-of-a-month": _badge("rank", 1, {"board": "helpers", "window": "month", "best": 3}),
}

#: One badge of each kind. Where a kind allows it, it looks at the same deeds as the others: a member's likes.
KINDS: dict[str, Definition] = {
    "count": _badge("count", 5, _deeds("actor", "Like")),
    "count, 3 a giver": _badge("count", 5, {**_deeds("author", "Like"), "per_giver": {"most": 3}}),
    "sum": _badge("sum", 100, {"role": "actor", "where": {"type": {"in": ["Like", "Join"]}}}),
    "first": _badge("first", None, _deeds("actor", "Like")),
    "nth": _badge("nth", 5, _deeds("actor", "Like")),
    "distinct days": _badge("distinct", 3, {"of": "days", **_deeds("actor", "Like")}),
    "distinct people": _badge("distinct", 5, {"of": "people", **_deeds("actor", "Like")}),
    "object-score, by object": _badge("object-score", 2, {"where": _LIKES}, repeat="object"),
    "streak of days": _badge("streak", 2, {"unit": "day", **_deeds("actor", "Like")}),
    "streak of days, live": _badge("streak", 2, {"unit": "day", **_deeds("actor", "Like")}, policy="live"),
    "tenure": _badge("tenure", 2, {"unit": "day", "since": "first-deed", **_deeds("actor", "Like")}),
    "ratio": _badge("ratio", 50, {"part": _deeds("actor", "Like"), "whole": {"role": "actor"}, "least": 3}),
    "compound of count and days": _badge(
        "compound",
        None,
        {
            "all": [
                {"kind": "count", **_deeds("actor", "Like"), "at": 5},
                {"kind": "distinct", "of": "days", **_deeds("actor", "Like"), "at": 2},
            ]
        },
    ),
    "chain of two": _badge("chain", None, {"all": [{"badge": "friendly"}, {"badge": "liked"}]}),
    "rank": _badge("rank", 1, {"board": "helpers", "window": "month", "best": 3}),
    "referral": _badge("referral", 1, {"outcome": "purchased"}),
    "manual": _badge("manual", None),
}

#: Kinds that no deed of the bench fulfils: ranks come from seals, outcomes from `referral`, decisions from people.
UNFULFILLED = ("rank", "referral", "manual")


def _board(points: list[Definition], **others: Any) -> Definition:
    return {"name": "Board", "points": points, **others}


BOARDS: dict[str, Definition] = {
    "helpers": _board(
        [
            {**_deeds("author", "Accept"), "points": 15},
            {**_deeds("author", "Like", "Answer"), "points": 10},
            {**_deeds("author", "Dislike", "Answer"), "points": -2},
        ],
        cap_a_day=200,
        by_giver={"shares": [100, 100, 50, 50, 20]},
        windows=["week", "month", "all", "last-30-days"],
    ),
    "thinkers": _board(
        [
            {
                "role": "author",
                "where": {"type": "Like", "object.type": {"in": ["Question", "Answer"]}},
                "points": 5,
            }
        ],
        by_giver={"cap": 10, "shares": [100, 60, 40]},
        windows=["month", "all"],
    ),
    "welcomers": _board(
        [
            {**_deeds("actor", "Create", "Answer"), "points": 2, "cap_a_day": 10},
            {**_deeds("actor", "Join", "Event"), "points": 3},
        ],
        windows=["month", "all"],
        ties="dense",
    ),
    "readers": _board([{**_deeds("actor", "Like"), "points": 1, "cap_a_day": 20}], windows=["month", "all"]),
    "appreciated": _board([{**_deeds("author", "Like"), "points": 1}], windows=["month", "all"]),
}
