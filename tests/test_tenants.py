"""No community reads or writes anything of another: tried at every operation of all OpenAPI documents.

A new endpoint fails here until it stands in `strangers.ATTEMPTS`, with what a stranger would try on it.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

import bson
import pytest

from services.activity.use_cases import membership
from services.titles_and_badges.repository import holds
from services.titles_and_badges.use_cases import sealing
from shared import auth, clock, http, mongo
from tests import strangers
from tests.fixtures import ACTIVITY, BADGES, REFERRAL, Courier, Door
from tests.referral import filling
from tests.strangers import ATTEMPTS, BOARD, HERO, IDS, PAGE, POSTER

pytestmark = pytest.mark.takes(45)

#: Stands in everything of the victim's that a stranger cannot guess; no answer to him may hold it.
VICTIM = "victim"


class Operation(NamedTuple):
    """One operation of a service, as its document describes it."""

    service: str
    method: str
    path: str

    def __str__(self) -> str:
        """As it stands in `ATTEMPTS`."""
        return f"{self.service} {self.method} {self.path}"


@dataclass
class House:
    """All doors, for any community."""

    activity: Door
    badges: Door
    referral: Door

    @property
    def doors(self) -> dict[str, Door]:
        """Each service's door, by its name."""
        return {"activity": self.activity, "titles-and-badges": self.badges, "referral": self.referral}

    def door(self, service: str, community: str, kind: str = "admin") -> Door:
        """A door as a token of a community opens it."""
        door = self.doors[service]
        return Door(door.client, door.settings, community, kind)

    def operations(self) -> Iterator[tuple[Operation, list[str]]]:
        """Every operation of all documents, with the kinds of token that it takes."""
        for service, door in self.doors.items():
            for path, item in http.document(door.client.application)["paths"].items():
                for method, said in item.items():
                    if method != "parameters":
                        yield Operation(service, method.upper(), path), said["x-laurel-kinds"]

    def ask(self, operation: Operation, headers: dict[str, str]) -> int:
        """Call an operation with these headers alone. Returns the status."""
        client = self.door(operation.service, "").client
        body = ATTEMPTS[str(operation)].body
        return client.open(
            address(operation), method=operation.method, json=body, headers=headers
        ).status_code


@pytest.fixture
def house(activity: Door, badges: Door, referral: Door) -> House:
    return House(activity, badges, referral)


def address(operation: Operation, community: str = "") -> str:
    """The path with what a stranger would put into it who looks for something of a community."""
    ids = {
        **IDS,
        "code": strangers.code(community),
        "loop": filling.loop(community),
        "reward": filling.reward(community),
        "attribution": strangers.attribution(community),
    }
    return operation.path.format_map({name: quote(value, safe="") for name, value in ids.items()})


def founded() -> str:
    """A new community that all services know."""
    slug = f"test-{uuid.uuid4().hex[:12]}"
    membership.found_community(slug, name="Theirs", time_zone="Europe/Kyiv", locale="en", now=clock.now())
    Courier(slug).carry()
    return slug


def fill(house: House, community: str, mark: str) -> None:
    """Give a community of everything something; `mark` is in all that cannot be guessed."""
    activity, badges = house.door("activity", community), house.door("titles-and-badges", community)
    described = {"id": f"{mark} object", "type": f"{mark} type", "tag": [mark], "inReplyTo": f"{mark} parent"}
    members = [
        {"id": "ann", "name": f"Ann {mark}"},
        {"id": "bob", "name": f"Bob {mark}"},
        {"id": f"{mark} member"},
    ]
    create = {"id": "post/1", "type": "Create", "actor": "ann", "object": described}
    like = {
        "id": f"{mark} like",
        "type": "Like",
        "actor": f"{mark} member",
        "object": f"{mark} object",
    }
    deeds = [{**each, "published": "2026-01-01T00:00:00Z"} for each in (create, like)]
    activity("PATCH", "/v1/community", {"name": f"Home of {mark}"})
    activity("POST", "/v1/members", members)
    activity("PUT", "/v1/members/ann/identities/fediverse/%40ann")
    activity("POST", "/v1/activities", deeds)
    badges("PUT", "/v1/badges/poster", {**POSTER, "name": f"Poster {mark}"})
    badges("PUT", "/v1/badges/rare", {**POSTER, "name": f"Rare {mark}", "at": 50})
    badges("PUT", "/v1/pages", {"public": True, "origins": [f"https://{mark}.example"]})
    badges("PUT", f"/v1/badges/{mark}-hero", {**HERO, "description": f"A {mark}."})
    Courier(community).carry()  # a board names members that are known
    exclude = {"ranking": [{"member": "bob", "reason": f"A {mark} exclusion."}]}
    badges("PUT", "/v1/boards/poster", {**BOARD, "name": f"Board {mark}", "exclude": exclude})
    badges("PUT", "/v1/titles/poster", {"name": f"Title {mark}", "board": "poster"})
    Courier(community).carry()
    sealing.seal(community, "2026-01")
    holds.keep(community, [_hold(community, mark)], [])
    badges("POST", f"/v1/badges/{mark}-hero/grants", {"member": "bob", "reason": f"A {mark} reason."})
    filling.fill(house.door("referral", community), mark)
    Courier(community).carry()


def _hold(community: str, mark: str) -> dict[str, Any]:
    return {
        "_id": uuid.uuid4().hex,
        "community": community,
        "period": "2026-01",
        "member": mark,
        "giver": mark,
        "rule": "ring",
        "activities": [f"{mark} like"],
        "of": 1,
        "state": holds.OPEN,
        "opened": clock.now(),
        "decisions": [],
    }


