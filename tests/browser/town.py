"""A community with enough life in it to be looked at."""

import uuid
from dataclasses import dataclass
from typing import Any

from services.activity.use_cases import membership
from services.titles_and_badges.use_cases import sealing
from shared import clock
from tests.fixtures import Courier, Door

#: Names as people have them: long, in other scripts, from right to left, and nothing that HTML may take for its own.
PEOPLE = {
    "ann": "Ann Lee",
    "long": "Maximiliana-Konstantina von und zu Hohenstein-Wolfenbüttel-Lichtenberg",
    "rtl": "ליאת כהן",
    "html": "<b>Bob</b> & Söhne",
    "olena": "Олена Коваль",
}


@dataclass(frozen=True)
class Town:
    """The community's doors, and tokens for a page of it."""

    activity: Door
    badges: Door
    courier: Courier

    def token(self, *origins: str, **options: Any) -> str:
        """What a page of one of these origins reads with."""
        return self.badges.token("publishable", origins=origins, **options)


def founded(activity: Door, badges: Door) -> Town:
    """A community without anybody; the doors tell where the services are."""
    slug = f"test-{uuid.uuid4().hex[:12]}"
    membership.found_community(
        slug, name="Coffee at home", time_zone="Europe/Kyiv", locale="en", now=clock.now()
    )
    courier = Courier(slug)
    courier.carry()
    return Town(
        Door(activity.client, activity.settings, slug), Door(badges.client, badges.settings, slug), courier
    )


def settled(activity: Door, badges: Door, *framed_by: str) -> Town:
    """A community in which Ann has earned much, and everybody something."""
    town = founded(activity, badges)
    for slug, definition in DEFINITIONS.items():
        town.badges("PUT", f"/v1/badges/{slug}", definition)
    town.badges("PUT", "/v1/boards/helpers", BOARD)
    people = [{"id": key, "name": name} for key, name in PEOPLE.items()]
    crowd = [{"id": f"m{number:02}", "name": f"Member {number:02}"} for number in range(CROWD)]
    hidden = {"id": "hidden", "name": "Hidden", "opted_out": True, "since": "2026-10-30T00:00:00Z"}
    staff = {"id": "staff", "name": "Staff", "role": "staff"}
    town.activity("POST", "/v1/members", [*people, *crowd, hidden, staff])
    posts = [deed(f"ann {number}", "ann", 1 + number) for number in range(12)]
    others = [deed(f"{key} 1", key, 20) for key in PEOPLE if key != "ann"]
    likes = [deed(f"like {number}", "olena", 21, "Like", f"ann {number}") for number in range(12)]
    likes.append(deed("like", "ann", 22, "Like", "olena 1"))
    helped = [help_of(f"m{number:02}", 10, 2 * number + 1) for number in range(CROWD)]
    helped += [help_of(who, 9, points) for who, points in HELPED.items()]
    helped += [help_of(f"m{number:02}", 0, CROWD - number) for number in range(CROWD)]
    town.activity("POST", "/v1/activities", posts + others + likes + helped)
    town.badges("PUT", "/v1/pages", {"public": True, "origins": list(framed_by)})
    town.courier.carry()
    for slug, title in TITLES.items():
        town.badges("PUT", f"/v1/titles/{slug}", title)
    town.badges("PUT", "/v1/badges/house-laurel", {"name": "House laurel", "criterion": {"kind": "manual"}})
    reason = "For a cup of tea at three in the morning, and for listening."
    town.badges("POST", "/v1/badges/house-laurel/grants", {"member": "ann", "reason": reason})
    sealing.seal(town.courier.community, "2026-10")
    return town


def help_of(who: str, day: int, points: int) -> dict[str, Any]:
    """Help that is worth some points, on a day of October, or (0) on the last of September."""
    return {
        "id": f"help of {who} on {day}",
        "type": "Help",
        "actor": who,
        "object": f"help {who} {day}",
        "value": points,
        "published": f"2026-10-{day:02}T09:00:00Z" if day else "2026-09-30T09:00:00Z",
    }


def deed(name: str, actor: str, day: int, kind: str = "Create", about: str | None = None) -> dict[str, Any]:
    """What somebody did on a day of October."""
    return {
        "id": name,
        "type": kind,
        "actor": actor,
        "object": {"id": about or name, "type": "Post"},
        "published": f"2026-10-{day:02}T09:00:00Z",
    }


CROWD = 30
HELPED = {"ann": 1234, "olena": 77, "rtl": 77, "html": 61, "long": 60, "hidden": 40, "staff": 90}
BOARD = {
    "name": "Most helpful",
    "points": [{"where": {"type": "Help"}, "factor": 1}],
    "windows": ["month", "week", "all", "last-30-days"],
    "exclude": {"ranking": [{"role": "staff", "reason": "Whoever is paid for it is not ranked."}]},
}
TITLES = {
    "most-helpful": {
        "name": "Most helpful",
        "description": "For those whom others asked, and who answered.",
        "board": "helpers",
        "holders": 2,
    },
    "newcomer": {
        "name": "Newcomer of the month",
        "board": "helpers",
        "eligibility": {"tenure_days": {"at_most": 40}},
    },
    "most-welcoming": {"name": "Most welcoming", "board": "helpers", "minimum": 5000},
}
DEFINITIONS = {
    "writer": {
        "name": "Writer",
        "description": "Posts that others can read.",
        "criterion": {"kind": "count", "where": {"type": "Create"}},
        "levels": [
            {"name": "bronze", "at": 1},
            {"name": "silver", "at": 5},
            {"name": "gold", "at": 10},
            {"name": "platinum", "at": 100},
        ],
    },
    "friend-of-the-house": {
        "name": "Friend of the house, through summers, winters and everything in between",
        "description": "Was here on ten days, whatever the weather, and left something for others each time.",
        "criterion": {"kind": "distinct", "of": "days"},
        "at": 10,
    },
    "reader": {
        "name": "Reader",
        "description": "Liked ten posts.",
        "criterion": {"kind": "count", "where": {"type": "Like"}},
        "at": 10,
    },
    "liked": {
        "name": "Liked",
        "description": "Once for every post that somebody likes.",
        "criterion": {"kind": "object-score"},
        "at": 1,
        "repeat": "object",
    },
}
