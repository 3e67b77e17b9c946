"""What the importers read: every row and line is sent, left out on purpose, or reported with its place."""

import io
import json
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from defusedxml import EntitiesForbidden
from hypothesis import given
from hypothesis import strategies as st

from services.activity.importers import ndjson, stackexchange
from services.activity.importers.items import Found, Item, LeftOut, Unreadable
from tests import stackexchange_oracle as oracle

DATA = Path(__file__).parents[1] / "data"
FACTS = DATA / "stackexchange-facts"
WHEN = 'CreationDate="2018-02-06T20:19:50.957"'


def read_dump(directory: Path, **files: str) -> list[Found]:
    for name, content in files.items():
        (directory / f"{name}.xml").write_bytes(content.encode())
    return list(stackexchange.read(directory))


def rows(*attributes: str) -> str:
    return "<rows>\n" + "".join(f"  <row {one} />\n" for one in attributes) + "</rows>\n"


def sent(found: list[Found]) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in found if isinstance(one, Item)]


def unreadable(found: list[Found]) -> list[tuple[str, str]]:
    return [(one.place, one.reason) for one in found if isinstance(one, Unreadable)]


# The oracle itself


def test_the_oracle_finds_what_the_readme_of_the_data_says() -> None:
    counts = Counter(slug for slug, _, _ in oracle.derivable(FACTS))
    found = [counts[slug] for slug in oracle.NAMES]
    assert found == [30, 25, 11, 3, 14, 0, 0, 18, 0, 0, 6, 1]


def test_the_site_really_awarded_everything_that_the_oracle_finds() -> None:
    awarded = oracle.really_awarded(FACTS)
    proven = Counter((slug, user, "") for slug, user, _ in oracle.derivable(FACTS))
    assert all(awarded[award] >= times for award, times in proven.items())


# Stack Exchange


def test_a_whole_dump_is_read_without_a_loss() -> None:
    found = list(stackexchange.read(FACTS))
    labels = Counter(one.label for one in found if isinstance(one, Item))
    assert labels == {
        "members": 272,
        "questions": 54,
        "answers": 115,
        "comments": 230,
        "up-votes": 950,
        "down-votes": 133,
        "acceptances": 11,
    }
    left_out = Counter(one.label.split(" ", 1)[0] for one in found if isinstance(one, LeftOut))
    assert left_out == {"posts": 8, "votes": 25}
    assert not unreadable(found)


def test_ids_within_a_dump_are_unique() -> None:
    ids = [one.id for one in stackexchange.read(FACTS) if isinstance(one, Item) and one.kind == "activities"]
    assert len(ids) == len(set(ids))


def test_a_member_is_named_and_the_sites_own_account_is_a_bot(tmp_path: Path) -> None:
    users = rows('Id="-1" DisplayName="Community"', 'Id="7" DisplayName="Оля &amp; Co"', 'Id="8"')
    assert sent(read_dump(tmp_path, Users=users)) == [
        {"id": "-1", "role": "bot", "name": "Community"},
        {"id": "7", "role": "member", "name": "Оля & Co"},
        {"id": "8", "role": "member"},
    ]


def test_a_question_and_its_answer(tmp_path: Path) -> None:
    posts = rows(
        f'Id="1" PostTypeId="1" OwnerUserId="7" Tags="&lt;c++&gt;&lt;кава&gt;" Title="secret" {WHEN}',
        f'Id="2" PostTypeId="2" ParentId="1" Body="secret" CommunityOwnedDate="2019-01" Tags="|x|y|" {WHEN}',
    )
    published = "2018-02-06T20:19:50.957Z"
    assert sent(read_dump(tmp_path, Posts=posts)) == [
        {
            "id": "post/1",
            "type": "Create",
            "actor": "7",
            "object": {"id": "post/1", "type": "Question", "tag": ["c++", "кава"]},
            "published": published,
            "sequence": 1,
        },
        {
            "id": "post/2",
            "type": "Create",
            "actor": None,
            "object": {
                "id": "post/2",
                "type": "Answer",
                "inReplyTo": "post/1",
                "tag": ["x", "y", "stackexchange:community-owned"],
            },
            "published": published,
            "sequence": 2,
        },
    ]