def stored(community: str) -> dict[str, bytes]:
    """Every document of a community in all databases, byte by byte."""
    members = [each["_id"] for each in mongo.collection(ACTIVITY, "members").find({"community": community})]
    ours = {"$or": [
        {"community": community},
        {"_id": {"$regex": f"^{community}([:|]|$)"}},
        {"_id": {"$in": members}},
        {"member": {"$in": members}},
    ]}  # fmt: skip
    return {
        f"{service} {name} {document['_id']}": bson.encode(document)
        for service in (ACTIVITY, BADGES, REFERRAL)
        for name in mongo.database(service).list_collection_names()
        for document in mongo.collection(service, name).find(ours)
    }


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **more}


def test_every_operation_is_tried(house: House) -> None:
    assert {str(operation) for operation, _ in house.operations()} == set(ATTEMPTS)


def test_a_stranger_reads_and_writes_nothing(house: House, community: str) -> None:
    fill(house, community, VICTIM)
    before = stored(community)
    assert len({name.rsplit(" ", 1)[0] for name in before}) > 10
    reader = founded()
    for operation, kinds in house.operations():
        attempt = ATTEMPTS[str(operation)]
        reads = operation.method == "GET"
        # Who writes is a new one each time, or the next one would find what he wrote.
        stranger = reader if reads else founded()
        door = house.door(operation.service, stranger, "admin" if "admin" in kinds else kinds[0])
        answer = door(operation.method, address(operation, community), attempt.body)
        assert (str(operation), answer.status_code) == (str(operation), attempt.status), answer.text
        seen = f"{answer.text} {answer.headers}".lower()
        assert VICTIM not in seen
        assert community not in seen
        assert not attempt.empty or answer.json["items"] == []
        if not reads:
            Courier(stranger).carry()
        assert (str(operation), stored(community)) == (str(operation), before)


def test_a_cursor_of_another_community_opens_nothing(house: House, community: str) -> None:
    fill(house, community, VICTIM)
    stranger = founded()
    for service, path in (
        ("activity", "activities"),
        ("activity", "members"),
        ("titles-and-badges", "awards"),
    ):
        cursor = house.door(service, community)("GET", f"/v1/{path}?limit=1").json["next"]
        assert cursor
        answer = house.door(service, stranger)("GET", f"/v1/{path}?cursor={cursor}")
        assert (path, answer.status_code, answer.json["items"]) == (path, 200, [])


def test_the_same_ids_in_two_communities_are_two_things(house: House, community: str) -> None:
    fill(house, community, VICTIM)
    twin = founded()
    fill(house, twin, "twin")
    before, of_twin = stored(community), stored(twin)
    assert not before.keys() & of_twin.keys()
    for operation, kinds in house.operations():
        if operation.method == "GET" and "admin" in kinds:
            answer = house.door(operation.service, twin)("GET", address(operation, twin))
            assert (str(operation), answer.status_code) == (str(operation), 200)
            nameless = not answer.is_json or ATTEMPTS[str(operation)].numbers
            assert nameless or "twin" in answer.text
            assert VICTIM not in answer.text
    activity, badges = house.door("activity", twin), house.door("titles-and-badges", twin)
    for path in ("activities/post%2F1", "activities/victim%20like", "members/ann", "members/bob"):
        assert activity("DELETE", f"/v1/{path}").status_code == 204
    assert badges("DELETE", "/v1/badges/poster").status_code == 204
    Courier(twin).carry()
    assert badges("GET", "/v1/awards").json["items"] == []
    assert stored(community) == before


def test_without_a_token_every_operation_is_closed(house: House) -> None:
    for operation, _ in house.operations():
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic YTpi"}):
            assert (str(operation), house.ask(operation, headers)) == (str(operation), 401)


def test_every_operation_takes_its_own_kinds_of_token_alone(house: House, community: str) -> None:
    door = house.door("activity", community)
    tokens = {kind: door.token(kind) for kind in ("server", "rep", "admin")}
    tokens["publishable"] = door.token("publishable", origins=[PAGE])
    for operation, kinds in house.operations():
        for kind, token in tokens.items():
            status = house.ask(operation, bearer(token, Origin=PAGE))
            assert (str(operation), kind, status != 403) == (str(operation), kind, kind in kinds)
            assert status != 401


def test_a_publishable_token_is_good_in_its_own_pages_alone(house: House, community: str) -> None:
    token = house.activity.token("publishable", origins=[PAGE])
    others = (
        {},
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": f"{PAGE}.evil.example"},
        {"Origin": f"{PAGE}/"},
        {"Referer": PAGE},
    )
    for operation, kinds in house.operations():
        for origin in others:
            assert house.ask(operation, bearer(token, **origin)) == 403
        assert "publishable" not in kinds or operation.method == "GET"
    assert community


def test_a_revoked_token_opens_nothing_any_more(house: House, community: str, courier: Courier) -> None:
    door = house.door("activity", community)
    revoked, kept = door.token(), door.token()
    keys = auth.Keys.load(door.settings.token_keys)
    membership.revoke_token(community, auth.verify(revoked, keys, clock.now()).token_id)
    courier.carry()
    for operation, kinds in house.operations():
        assert "admin" in kinds
        assert (str(operation), house.ask(operation, bearer(revoked))) == (str(operation), 401)
    assert house.ask(Operation("activity", "GET", "/v1/community"), bearer(kept)) == 200


def test_a_token_of_a_community_that_is_not_there_opens_nothing(house: House) -> None:
    token = house.door("activity", "never-was").token()
    for operation, _ in house.operations():
        assert (str(operation), house.ask(operation, bearer(token))) == (str(operation), 403)
    assert stored("never-was") == {}
