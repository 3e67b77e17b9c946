"""Who earned what in a Stack Exchange dump, straight from its XML: the plain script that judges Laurel.

It shares no line with Laurel and reads the raw files with the standard library alone, so that a fault of ours
cannot hide in it. Run it on any dump: `python tests/stackexchange_oracle.py DIR` prints a table by badge.
"""

import sys
import xml.etree.ElementTree as ET  # our own test data; defusedxml is what the importer uses
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

Award = tuple[str, str, str]
Row = dict[str, str]

# Our slugs and the site's own names.
NAMES = {
    "student": "Student",
    "teacher": "Teacher",
    "scholar": "Scholar",
    "self-learner": "Self-Learner",
    "nice-question": "Nice Question",
    "good-question": "Good Question",
    "great-question": "Great Question",
    "nice-answer": "Nice Answer",
    "good-answer": "Good Answer",
    "great-answer": "Great Answer",
    "commentator": "Commentator",
    "necromancer": "Necromancer",
}
SCORE_BADGES = {
    "1": {"nice-question": 10, "good-question": 25, "great-question": 100},
    "2": {"nice-answer": 10, "good-answer": 25, "great-answer": 100},
}


def derivable(directory: Path) -> set[Award]:
    """The awards that the dump proves: (badge, user id, `post/ID` for once-a-post badges, else "")."""
    return set(awarded_at(directory))


def awarded_at(directory: Path) -> dict[Award, datetime]:
    """Each derivable award with the (naive, UTC) time of the vote or comment that decided it."""
    posts = {row["Id"]: row for row in _rows(directory / "Posts.xml") if row["PostTypeId"] in SCORE_BADGES}
    votes: dict[str, list[Row]] = defaultdict(list)
    for vote in sorted(_rows(directory / "Votes.xml"), key=lambda row: (_time(row), int(row["Id"]))):
        votes[vote["PostId"]].append(vote)
    found: dict[Award, datetime] = {}
    for award, time in _all(posts, votes, list(_rows(directory / "Comments.xml"))):
        # A badge that is given once a member dates from the first post that earned it.
        found[award] = min(time, found.get(award, time))
    return {award: time for award, time in found.items() if award[1] != "-1"}


def really_awarded(directory: Path) -> dict[Award, int]:
    """What the site awarded, by badge and user (it does not name the post): how often."""
    slugs = {name: slug for slug, name in NAMES.items()}
    counts: dict[Award, int] = defaultdict(int)
    for row in _rows(directory / "Badges.xml"):
        if row["Name"] in slugs and row.get("TagBased", "False") == "False":
            counts[slugs[row["Name"]], row["UserId"], ""] += 1
    return counts


def _all(
    posts: dict[str, Row], votes: dict[str, list[Row]], comments: list[Row]
) -> Iterator[tuple[Award, datetime]]:
    for post_id, post in posts.items():
        parent = posts.get(post.get("ParentId", ""), {})
        if "OwnerUserId" in post and "CommunityOwnedDate" not in post:
            yield from _scores(post_id, post, parent, votes[post_id])
        for vote in votes[post_id]:
            if vote["VoteTypeId"] == "1" and "OwnerUserId" in parent:
                yield ("scholar", parent["OwnerUserId"], ""), _time(vote)
    yield from _commentators(comments)


def _scores(post_id: str, post: Row, parent: Row, votes: list[Row]) -> Iterator[tuple[Award, datetime]]:
    reached = _reached(votes)
    owner = post["OwnerUserId"]
    goals = [(slug, f"post/{post_id}", at) for slug, at in SCORE_BADGES[post["PostTypeId"]].items()]
    goals.append(("student" if post["PostTypeId"] == "1" else "teacher", "", 1))
    if parent.get("OwnerUserId") == owner:
        goals.append(("self-learner", "", 3))
    if parent and _time(post) - _time(parent) >= timedelta(days=60):
        goals.append(("necromancer", f"post/{post_id}", 5))
    for slug, what, at in goals:
        if at in reached:
            yield (slug, owner, what), reached[at]


def _reached(votes: list[Row]) -> dict[int, datetime]:
    """Each score that the post ever had, with the time when it had it first."""
    counted = [vote for vote in votes if vote["VoteTypeId"] in {"2", "3"}]
    scores = accumulate(1 if vote["VoteTypeId"] == "2" else -1 for vote in counted)
    first: dict[int, datetime] = {}
    for score, vote in zip(scores, counted, strict=True):
        first.setdefault(score, _time(vote))
    return first


def _commentators(comments: list[Row]) -> Iterator[tuple[Award, datetime]]:
    written: dict[str, list[datetime]] = defaultdict(list)
    for comment in comments:
        if "UserId" in comment:
            written[comment["UserId"]].append(_time(comment))
    for user, times in written.items():
        if len(times) >= 10:
            yield ("commentator", user, ""), sorted(times)[9]


def _rows(path: Path) -> Iterator[Row]:
    return (dict(row.attrib) for row in ET.parse(path).getroot())  # noqa: S314 (our own files)


def _time(row: Row) -> datetime:
    return datetime.fromisoformat(row["CreationDate"])


def main(directory: Path) -> None:
    """Print each badge with how often the site awarded it and how often the dump proves it."""
    proven, real = derivable(directory), really_awarded(directory)
    for slug, name in NAMES.items():
        awards = sum(count for (badge, _, _), count in real.items() if badge == slug)
        print(f"{name:15} site {awards:5}   derivable {sum(award[0] == slug for award in proven):5}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
