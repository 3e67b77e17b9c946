"""The rules under which the histories of `test_truth` are lived: badges of every kind, boards, titles, in variants."""

from collections.abc import Mapping
from typing import Any

_ANSWERS = {"type": "Create", "object.type": "Answer"}
_LIKES = {"type": "Like"}


def _count(role: str, where: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "count", "role": role, "where": where, **more}


def _badge(criterion: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "A badge", "criterion": criterion, **more}


_LEVELS = [{"name": "one", "at": 1}, {"name": "three", "at": 3}]
_RATIO = {
    "kind": "ratio",
    "part": {"role": "author", "where": _LIKES},
    "whole": {"where": _ANSWERS},
    "least": 2,
}

#: Slug → variants: each redefinition is one of them, and the badge is counted anew.
BADGES: Mapping[str, list[dict[str, Any]]] = {
    "helper": [
        _badge(_count("author", _LIKES), at=2),
        _badge(_count("author", {}), levels=_LEVELS, policy="live"),
        _badge({"kind": "sum", "role": "author", "where": _LIKES}, at=3),
    ],
    "nice": [
        _badge({"kind": "object-score"}, at=2, repeat="object"),
        _badge({"kind": "object-score", "where": {"object.type": "Answer"}}, levels=_LEVELS, policy="live"),
    ],
    "days": [
        _badge({"kind": "distinct", "of": "days", "role": "actor"}, at=3),
        _badge({"kind": "distinct", "of": "people", "role": "author"}, at=2, policy="live"),
    ],
    "row": [
        _badge({"kind": "streak", "unit": "day"}, levels=[{"name": "two", "at": 2}, {"name": "four", "at": 4}]),
        _badge({"kind": "streak", "unit": "day", "zone": "member", "freeze": {"most": 1}}, at=3),
        _badge({"kind": "streak", "unit": "week"}, at=2, policy="live"),
    ],
    "third": [
        _badge({"kind": "nth", "role": "actor"}, at=3),
        _badge({"kind": "nth", "role": "actor", "where": _ANSWERS}, at=2),
    ],
    "early": [_badge({"kind": "first", "where": _ANSWERS}), _badge({"kind": "first", "role": "author"})],
    "accepted": [_badge(_RATIO, at=50), _badge(_RATIO, at=100, policy="live", keep=50)],
    "veteran": [
        _badge({"kind": "tenure", "unit": "day", "since": "first-deed"}, at=3),
        _badge({"kind": "tenure", "unit": "day", "active": True}, at=2),
    ],
    "both": [
        _badge({"kind": "compound", "all": [_count("actor", {}, at=3), _count("author", _LIKES, at=1)]}),
        _badge({"kind": "compound", "any": [_count("author", _LIKES, at=3), {"kind": "streak", "at": 3}]}),
    ],
    "fair": [
        _badge(_count("author", _LIKES, per_giver={"percent": [100, 50]}), at=2),
        _badge(_count("author", _LIKES, per_giver={"most": 1}), at=2),
    ],
    "monthly": [
        _badge(_count("actor", {}), at=2, repeat="month"),
        _badge(_count("actor", {}), at=2, repeat="week"),
        _badge(_count("actor", {}), at=2, expires_after={"days": 2}),
    ],
    "only": [_badge(_count("author", _LIKES), at=1, most_holders=1), _badge(_count("actor", {}), at=1, most_holders=2)],
    "chained": [
        _badge({"kind": "chain", "all": [{"badge": "third"}, {"badge": "helper"}]}),
        _badge({"kind": "chain", "all": [{"badge": "only"}]}, policy="live"),
    ],
    "thanks": [_badge({"kind": "manual"})],
}  # fmt: skip

_VOTES = [
    {"role": "author", "where": _LIKES, "points": 60},
    {"role": "author", "where": {"type": "Dislike"}, "points": -50},
]
_WINDOWS = ["day", "week", "month", "season", "all", "last-60-days"]
_AUTUMN = [{"name": "autumn", "from": "2026-09-30", "until": "2026-10-02"}]
_NO_STAFF = {"ranking": [{"role": "staff", "reason": "They are paid."}]}

BOARDS: Mapping[str, list[dict[str, Any]]] = {
    "votes": [
        {"name": "Votes", "points": _VOTES, "cap_a_day": 130, "by_giver": {"shares": [100, 50]}, "windows": _WINDOWS,
         "seasons": _AUTUMN, "exclude": _NO_STAFF, "effective": "always"},
        {"name": "Votes", "points": _VOTES, "cap_a_day": 70, "windows": ["week", "all"], "effective": "always"},
        {"name": "Votes", "points": _VOTES, "windows": ["month", "all"], "effective": "2026-09-30T12:00:00Z"},
    ],
    "deeds": [
        {"name": "Deeds", "points": [{"role": "actor", "points": 1}], "ties": "dense", "effective": "always"},
        {"name": "Deeds", "points": [{"role": "actor", "where": _ANSWERS, "points": 5}], "effective": "always",
         "windows": ["day", "month"], "exclude": {"earning": [{"role": "staff", "reason": "They are paid."}]}},
    ],
}  # fmt: skip

TITLES: Mapping[str, dict[str, Any]] = {
    "most-liked": {"name": "Most liked", "board": "votes", "holders": 2},
    "busiest": {"name": "Busiest", "board": "deeds", "holders": 1},
}
