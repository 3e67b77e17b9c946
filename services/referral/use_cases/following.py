"""Our copies of profiles follow `activity.profiles`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.referral.repository import DATABASE, answers, audit, communities, friends, people
from services.referral.use_cases import forgetting, merging
from shared import mongo, outbox
from shared.errors import Conflict
from shared.events.activity import CommunityProfile, Erased, Followed, MemberProfile
from shared.mongo import Document
from shared.outbox import Message


@mongo.in_transaction(DATABASE)
def follow(profiles: Sequence[Followed], dead_letters: Mapping[str, Sequence[Message]]) -> None:
    """Keep the newest profiles. They may be old, repeated and out of order; after a tombstone nothing is newer."""
    for topic, messages in dead_letters.items():
        outbox.add(DATABASE, "", topic, messages)
    _follow_communities([each for each in profiles if isinstance(each, CommunityProfile)])
    _follow_members([each for each in profiles if not isinstance(each, CommunityProfile)])


@mongo.in_transaction(DATABASE)
def erase(community: str, member: str, now: datetime) -> None:
    """Erase a person whom `activity` does not know: a buyer, a friend. Again, or one who never was: nothing changes.

    Raises Conflict for a member, who would go on everywhere else.
    """
    (survivor,) = people.survivors([member]).values()
    known = people.load(people.merged([survivor]))
    ours = [each for each in known.values() if each["community"] == community]
    if any(each["revision"] and not each.get("erased") for each in ours):
        message = "This is a member of the community: erase him in `activity`, and he is erased everywhere."
        raise Conflict(message)
    _follow_members([Erased(each["_id"]) for each in ours])
    audit.note_person(community, act="member.erased", thing=f"member:{member}", now=now)


def _follow_communities(profiles: Sequence[CommunityProfile]) -> None:
    newest = {each.community: each for each in sorted(profiles, key=lambda each: each.revision)}
    stored = communities.load(newest)
    communities.keep(
        [
            {
                "_id": slug,
                "revision": each.revision,
                "name": each.name,
                "locale": each.locale,
                "zones": [[zone.since, zone.zone] for zone in each.zones],
                "revoked_tokens": list(each.revoked_tokens),
            }
            for slug, each in newest.items()
            if stored.get(slug, {}).get("revision", 0) < each.revision
        ]
    )


def _follow_members(profiles: Sequence[MemberProfile | Erased]) -> None:
    stored = people.load({each.member for each in profiles})
    changed: dict[str, Document] = {}
    for each in profiles:
        before = changed.get(each.member) or stored.get(each.member)
        after = _after(before, each)
        if after is not None:
            changed[each.member] = after
    people.keep(list(changed.values()))
    _forget([after for after in changed.values() if after.get("erased")])
    for member, after in changed.items():
        into = after.get("merged_into")
        if into is not None and into != stored.get(member, {}).get("merged_into"):
            merging.note(after["community"], member, into)
        if after.get("erased") and after["community"]:
            forgetting.note(after["community"], member)


def _forget(erased: Sequence[Document]) -> None:
    for each in erased:
        # Whoever keeps something of him at this moment begins again, and sees that he is erased.
        friends.hold(each["community"], each["_id"])
    answers.forget_comments(people.merged(each["_id"] for each in erased))


def _after(before: Document | None, profile: MemberProfile | Erased) -> Document | None:
    """What is kept of him now; None: what is kept already."""
    if before is not None and before.get("erased"):
        return None
    if isinstance(profile, Erased):
        known: Document = before or {"community": "", "revision": 0}
        return {
            "_id": profile.member,
            "community": known["community"],
            "revision": known["revision"] + 1,
            "erased": True,
            # Who became whom stays known, by hashes: sums and trees stay whole.
            **({"merged_into": known["merged_into"]} if "merged_into" in known else {}),
        }
    if before is not None and before["revision"] >= profile.revision:
        return None
    found: Document = {
        "_id": profile.member,
        "community": profile.community,
        "revision": profile.revision,
        "external_id": profile.external_id,
        "name": profile.name,
        "roles": [[each.since, each.role] for each in profile.roles],
        "opt_outs": [[each.since, each.opted_out] for each in profile.opt_outs],
        "merged_into": profile.merged_into,
    }
    return {name: value for name, value in found.items() if value is not None}
