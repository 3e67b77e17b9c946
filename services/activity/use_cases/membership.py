"""Members are declared, merged and erased; communities are founded and changed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.activity.domain import profiles
from services.activity.repository import DATABASE, communities, members
from services.activity.use_cases import delivering
from shared import identity, mongo, timeline, work
from shared.clock import BEGINNING
from shared.errors import Conflict, Invalid, NotFound
from shared.mongo import Document

MEMBER = "member"
BOT = "bot"
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a community says of one of its members; None says nothing."""

    member: str
    external_id: str
    name: str | None = None
    role: str | None = None
    opted_out: bool | None = None
    time_zone: str | None = None
    paused: bool | None = None
    joined: datetime | None = None
    since: datetime | None = None


@mongo.in_transaction(DATABASE)
def declare_members(community: str, declarations: Sequence[Declaration], now: datetime) -> list[bool | None]:
    """Create or change members; what is said of one who was merged away is said of the survivor.

    Returns for each whether anything changed, None for one who was erased: he does not come back.
    """
    _, aliases = members.known([declaration.member for declaration in declarations])
    roots = [identity.resolve(declaration.member, aliases) for declaration in declarations]
    stored = members.load(roots)
    now_said = dict(stored)
    changed: list[bool | None] = []
    for root, declaration in zip(roots, declarations, strict=True):
        before = now_said.get(root) or members.new_document(
            community, root, network="", external_id=declaration.external_id, now=now
        )
        if before.get("erased"):
            changed.append(None)
            continue
        fields = _declared(before, declaration, now)
        changed.append(root not in now_said or bool(fields))
        now_said[root] = {**before, **fields}
    members.write(list(_differences(stored, now_said)))
    return changed


@mongo.in_transaction(DATABASE)
def merge(
    community: str,
    loser: str,
    survivor: str,
    now: datetime,
    *,
    names: Mapping[str, str],
    account: tuple[str, str] | None = None,
) -> bool:
    """Make `loser` an alias of `survivor`, for ever. Returns False if he was one already.

    `names` are the caller's for both. `account` (network, external id) creates the loser where he is not known: a
    network account that is linked. Raises NotFound, or Conflict where he became somebody else, or where it would
    make a circle.
    """
    if loser == survivor:
        message = "A member cannot be merged into himself."
        raise Conflict(message)
    found = members.load([loser, survivor])
    if survivor not in found or found[survivor].get("erased"):
        raise NotFound("member", names[survivor])
    _, aliases = members.known([loser, survivor])
    root = identity.resolve(survivor, aliases)
    if root == loser:
        message = "They are merged the other way round already: a merge cannot be undone."
        raise Conflict(message)
    if loser in aliases:
        if identity.resolve(loser, aliases) == root:
            return False
        message = "This member, or account, is merged into another member already."
        raise Conflict(message)
    if loser not in found:
        if account is None:
            raise NotFound("member", names[loser])
        network, external_id = account
        new = members.new_document(community, loser, network=network, external_id=external_id, now=now)
        members.write([members.inserted({**new, "merged_into": root}), members.count_merge(root)])
    else:
        # Both are written, or two merges at once could make a circle (rule 12).
        members.write([members.change(loser, {"merged_into": root}), members.count_merge(root)])
    work.add(DATABASE, delivering.MEMBER, community, member=loser)
    return True


@mongo.in_transaction(DATABASE)
def erase(community: str, member: str, key: bytes, now: datetime) -> None:
    """Forget who a member is. Erasing him again, or one who never was, changes nothing.

    What he did stays, done by a stranger; his ids stay as keyed hashes, so that he cannot come back by accident.
    """
    _, aliases = members.known([member])
    root = identity.resolve(member, aliases)
    found = members.load([root])
    if root not in found or not identity.is_reachable(root):
        return
    stranger = identity.pseudonym(key, root)
    forgotten = {"erased": True}
    personal = ("external_id", "name", "network", "time_zones", "pauses", "joined")
    nobody = {
        **members.new_document(community, stranger, network="erased", external_id="", now=now),
        "roles": found[root]["roles"],  # a bot that is erased stays a bot
        "erased": True,
    }
    del nobody["external_id"]
    members.write(
        [
            members.inserted(nobody),
            members.change(root, {**forgotten, "merged_into": stranger}, clear=personal),
            *(members.change(alias, forgotten, clear=personal) for alias in members.absorbed(root)),
        ]
    )
    work.add(DATABASE, delivering.MEMBER, community, member=root)