def test_votes_are_anonymous_but_the_asker_accepts(tmp_path: Path) -> None:
    # The answer stands before its question, as it does after two questions were merged.
    posts = rows(
        f'Id="1" PostTypeId="2" ParentId="2" OwnerUserId="8" {WHEN}',
        f'Id="2" PostTypeId="1" OwnerUserId="7" {WHEN}',
    )
    votes = rows(
        f'Id="1" PostId="1" VoteTypeId="1" {WHEN}',
        f'Id="2" PostId="1" VoteTypeId="2" {WHEN}',
        f'Id="3" PostId="1" VoteTypeId="3" UserId="9" {WHEN}',
        f'Id="4" PostId="99" VoteTypeId="1" {WHEN}',
        f'Id="5" PostId="1" VoteTypeId="8" UserId="9" {WHEN}',
    )
    found = read_dump(tmp_path, Posts=posts, Votes=votes)
    assert [(vote["type"], vote["actor"], vote["object"], vote["sequence"]) for vote in sent(found)[2:]] == [
        ("Accept", "7", {"id": "post/1"}, 1),
        ("Like", None, {"id": "post/1"}, 2),
        ("Dislike", "9", {"id": "post/1"}, 3),
        ("Accept", None, {"id": "post/99"}, 4),
    ]
    assert found[-1] == LeftOut(label="votes of type 8 (bounty start)")


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("2018-02-06T20:19:50", "2018-02-06T20:19:50.000Z"),
        ("2018-02-06T20:19:50.9", "2018-02-06T20:19:50.900Z"),
        ("2018-02-06T20:19:50.9579999", "2018-02-06T20:19:50.957Z"),
        ("2018-02-06", "2018-02-06T00:00:00.000Z"),
        ("2018-02-06T20:19:50.957Z", "2018-02-06T20:19:50.957Z"),
        ("2018-02-06T20:19:50+02:00", "2018-02-06T18:19:50.000Z"),
    ],
)
def test_times_are_utc_whatever_their_digits(tmp_path: Path, written: str, published: str) -> None:
    comments = rows(f'Id="1" PostId="1" CreationDate="{written}"')
    assert sent(read_dump(tmp_path, Comments=comments))[0]["published"] == published


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f'PostId="1" {WHEN}', "Id is missing"),
        (f'Id="x" PostId="1" {WHEN}', "Id 'x' is no whole number"),
        (f'Id="{10**30}" PostId="1" {WHEN}', f"Id '{10**30}' is no whole number"),
        ('Id="1" PostId="1"', "CreationDate is missing"),
        ('Id="1" PostId="1" CreationDate="soon"', "CreationDate 'soon' is no time"),
    ],
)
def test_a_row_that_cannot_be_read_is_reported_and_the_rest_goes_on(
    tmp_path: Path, row: str, reason: str
) -> None:
    found = read_dump(tmp_path, Comments=rows(f'Id="1" PostId="1" {WHEN}', row, f'Id="3" PostId="1" {WHEN}'))
    assert [one["id"] for one in sent(found)] == ["comment/1", "comment/3"]
    assert unreadable(found) == [("Comments.xml, line 3", reason)]


@pytest.mark.parametrize(
    "damage",
    [
        '  <row Id="2" PostId=1" />\n',
        '  <row Id="2" \x01 />\n',
        "  <row Id='2' &oops; />\n",
        "garbage > < \n",
    ],
)
def test_a_damaged_line_costs_that_line_alone(tmp_path: Path, damage: str) -> None:
    good = [f'  <row Id="{number}" PostId="1" {WHEN} />\n' for number in (1, 3)]
    found = read_dump(tmp_path, Comments="<comments>\n" + good[0] + damage + good[1] + "</comments>")
    assert [one["id"] for one in sent(found)] == ["comment/1", "comment/3"]
    assert [place for place, _ in unreadable(found)] == ["Comments.xml, line 3"]


