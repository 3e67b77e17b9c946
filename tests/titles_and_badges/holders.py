"""Ann and her credential, for tests of what is hosted."""

from collections.abc import Iterable
from typing import Any

from services.titles_and_badges.credentials import status_list
from services.titles_and_badges.repository import credentials
from services.titles_and_badges.use_cases import recounting, showing
from shared import work
from tests.fixtures import BADGES, Courier, Door, redefine

ADDRESS = "https://badges.example"
HERO = {"name": "Hero", "description": "Helped when nobody else did.", "criterion": {"kind": "manual"}}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Holder:
    """Ann, who was granted a badge, and the way to its credential."""

    def __init__(self, activity: Door, badges: Door, courier: Courier) -> None:
        self.activity, self.badges, self.courier = activity, badges, courier
        activity("POST", "/v1/members", [{"id": "ann@home", "name": "Ann Lee"}])
        courier.carry()
        badges("PUT", "/v1/badges/hero", HERO)
        showing.open_pages(badges.community, public=True, origins=[])
        self.decide("grants")
        (award,) = badges("GET", "/v1/members/ann%40home/badges").json["items"]
        self.path = str(award["credential"])
        self.award = credentials.load([self.path.rpartition("/")[2]]).popitem()[1].award

    def decide(self, what: str) -> None:
        """Grant or take the badge."""
        decision = {"member": "ann@home", "reason": "as agreed"}
        assert self.badges("POST", f"/v1/badges/hero/{what}", decision).status_code == 200
        self.courier.carry()

    def get(self, path: str, **headers: str) -> Any:
        """Ask without a token."""
        return self.badges.client.get(path.removeprefix(ADDRESS), headers=headers)

    def page(self, **headers: str) -> str:
        """What a person reads."""
        return str(self.get(self.path, **BROWSER, **headers).text)

    def is_revoked(self, credential: dict[str, Any]) -> bool:
        """What the status list says."""
        entry = credential["credentialStatus"]
        listed = self.get(entry["statusListCredential"]).json
        return status_list.is_set(listed["credentialSubject"]["encodedList"], int(entry["statusListIndex"]))


def awarded(activity: Door, badges: Door, courier: Courier, posts: Iterable[str], **more: Any) -> None:
    """Ann gets a badge for each of these posts; no credential is looked after yet."""
    criterion = {"kind": "count", "where": {"type": "Create"}}
    writer = {"name": "Writer", "criterion": criterion, "at": 1, "repeat": "object", **more}
    redefine(badges, "writer", writer)
    deeds = [
        {
            "id": post, "type": "Create", "actor": "ann@home", "published": "2026-01-01T00:00:00Z",
            "object": {"id": f"post {post}", "type": "Post"},
        }
        for post in posts
    ]  # fmt: skip
    assert activity("POST", "/v1/activities", deeds).json["accepted"] == len(deeds)
    while courier.deliver() or courier.follow() or work.do_next(BADGES, recounting.STEPS):
        pass