@mongo.in_transaction(DATABASE)
def found_community(slug: str, *, name: str, time_zone: str, locale: str, now: datetime) -> bool:
    """Create a community. Returns False if it exists with the same zone.

    Raises Invalid, or Conflict if it exists with another zone.
    """
    if not _SLUG.fullmatch(slug):
        message = "A slug is 1 to 64 of a–z, 0–9 and -, and neither begins nor ends with -."
        raise Invalid(message, errors=[{"pointer": "slug", "detail": repr(slug)}])
    if not profiles.is_time_zone(time_zone):
        message = "There is no such time zone; names are those of the IANA database, such as Europe/Kyiv."
        raise Invalid(message, errors=[{"pointer": "time-zone", "detail": repr(time_zone)}])
    stored = communities.load(slug)
    if stored is None:
        zones = [[BEGINNING, time_zone]]
        communities.insert(
            {
                "_id": slug,
                "name": name,
                "locale": locale,
                "zones": zones,
                "revoked_tokens": [],
                "created": now,
            }
        )
        return True
    current = timeline.at(stored["zones"], now, "UTC")
    if current != time_zone:
        message = (
            f"The community {slug!r} exists with the time zone {current}; change it with PATCH /v1/community."
        )
        raise Conflict(message)
    return False


@mongo.in_transaction(DATABASE)
def change_community(slug: str, changes: Mapping[str, Any], now: datetime) -> None:
    """Change name, locale, `sealing_grace_hours` or `time_zone` (from `since` on, else from now). Raises NotFound."""
    stored = communities.load(slug)
    if stored is None:
        raise NotFound("community", slug)
    fields: Document = {name: changes[name] for name in ("name", "locale") if name in changes}
    if "time_zone" in changes:
        zones = profiles.declare(
            stored["zones"], changes["time_zone"], since=changes.get("since"), now=now, default="UTC"
        )
        fields["zones"] = [list(entry) for entry in zones]
    if "sealing_grace_hours" in changes:
        fields["grace_hours"] = changes["sealing_grace_hours"]
    if any(stored.get(name) != value for name, value in fields.items()):
        if fields.keys() & {"zones", "grace_hours"}:
            fields["closes_at"] = None  # another border: it is looked at anew
        communities.change(slug, fields)


@mongo.in_transaction(DATABASE)
def revoke_token(slug: str, token_id: str) -> None:
    """Let a token hold no more, in every service. Raises NotFound."""
    stored = communities.load(slug)
    if stored is None:
        raise NotFound("community", slug)
    if token_id not in stored["revoked_tokens"]:
        communities.change(slug, {"revoked_tokens": [*stored["revoked_tokens"], token_id]})


def _differences(before: Mapping[str, Document], after: Mapping[str, Document]) -> Iterable[Any]:
    for member, document in after.items():
        stored = before.get(member)
        if stored is None:
            yield members.inserted(document)
            continue
        fields = {name: value for name, value in document.items() if stored.get(name) != value}
        if fields:
            yield members.change(member, fields)


def _declared(stored: Document, declaration: Declaration, now: datetime) -> Document:
    fields: Document = {}
    if declaration.name is not None:
        fields["name"] = declaration.name
    if declaration.role is not None:
        since = declaration.since
        if since is None and declaration.role == BOT and timeline.at(stored["roles"], now, MEMBER) != BOT:
            since = BEGINNING  # who is found to be a bot has always been one
            stored = {**stored, "roles": []}
        roles = profiles.declare(stored["roles"], declaration.role, since=since, now=now, default=MEMBER)
        fields["roles"] = [list(entry) for entry in roles]
    if declaration.opted_out is not None:
        opt_outs = profiles.declare(
            stored["opt_outs"], declaration.opted_out, since=declaration.since, now=now, default=False
        )
        fields["opt_outs"] = [list(entry) for entry in opt_outs]
    fields |= _of_streaks(stored, declaration, now)
    return {name: value for name, value in fields.items() if stored.get(name) != value}


def _of_streaks(stored: Document, declaration: Declaration, now: datetime) -> Document:
    """Zone, pauses and the day of joining: of members of whom nothing is said there is nothing stored."""
    fields: Document = {}
    if declaration.time_zone is not None:
        zones = profiles.declare(
            stored.get("time_zones", ()), declaration.time_zone, since=declaration.since, now=now, default=""
        )
        fields["time_zones"] = [list(entry) for entry in zones]
    if declaration.paused is not None:
        pauses = stored.get("pauses", ())
        # A pause that began always would excuse all that was ever missed: without a date it begins now.
        since = declaration.since or (None if pauses else now)
        declared = profiles.declare(pauses, declaration.paused, since=since, now=now, default=False)
        fields["pauses"] = [list(entry) for entry in declared]
    if declaration.joined is not None:
        fields["joined"] = declaration.joined
    return fields
