"""A person is erased: nothing in any database of the three services says who it was; sums and trees stay whole."""

import secrets
from typing import Any
from urllib.parse import quote

import bson
import pytest

from services.referral.domain import codes
from services.referral.repository import links, people
from shared import clock, mongo
from tests.fixtures import ACTIVITY, BADGES, REFERRAL, Courier, Door
from tests.referral import doors
from tests.referral.doors import Clicker
from tests.referral.town import Town, text
from tests.strangers import POSTER


def mark() -> str:
    """What names both, of characters that folding leaves as they are: so it is found wherever a code stands.

    One in a hundred would offend, and be refused as a code.
    """
    while True:
        drawn = "".join(secrets.choice(codes.ALPHABET) for _ in range(9))
        if codes.fault(f"Ann-{drawn}") is None:
            return drawn


class Story:
    """Ann, who recommends by a code with her name, and Bob, who came, bought, and said what he thinks."""

    def __init__(self, town: Town, courier: Courier) -> None:
        self.town, self.ask, self.courier = town, town.ask, courier
        self.mark = mark()
        self.ann, self.bob = f"ann-{self.mark}", f"bob-{self.mark}"

    def happens(self) -> None:
        """All of it."""
        self.code = self.town.advocate(self.ann, code=f"Ann-{self.mark}")
        for whose in (self.ann, self.bob):  # he is no advocate
            coupon = {"program": "spring", "advocate": whose}
            assert self.ask("PUT", f"/v1/coupons/{whose[:3]}{self.mark}", coupon).status_code == 200
        self.town.buy("of somebody", "eve", coupon=f"BOB{self.mark}")
        doors.keeping(self.ask).turn()  # it learns of the link
        clicker = Clicker(self.ask)
        assert clicker(self.code).status_code in {302, 303, 307}
        (click,) = doors.clicks(self.ask)
        email = f"Bob.{self.mark}@{self.mark}.example"
        said = self.town.join(self.bob, click=click["id"], email=email, at=clock.now())
        assert said.status_code == 201, said.text
        for order, named in (
            ("o1", {"click": click["id"]}),
            ("o2", {"code": self.code}),
            ("o3", {"coupon": f"ann{self.mark}"}),
        ):
            said = self.town.buy(
                f"{order} {self.town.community}", self.bob, at=clock.now(), email=email, **named
            )
            assert said.status_code == 201, said.text
        answer = {"member": self.bob, "nps": 10, "comment": f"Thanks, {self.ann}!", "at": text(clock.now())}
        assert self.ask("POST", "/v1/satisfaction", answer).status_code in {200, 201}
        budget = {"name": "Gifts", "currency": "EUR", "limit_minor": 10_000, "approval_above_minor": 0}
        assert self.ask("PUT", "/v1/budgets/gifts", budget).status_code == 200
        assert self.grant().status_code == 201
        pause = {"program": "spring", "state": "paused", "reason": f"{self.ann} is ill."}
        assert self.ask("PATCH", f"/v1/advocates/{self.ann}", pause).status_code == 200
        self.courier.carry()

    def grant(self) -> Any:
        """Ann is given something."""
        grant = {"id": "g1", "member": self.ann, "amount_minor": 5, "currency": "EUR", "budget": "gifts"}
        return self.ask("POST", "/v1/grants", {**grant, "reason": f"{self.ann} was kind."})

    def hashes(self) -> set[str]:
        """By what Bob would be known again."""
        bob = self.town.member(self.bob)
        (friend,) = mongo.collection(REFERRAL, "friends").find({"_id": bob})
        found = {value for box in friend["mailboxes"] for value in box.values() if isinstance(value, str)}
        return found | set(friend["visitors"])

    def traces(self, *more: str) -> dict[str, set[str]]:
        """Where anything of them stands: the collections of each trace."""
        found: dict[str, set[str]] = {}
        for service in (ACTIVITY, BADGES, REFERRAL):
            for name in mongo.database(service).list_collection_names():
                for document in mongo.database(service)[name].find():
                    written = bson.encode(document).lower()
                    for trace in (self.mark, *more):
                        if trace.lower().encode() in written:
                            found.setdefault(trace, set()).add(f"{service}.{name}")
        return found


@pytest.fixture
def story(town: Town, courier: Courier) -> Story:
    found = Story(town, courier)
    found.happens()
    return found


def ledger(ask: Door) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ask("GET", "/v1/ledger").json["items"]
    return sorted(rows, key=lambda each: each["entry"])


