"""Work after the commit: checks, and fan-outs to all activities that a change concerns. Steps that can be resumed."""

from collections.abc import Mapping
from typing import Any

from services.activity.domain import objects
from services.activity.repository import DATABASE, activities, communities, members
from services.activity.use_cases import delivering
from shared import identity, mongo, work
from shared.work import Mark


def check_stored(mark: Mark) -> Mapping[str, Any] | None:
    """Check activities after their transaction (rule 1), a few hundred a step."""
    done = mark.get("done", 0)
    keys = mark["keys"][done : done + delivering.STEP]
    delivering.check(mark["community"], keys)
    done += len(keys)
    return {"done": done} if done < len(mark["keys"]) else None


def follow_objects(mark: Mark) -> Mapping[str, Any] | None:
    """Look again at all activities about objects, and about what answers them (rules 2 and 9).

    Every step asks anew, in a fresh snapshot, which deliveries carried another snapshot of their object than the
    current one, and checks those: the set shrinks until it is empty. What answers the objects comes page by page: a
    question may have many thousands of answers.
    """
    done, after = mark.get("done", 0), mark.get("after", "")
    keys = mark["keys"][done : done + _OBJECTS_A_STEP]
    stale, answers = _stale(mark["community"], keys, after)
    if stale:
        delivering.check(mark["community"], stale)
        if len(stale) == delivering.STEP:
            return {"done": done, "after": after}
    if len(answers) == ANSWERS_A_STEP:
        return {"done": done, "after": answers[-1]}
    done += len(keys)
    return {"done": done, "after": ""} if done < len(mark["keys"]) else None


def follow_member(mark: Mark) -> Mapping[str, Any] | None:
    """Look again at all that a merged or erased member did or wrote, and what answers it (rule 13).

    First the objects that he is said to have written, by a cursor; then the activities that he did.
    """
    community, member = mark["community"], mark["member"]
    raw = [member, *members.absorbed(member)]
    after = mark.get("after", "")
    if after is not None:
        last = _mark_objects_of(community, raw, after)
        return {"after": last}
    _, aliases = members.known([member])
    stale = activities.by_actor_not_resolved_to(raw, identity.resolve(member, aliases), delivering.STEP)
    if not stale:
        return None
    delivering.check(community, stale)
    return {"after": None}


def send_again(mark: Mark) -> Mapping[str, Any] | None:
    """Send all profiles of members, then all deliveries of a community, each at a new version (rule 6)."""
    if "after" not in mark:
        members.mark_all_unsent(mark["community"])
        return {"after": ""}
    keys = activities.keys_after(mark["community"], mark["after"], delivering.STEP)
    if not keys:
        return None
    delivering.check(mark["community"], keys, force=True)
    return {"after": keys[-1]}


@mongo.in_transaction(DATABASE)
def republish(community: str) -> None:
    """Order that all deliveries and profiles of a community, its own too, are sent again."""
    communities.change(community, {})
    work.add(DATABASE, delivering.REPUBLISH, community)


STEPS = {
    delivering.CHECK: check_stored,
    delivering.OBJECTS: follow_objects,
    delivering.MEMBER: follow_member,
    delivering.REPUBLISH: send_again,
}

_OBJECTS_A_STEP = 200
ANSWERS_A_STEP = 500


@mongo.in_transaction(DATABASE)
def _stale(community: str, object_keys: list[str], after: str) -> tuple[list[str], list[str]]:
    """Activities to check, and the page of answers, in order of keys, that was looked at beside the objects."""
    answers = activities.answers(object_keys, after, ANSWERS_A_STEP)
    looked_at = {*answers, *(object_keys if not after else ())}
    wanted = [activities.identifier(key) for key in looked_at]
    known = delivering.world(community, wanted, ())
    digests = {
        activities.key(community, name): objects.snapshot(name, known.claims, known.aliases).digest
        for name in wanted
    }
    return activities.about_with_another_snapshot(digests, delivering.STEP), answers


@mongo.in_transaction(DATABASE)
def _mark_objects_of(community: str, authors: list[str], after: str) -> str | None:
    found = activities.objects_claimed_for(authors, after, delivering.STEP)
    delivering.mark_stored(community, (), {activities.identifier(object_key) for _, object_key in found})
    return found[-1][0] if found else None
