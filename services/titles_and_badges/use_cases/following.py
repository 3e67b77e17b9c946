"""Our copies of profiles follow `activity.profiles`; what changes counting leaves a mark."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.titles_and_badges.repository import DATABASE, awards, communities
from services.titles_and_badges.use_cases import allotting, closing, defining_boards, outcomes, recounting
from shared import clock, mongo, outbox, timeline, work
from shared.events.activity import CommunityProfile, Erased, Followed, MemberProfile
from shared.mongo import Document
from shared.outbox import Message

#: What holds of a member, with dates.
_TIMELINES = ("roles", "opt_outs", "time_zones", "pauses")


@mongo.in_transaction(DATABASE)
def follow(profiles: Sequence[Followed], dead_letters: Mapping[str, Sequence[Message]]) -> None:
    """Keep the newest profiles. A role, an opt-out, a merge or a zone that changed is counted anew afterwards."""
    for topic, messages in dead_letters.items():
        outbox.add(DATABASE, "", topic, messages)
    _follow_communities([each for each in profiles if isinstance(each, CommunityProfile)])
    _follow_members([each for each in profiles if not isinstance(each, CommunityProfile)])


def _follow_communities(profiles: Sequence[CommunityProfile]) -> None:
    newest: dict[str, CommunityProfile] = {}
    for each in profiles:
        if each.community not in newest or newest[each.community].revision < each.revision:
            newest[each.community] = each
    stored = communities.load(newest)
    changed = []
    rezoned = []
    for slug, each in newest.items():
        before = stored.get(slug)
        if before is not None and before.get("revision", 0) >= each.revision:
            continue
        zones = [[zone.since, zone.zone] for zone in each.zones]
        changed.append(
            (
                {
                    "_id": slug,
                    "revision": each.revision,
                    "name": each.name,
                    "locale": each.locale,
                    "zones": zones,
                    "revoked_tokens": list(each.revoked_tokens),
                    "grace_hours": each.grace_hours,
                    **({} if before is not None else {"rules": 0}),
                },
                before is not None,
            )
        )
        if zones != (before or {}).get("zones", []):
            rezoned.append(slug)
    communities.keep(changed, of_communities=True)
    for slug in rezoned:
        communities.raise_rules(slug)
        work.add(DATABASE, recounting.ALL, slug)


def _follow_members(profiles: Sequence[MemberProfile | Erased]) -> None:
    newest: dict[str, MemberProfile | Erased] = {}
    for each in profiles:
        before = newest.get(each.member)
        if before is None or isinstance(each, Erased) or _is_older(before, each):
            newest[each.member] = each
    stored = communities.profiles(newest)
    changed = []
    recount: dict[str, list[str]] = {}
    since: dict[str, datetime] = {}
    for member, each in newest.items():
        old = stored.get(member)
        now = _erased(member, old) if isinstance(each, Erased) else _document(each)
        if old is not None and (old.get("erased") or old["revision"] >= now["revision"]):
            continue
        changed.append((now, old is not None))
        touched = _to_recount(member, old, now)
        recount.setdefault(now["community"], []).extend(touched)
        if touched:
            since[now["community"]] = min(_since(old, now), since.get(now["community"], clock.now()))
    communities.keep(changed, of_communities=False)
    erased = [now["_id"] for now, _ in changed if now.get("erased")]
    awards.forget_decisions(erased)
    allotting.forget([now for now, _ in changed if now.get("erased")])
    merged = [now for now, _ in changed if now.get("merged_into")]
    defining_boards.follow([now["_id"] for now in merged], erased)
    for community in sorted({now["community"] for now in merged}):
        outcomes.order_moving(community, [now["_id"] for now in merged if now["community"] == community])
    for community, moment in since.items():
        closing.revise_since(community, moment, clock.now())
    for community, members in recount.items():
        names = sorted(set(members)) if community else []
        for start in range(0, len(names), recounting.MEMBERS_A_STEP):
            work.add(
                DATABASE,
                recounting.MEMBERS,
                community,
                members=names[start : start + recounting.MEMBERS_A_STEP],
            )


def _is_older(before: MemberProfile | Erased, now: MemberProfile) -> bool:
    # After a tombstone nothing is newer.
    return isinstance(before, MemberProfile) and before.revision < now.revision


def _document(profile: MemberProfile) -> Document:
    roles = [[each.since, each.role] for each in profile.roles]
    opt_outs = [[each.since, each.opted_out] for each in profile.opt_outs]
    time_zones = [[each.since, each.zone] for each in profile.time_zones]
    pauses = [[each.since, each.paused] for each in profile.pauses]
    return {
        "_id": profile.member,
        "community": profile.community,
        "revision": profile.revision,
        "external_id": profile.external_id,
        "name": profile.name,
        "roles": roles,
        "opt_outs": opt_outs,
        "time_zones": time_zones or None,
        "pauses": pauses or None,
        "joined": profile.joined,
        "merged_into": profile.merged_into,
        # Only who is not an ordinary member matters to the rules; they are read by this mark.
        "special": True if roles or opt_outs or time_zones or pauses or profile.joined else None,
    }


def _erased(member: str, old: Document | None) -> Document:
    community = old["community"] if old else ""
    revision = (old["revision"] if old else 0) + 1
    gone = dict.fromkeys(("external_id", "name", "special", "merged_into", "joined", *_TIMELINES))
    return {"_id": member, "community": community, "revision": revision, "erased": True, **gone}


def _to_recount(member: str, old: Document | None, now: Document) -> list[str]:
    """Whose counting a changed profile touches: most new members change nobody's."""
    before, after = (old or {}).get("merged_into"), now.get("merged_into")
    earlier = old or {}
    same = all(timeline.stored(earlier, name) == timeline.stored(now, name) for name in _TIMELINES)
    if same and earlier.get("joined") == now.get("joined") and before == after and not now.get("erased"):
        return []
    return [name for name in (member, before, after) if name]


def _since(old: Document | None, now: Document) -> datetime:
    """From when on boards count him otherwise; a merge or an erasure concerns all that he ever did, a zone nothing."""
    if now.get("erased") or (old or {}).get("merged_into") != now.get("merged_into"):
        return clock.BEGINNING
    differs = {
        entry
        for name in ("roles", "opt_outs")
        for entry in set(timeline.stored(old or {}, name)) ^ set(timeline.stored(now, name))
    }
    return min((since for since, _ in differs), default=clock.now())
