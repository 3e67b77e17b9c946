"""Members and their community."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app
from marshmallow import ValidationError

from services.activity import queries
from services.activity.api import batches
from services.activity.schemas import activities as limits
from services.activity.schemas import members as schemas
from services.activity.use_cases import membership
from services.activity.use_cases.membership import Declaration
from shared import clock, http, identity
from shared.errors import Conflict, Invalid, Malformed, Refused, TooLarge

blueprint = http.Blueprint("members", description="The people of a community, and their accounts on networks")
communities = http.Blueprint("community", description="The community that a token is bound to")


@blueprint.post("/members")
@http.requires("server", "admin")
@http.body_limit(http.BATCH)
@blueprint.body(http.one_or_many(schemas.MemberItem, limits.LARGEST_BATCH))
@blueprint.response(200, {"anyOf": [limits.BatchAnswer, limits.ItemAnswer]})
@blueprint.alt_response(201, schema=limits.ItemAnswer)
def post_members() -> Response:
    """Declare a member, or up to 1,000 at once; what is not said of a known one stays as it is.

    Answered as activities are: a batch item by item, one member alone with 201, 200 (nothing new) or a problem.
    """
    sent = http.body()
    if not isinstance(sent, list):
        return _one(sent)
    if len(sent) > limits.LARGEST_BATCH:
        message = f"A batch holds {limits.LARGEST_BATCH} members at most; this one holds {len(sent)}."
        raise TooLarge(message)
    return batches.answer(_declare(sent))


@blueprint.get("/members")
@http.requires("server", "admin", "rep")
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.Member))
def list_members(limit: int, cursor: str | None = None) -> Response:
    """List members in order of their ids."""
    after = http.decode_cursor(cursor, "members", str)
    rows = queries.members_after(http.community(), after=after[0] if after else "", limit=limit + 1)
    return http.page(rows, limit=limit, kind="members", position=lambda row: (row["id"],), schema=_MEMBER)


@blueprint.get("/members/<id:member_id>")
@http.requires("server", "admin", "rep")
@blueprint.response(200, schemas.Member)
def show_member(member_id: str) -> Mapping[str, Any]:
    """Show a member, or whom he was merged into."""
    return queries.member(_internal(member_id), member_id)


@blueprint.put("/members/<id:member_id>")
@http.requires("server", "admin")
@blueprint.arguments(schemas.MemberChange)
@blueprint.response(200, schemas.Member)
def put_member(change: dict[str, Any], member_id: str) -> Mapping[str, Any]:
    """Declare one member."""
    _bounded(member_id, "member_id")
    declaration = Declaration(member=_internal(member_id), external_id=member_id, **change)
    _declare_one(declaration)
    return queries.member(declaration.member, member_id)


@blueprint.delete("/members/<id:member_id>")
@http.requires("server", "admin")
@blueprint.response(204)
def erase_member(member_id: str) -> Response:
    """Erase a member: who he was is forgotten everywhere; what he did stays, done by a stranger."""
    membership.erase(http.community(), _internal(member_id), current_app.config["MEMBER_KEY"], clock.now())
    return http.nothing()


@blueprint.post("/members/<id:member_id>/merge")
@http.requires("server", "admin")
@blueprint.arguments(schemas.Merge)
@blueprint.response(200, schemas.Member)
def merge_member(body: dict[str, Any], member_id: str) -> Mapping[str, Any]:
    """Merge a member into another, for ever: as if the other had done everything."""
    loser, survivor = _internal(member_id), _internal(body["into"])
    names = {loser: member_id, survivor: body["into"]}
    membership.merge(http.community(), loser, survivor, clock.now(), names=names)
    return queries.member(survivor, body["into"])


@blueprint.put("/members/<id:member_id>/identities/<id:network>/<id:account>")
@http.requires("server", "admin")
@blueprint.response(200, schemas.Member)
def link_identity(member_id: str, network: str, account: str) -> Mapping[str, Any]:
    """Link an account on a network to a member, for ever; what the account did is his, before and after."""
    _bounded(account, "account")
    _bounded(network, "network", limits.LONGEST_TYPE)
    loser, member = _internal(account, network), _internal(member_id)
    names = {loser: account, member: member_id}
    membership.merge(http.community(), loser, member, clock.now(), names=names, account=(network, account))
    return queries.member(member, member_id)


@communities.get("/community")
@http.requires("server", "admin", "rep")
@communities.response(200, schemas.Community)
def show_community() -> Mapping[str, Any]:
    """Show the community of this token."""
    return queries.community(http.community())


@communities.patch("/community")
@http.requires("admin")
@communities.arguments(schemas.CommunityChange)
@communities.response(200, schemas.Community)
def change_community(changes: dict[str, Any]) -> Mapping[str, Any]:
    """Change the name, the locale or the time zone of the community."""
    membership.change_community(http.community(), changes, clock.now())
    return queries.community(http.community())


_MEMBER = schemas.Member()
_ERASED = "This member was erased, for ever: nothing is kept about him any more."


def _one(item: Any) -> Response:  # noqa: ANN401 (untrusted JSON)
    declaration = _declaration(item)
    accepted = _declare_one(declaration)
    answer = _answer(declaration, changed=accepted)
    return http.respond(answer, 201 if accepted else 200)


def _declare_one(declaration: Declaration) -> bool:
    changed = membership.declare_members(http.community(), [declaration], clock.now())[0]
    if changed is None:
        raise Conflict(_ERASED)
    return changed


def _declare(items: list[Any]) -> list[dict[str, Any]]:
    good: list[Declaration] = []
    answers: list[dict[str, Any] | None] = []
    for item in items:
        try:
            good.append(_declaration(item))
            answers.append(None)
        except Refused as refusal:
            named = item.get("id") if isinstance(item, dict) else None
            known_as = named if isinstance(named, str) and len(named) <= limits.LONGEST_ID else None
            answers.append(_refused(known_as, refusal))
    changed = membership.declare_members(http.community(), good, clock.now())
    declared = iter(
        _refused(declaration.external_id, Conflict(_ERASED))
        if different is None
        else _answer(declaration, changed=different)
        for declaration, different in zip(good, changed, strict=True)
    )
    return [next(declared) if answer is None else answer for answer in answers]


def _answer(declaration: Declaration, *, changed: bool) -> dict[str, Any]:
    return {"id": declaration.external_id, "status": "accepted" if changed else "duplicate"}


def _refused(named: str | None, refusal: Refused) -> dict[str, Any]:
    problem = http.problem(refusal.status, refusal.title, refusal.detail, refusal.errors)
    return {"id": named, "status": "refused", "problem": problem}


def _declaration(item: Any) -> Declaration:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(item, dict):
        message = "A member is an object."
        raise Malformed(message)
    try:
        loaded = schemas.MEMBER_ITEM.load(item)
    except ValidationError as error:
        raise http.invalid(error) from error
    external_id = loaded.pop("id")
    return Declaration(member=_internal(external_id), external_id=external_id, **loaded)


def _internal(external_id: str, network: str = "") -> str:
    return identity.member_id(current_app.config["MEMBER_KEY"], http.community(), external_id, network)


def _bounded(written: str, parameter: str, longest: int = limits.LONGEST_ID) -> None:
    if len(written) > longest:
        message = f"This has {longest} characters at most."
        raise Invalid(message, errors=[{"pointer": parameter, "detail": message}])