def test_nothing_says_who_was_erased(story: Story, activity: Door, badges: Door) -> None:
    hashes = story.hashes()
    before = story.traces(*hashes)
    assert before.keys() == {story.mark, *hashes}
    kept = {"people", "links", "coupons", "orders", "attributions", "comments", "grants", "clicks", "audit"}
    assert before[story.mark] >= {f"{REFERRAL}.{name}" for name in kept}
    members = [{"id": story.ann, "name": f"Ann {story.mark}"}, {"id": story.bob}]
    assert activity("POST", "/v1/members", members).status_code == 200
    assert badges("PUT", "/v1/badges/poster", POSTER).status_code == 200
    deed = {"id": "post/1", "type": "Create", "actor": story.ann, "published": "2026-03-01T00:00:00Z"}
    assert activity("POST", "/v1/activities", {**deed, "object": "post/1"}).status_code == 201
    story.courier.carry()
    assert {each.partition(".")[0] for each in story.traces()[story.mark]} == {ACTIVITY, BADGES, REFERRAL}
    owed, tree = ledger(story.ask), story.ask("GET", "/v1/loops").json
    for name in (story.ann, story.bob):
        assert activity("DELETE", f"/v1/members/{name}").status_code == 204
    story.courier.carry()
    assert story.traces(*hashes) == {}
    assert {each["member"] for each in owed} == {story.ann}
    assert ledger(story.ask) == [{**each, "member": None} for each in owed]
    assert len(story.ask("GET", "/v1/loops").json["items"]) == len(tree["items"])


def test_whoever_is_known_here_alone_is_erased_here(story: Story) -> None:
    hashes = story.hashes()
    for name in (story.ann, story.bob, story.bob):
        assert story.ask("DELETE", f"/v1/members/{name}").status_code == 204
    story.courier.carry()
    assert story.traces(*hashes) == {}
    known = people.load([story.town.member(story.bob)])
    assert known[story.town.member(story.bob)].get("erased")


def test_a_member_is_erased_by_activity_alone(town: Town, activity: Door, courier: Courier) -> None:
    """Else he would be gone here and live everywhere else, and come back nowhere."""
    activity("POST", "/v1/members", [{"id": "dora"}])
    courier.carry()
    assert town.buy("o1", "dora").status_code == 201
    said = town.ask("DELETE", "/v1/members/dora")
    assert (said.status_code, "activity" in said.json["detail"]) == (409, True)
    assert town.order("o1")["member"] == "dora"
    assert activity("DELETE", "/v1/members/dora").status_code == 204
    courier.carry()
    assert town.order("o1")["member"] is None
    assert town.ask("DELETE", "/v1/members/dora").status_code == 204


def test_whoever_was_erased_stays_so_and_his_code_leads_nowhere(story: Story) -> None:
    story.ask("DELETE", f"/v1/members/{story.ann}")
    story.courier.carry()
    assert story.ask("POST", "/v1/advocates", {"program": "spring", "member": story.ann}).status_code == 409
    (row,) = story.ask("GET", "/v1/advocates").json["items"]
    assert (row["member"], row["state"]) == (None, "closed")
    assert links.resolve([codes.fold(story.code)]) == {}
    assert story.grant().status_code == 200  # the same one, though why it was given is forgotten
    assert story.ask("GET", f"/v1/links/{quote(story.code)}/qr").status_code == 404


def test_a_refund_after_the_erasure_still_finds_its_order(story: Story) -> None:
    owed = story.ask("GET", "/v1/rewards").json["items"]
    assert owed
    for name in (story.ann, story.bob):
        story.ask("DELETE", f"/v1/members/{name}")
    story.courier.carry()
    order = f"o2 {story.town.community}"
    said = {"at": clock.from_text(story.town.order(order)["placed_at"]), "code": story.code}
    email = f"Bob.{story.mark}@{story.mark}.example"
    assert story.town.buy(order, story.bob, **said, email=email).status_code == 200
    for other, differs in (
        ({"amount_minor": 501}, "/amount_minor"),
        ({"email": "eve@example.org"}, "/email"),
    ):
        again = story.town.buy(order, story.bob, **{**said, "email": email, **other})
        # What was forgotten is not said to be another one, where something else certainly is.
        assert again.status_code == 422
        assert differs in [each["pointer"] for each in again.json["errors"]]
        assert ("/code" in again.text) == (differs == "/email")
    assert story.town.refund(order, "r1", 500, clock.now()).status_code == 201
    states = sorted(each["state"] for each in story.ask("GET", "/v1/rewards").json["items"])
    assert states.count("reversed") == 1
    assert len(states) == len(owed)
