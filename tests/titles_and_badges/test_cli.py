"""The operator's door of `titles-and-badges`: files of definitions in, awards out."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures import Courier, Door, Said

Laurel = Callable[..., Said]
POSTER = {
    "slug": "poster",
    "name": "Poster",
    "criterion": {"kind": "count", "where": {"type": "Create"}},
    "at": 1,
}


def load(laurel: Laurel, community: str, source: Path | str) -> Said:
    """Load definitions."""
    return laurel("titles-and-badges", "definitions", "load", str(source), "--community", community)


def file_of(directory: Path, *badges: Any) -> Path:
    """A file of definitions."""
    path = directory / "badges.json"
    path.write_text(json.dumps({"name": "Mine", "badges": badges}), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["stackexchange", "community"])
def test_what_comes_with_laurel_is_loaded_by_name(laurel: Laurel, badges: Door, name: str) -> None:
    first, again = load(laurel, badges.community, name), load(laurel, badges.community, name)
    count = len(badges("GET", "/v1/badges").json["items"])
    assert (first.code, first.out.splitlines()[0]) == (0, f"{count} badges, {count} of them new or changed.")
    assert (again.code, again.out.splitlines()[0]) == (0, f"{count} badges, 0 of them new or changed.")
    assert {each["version"] for each in badges("GET", "/v1/badges").json["items"]} == {1}


def test_a_file_is_loaded_as_if_each_badge_were_put(laurel: Laurel, badges: Door, tmp_path: Path) -> None:
    path = file_of(tmp_path, POSTER, {**POSTER, "slug": "other", "status": "draft", "name": "Інша"})
    assert load(laurel, badges.community, path).code == 0
    put = badges("PUT", "/v1/badges/poster", {name: POSTER[name] for name in ("name", "criterion", "at")})
    assert put.json["version"] == 1
    assert badges("GET", "/v1/badges/other").json["name"] == "Інша"


WRONG: list[tuple[Any, str]] = [
    ("[", "is not JSON"),
    ("\xff", "is not JSON"),
    ([POSTER], "a list of badges"),
    ({"badges": {}}, "a list of badges"),
    ({"badges": [{**POSTER, "slug": None}]}, "slug"),
    ({"badges": [POSTER, POSTER]}, "there twice"),
    ({"badges": [7]}, "slug"),
    ({"badges": [POSTER, {**POSTER, "slug": "A B"}]}, "/badges/1/slug: "),
    ({"badges": [POSTER, {**POSTER, "slug": "b", "at": 0}]}, "/badges/1/at: "),
    (
        {"badges": [{**POSTER, "criterion": {"kind": "count", "where": {"x": 1}}}]},
        "/badges/0/criterion/where/x: ",
    ),
    ({"badges": [{key: POSTER[key] for key in ("slug", "criterion", "at")}]}, "/badges/0/name: "),
    ({"badges": [{**POSTER, "colour": "red"}]}, "/badges/0/colour: "),
]


def test_a_wrong_file_changes_nothing_and_says_where(laurel: Laurel, badges: Door, tmp_path: Path) -> None:
    path = tmp_path / "badges.json"
    for written, said in WRONG:
        path.write_bytes(
            written.encode("latin-1") if isinstance(written, str) else json.dumps(written).encode()
        )
        refused = load(laurel, badges.community, path)
        assert (written, refused.code, refused.out) == (written, 1, "")
        assert said in refused.err
        assert "Traceback" not in refused.err
    assert badges("GET", "/v1/badges").json["items"] == []


def test_a_file_that_is_not_there_is_named(laurel: Laurel, community: str, tmp_path: Path) -> None:
    for source in ("nope", tmp_path / "nope.json", tmp_path):
        refused = load(laurel, community, source)
        assert refused.code == 1
        assert str(source) in refused.err


def test_badges_may_wait_for_their_community(laurel: Laurel) -> None:
    loaded = load(laurel, "not-yet", "stackexchange")
    assert loaded.code == 0
    assert "not known here yet" in loaded.err


def rows(laurel: Laurel, community: str) -> list[dict[str, str]]:
    """The awards as a spreadsheet reads them."""
    said = laurel("titles-and-badges", "awards", "--community", community, "--format", "csv")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "badge,member,object,level,period,awarded_at,revoked_at"
    return list(csv.DictReader(io.StringIO(said.out)))


def test_awards_are_listed_with_those_revoked_since(
    laurel: Laurel, activity: Door, badges: Door, courier: Courier, tmp_path: Path
) -> None:
    levels = {**{key: POSTER[key] for key in ("name", "criterion")}, "slug": "levels"}
    levels["levels"] = [{"name": "bronze", "at": 1}, {"name": "silver", "at": 2}]
    liked = {"slug": "liked", "name": "Liked", "criterion": {"kind": "object-score"}, "at": 1}
    definitions = (POSTER, levels, {**liked, "repeat": "object"}, {**liked, "slug": "live", "policy": "live"})
    load(laurel, badges.community, file_of(tmp_path, *definitions))
    member, about = 'Ann, "the" ї', "a,b\n"
    deeds = [("Create", member, 1), ("Like", "bob", 2), ("Dislike", "cid", 3)]
    activity(
        "POST",
        "/v1/activities",
        [
            {
                "id": kind,
                "type": kind,
                "actor": actor,
                "object": about,
                "published": f"2026-01-0{day}T00:00:00.5Z",
            }
            for kind, actor, day in deeds
        ],
    )
    courier.carry()
    badges("POST", "/v1/badges/poster/revocations", {"member": member, "reason": "By mistake."})
    found = rows(laurel, badges.community)
    shown = [(row["badge"], row["object"], row["level"], row["awarded_at"]) for row in found]
    assert shown == [
        ("levels", "", "bronze", "2026-01-01T00:00:00.500Z"),
        ("liked", about, "", "2026-01-02T00:00:00.500Z"),
        ("live", "", "", "2026-01-02T00:00:00.500Z"),
        ("poster", "", "", "2026-01-01T00:00:00.500Z"),
    ]
    assert {row["member"] for row in found} == {member}
    assert {row["period"] for row in found} == {""}
    revoked = {row["badge"]: row["revoked_at"] for row in found}
    assert (revoked["levels"], revoked["liked"], revoked["live"]) == ("", "", "2026-01-03T00:00:00.500Z")
    assert revoked["poster"] > "2026-01-01"
    said = laurel("titles-and-badges", "awards", "--community", badges.community, "--format", "json")
    assert [json.loads(line) for line in said.out.splitlines()] == found


def test_awards_of_nobody_and_of_nowhere_are_told_apart(laurel: Laurel, community: str) -> None:
    assert rows(laurel, community) == []
    nowhere = laurel("titles-and-badges", "awards", "--community", "never-was")
    assert (nowhere.code, nowhere.out) == (1, "")
    assert nowhere.err == "laurel: There is no community 'never-was'.\n"
