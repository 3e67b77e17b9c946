"""Credentials follow awards: each award gets an id and a place in a status list, once; what is lost is revoked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.titles_and_badges.credentials import identity, status_list
from services.titles_and_badges.repository import DATABASE, communities, credentials, issuers
from services.titles_and_badges.repository.credentials import Row
from services.titles_and_badges.use_cases import claims
from services.titles_and_badges.use_cases.claims import Standing
from shared import clock, mongo, work
from shared.mongo import Document
from shared.work import Mark

#: Awards changed, all of them are to be looked at, or members were erased.
CHANGED = "credentials"
EVERY = "credentials-every"
ERASED = "credentials-erased"

AT_ONCE = 500


def follow(community: str, source: str, keys: Sequence[str]) -> None:
    """Note inside the running transaction that awards changed; `source` is their kind, as in `claims.SOURCES`."""
    for start in range(0, len(keys), AT_ONCE):
        work.add(DATABASE, CHANGED, community, source=source, awards=list(keys[start : start + AT_ONCE]))


def forget(profiles: Iterable[Document]) -> None:
    """Note inside the running transaction that the members of these profiles were erased."""
    erased: dict[str, list[str]] = {}
    for profile in profiles:
        erased.setdefault(profile["community"], []).append(profile["_id"])
    for community, members in erased.items():
        work.add(DATABASE, ERASED, community, members=members)


@mongo.in_transaction(DATABASE)
def settle_changed(mark: Mark) -> Mapping[str, Any] | None:
    """Bring the credentials of some awards into line with them; again and again to the same end."""
    if issuers.load(mark["community"]) is None:
        # The first one of a community. What was awarded before there were credentials gets its own too.
        catch_up(mark["community"])
    _settle(mark["community"], mark["source"], mark["awards"])
    return None


@mongo.in_transaction(DATABASE)
def settle_every(mark: Mark) -> Mapping[str, Any] | None:
    """One step through all awards of a kind."""
    keys = claims.SOURCES[mark["source"]].keys_after(mark["community"], mark.get("after", ""), AT_ONCE)
    if not keys:
        return None
    _settle(mark["community"], mark["source"], keys)
    return {"after": keys[-1]}


def catch_up(community: str) -> None:
    """Look at every award of a community, inside the running transaction or alone."""
    for source in claims.SOURCES:
        work.add(DATABASE, EVERY, community, source=source)


@mongo.in_transaction(DATABASE)
def forget_erased(mark: Mark) -> Mapping[str, Any] | None:
    """Revoke all that erased members were given, and keep nothing of what it said."""
    rows = [row for row in credentials.of_members(mark["members"]) if not row.gone]
    credentials.forget([row.identifier for row in rows])
    credentials.raise_lists(mark["community"], (row.position // status_list.LENGTH for row in rows))
    return None


STEPS = {CHANGED: settle_changed, EVERY: settle_every, ERASED: forget_erased}


def _settle(community: str, source: str, keys: Iterable[str]) -> None:
    standings = claims.SOURCES[source].standings(keys)
    salt = issuers.ensure(community).salt
    names = {key: identity.identifier(salt, source, key) for key in standings}
    known = credentials.load(names.values())
    fresh = [key for key, standing in standings.items() if standing.held and names[key] not in known]
    _allot(community, source, {names[key]: (key, standings[key]) for key in _of_people(fresh, standings)})
    _revoke(
        community, [(known[names[key]], each.held) for key, each in standings.items() if names[key] in known]
    )


def _allot(community: str, source: str, fresh: Mapping[str, tuple[str, Standing]]) -> None:
    if not fresh:
        return
    first = issuers.allocate(community, len(fresh))
    now = clock.now()
    credentials.insert(
        [
            Row(name, community, source, award, standing.member, first + number, now,
                revoked=False, gone=False, text=None)
            for number, (name, (award, standing)) in enumerate(sorted(fresh.items()))
        ]
    )  # fmt: skip


def _of_people(keys: Iterable[str], standings: Mapping[str, Standing]) -> list[str]:
    """Without what belongs to erased members: their deeds still count, but are nobody's any more."""
    found = list(keys)
    erased = set(communities.erased({standings[key].member for key in found}))
    return [key for key in found if standings[key].member not in erased]


def _revoke(community: str, rows: Sequence[tuple[Row, bool]]) -> None:
    changed = [row._replace(revoked=not held) for row, held in rows if not row.gone and row.revoked == held]
    credentials.write_revoked(changed)
    credentials.raise_lists(community, (row.position // status_list.LENGTH for row in changed))