def test_a_quote_left_open_loses_no_line_but_its_own(tmp_path: Path) -> None:
    good = [f'  <row Id="{number}" PostId="1" {WHEN} />\n' for number in (1, 3)]
    found = read_dump(
        tmp_path, Comments="<comments>\n" + good[0] + '  <row Id="2 />\n' + good[1] + "</comments>"
    )
    assert [one["id"] for one in sent(found)] == ["comment/1", "comment/3"]
    assert len(unreadable(found)) == 1


def test_a_dump_that_was_cut_off_is_read_so_far_and_reported(tmp_path: Path) -> None:
    whole = rows(*(f'Id="{number}" PostId="1" {WHEN}' for number in range(1, 4)))
    found = read_dump(tmp_path, Comments=whole.removesuffix("</rows>\n"))
    assert len(sent(found)) == 3
    assert unreadable(found) == [("Comments.xml, line 5", "the file ends before its last tag")]


def test_a_dump_in_one_line_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    content = (
        f'\ufeff<?xml version="1.0" encoding="utf-8"?><comments><row Id="1" PostId="1" {WHEN} /></comments>'
    )
    assert [one["id"] for one in sent(read_dump(tmp_path, Comments=content))] == ["comment/1"]


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><comments><row Id="&a;" /></comments>'
    with pytest.raises(EntitiesForbidden):
        read_dump(tmp_path, Comments=bomb)


def test_a_long_dump_is_read_in_little_memory(tmp_path: Path) -> None:
    with (tmp_path / "Comments.xml").open("w") as file:
        file.write("<comments>\n")
        file.writelines(f'<row Id="{n}" PostId="1" Text="{"x" * 600}" {WHEN} />\n' for n in range(20_000))
        file.write("</comments>\n")
    tracemalloc.start()
    assert sum(1 for _ in stackexchange.read(tmp_path)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000 < (tmp_path / "Comments.xml").stat().st_size / 4


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["Id", "PostId", "CreationDate", "UserId"]), st.text(max_size=8))
    )
)
def test_nothing_is_dropped_in_silence(
    tmp_path_factory: pytest.TempPathFactory, attributes: list[dict[str, str]]
) -> None:
    directory = tmp_path_factory.mktemp("dump")
    written = [" ".join(f'{name}="{_escaped(value)}"' for name, value in row.items()) for row in attributes]
    assert len(read_dump(directory, Comments=rows(*written))) == len(attributes)


def _escaped(value: str) -> str:
    return "".join(letter for letter in value if letter.isalnum())


# NDJSON


def read_lines(content: bytes) -> list[Found]:
    return list(ndjson.read(io.BytesIO(content), "log.ndjson"))


def test_a_line_is_sent_as_it_stands() -> None:
    line = '{"id": "a/1",  "type": "Like", "later": [1.50], "object": {"id": "Ї"}}'.encode()
    assert read_lines(b"\xef\xbb\xbf" + line + b"\r\n\n") == [
        Item(kind="activities", label="Like", place="log.ndjson, line 1", id="a/1", body=line)
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'"x"',
        b'{"id": 1, "type": "Like"}',
        b'{"id": "1"}',
        b'{"id": "\xff"}',
        b'{"id": NaN}',
        b"[" * 5000,
    ],
)
def test_a_bad_line_is_reported_with_its_number_and_stops_nothing(line: bytes) -> None:
    good = b'{"id": "1", "type": "Like"}\n'
    found = read_lines(good + line + b"\n" + good)
    assert [type(one) for one in found] == [Item, Unreadable, Item]
    assert unreadable(found)[0][0] == "log.ndjson, line 2"


def test_a_line_too_long_for_a_request_is_reported() -> None:
    long_line = b'{"id": "1", "type": "' + b"x" * 5_000_000 + b'"}\n'
    found = read_lines(long_line + b'{"id": "1", "type": "Like"}')
    assert [type(one) for one in found] == [Unreadable, Item]
    assert found[1].place == "log.ndjson, line 2"  # type: ignore[union-attr]
