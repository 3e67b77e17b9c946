"""Work that outgrows one transaction: marks that say "look at this again", done in steps that can be resumed.

A mark is a document of its own, written in the transaction that makes the work necessary. That it is a real insert
matters: a mark merged into an older one by `$setOnInsert` gets lost (anchors/delivery.md, rule 3). Whoever does the
work claims the mark on the server's clock, does one step after the other, each a transaction of its own, and removes
the mark in the end. Dying in between repeats a step, and every step may be repeated.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import structlog
from bson import ObjectId
from pymongo import ReturnDocument

from shared import mongo, telemetry
from shared.errors import Fault

COLLECTION = "work"
CLAIM_SECONDS = 10
NOT_YET_SECONDS = 1
TURN_SECONDS = 1.0
PATIENCE_SECONDS = 120.0
#: How often a process looks at the clock of its service.
REGULARLY_SECONDS = 2.0
_IDLE_SECONDS = 0.02
_LONGEST_IDLE_SECONDS = 0.2
_LONGEST_DELAY_SECONDS = 300

Mark = dict[str, Any]
#: Does one step of a mark's work. Returns what the mark is to remember for the next step, or None when all is done.
Step = Callable[[Mark], Mapping[str, Any] | None]

_log = structlog.get_logger()
#: The first mark of the chain that is being worked off.
_root: ContextVar[ObjectId | None] = ContextVar("root_of_the_running_mark", default=None)


class NotYet(Exception):  # noqa: N818 (it is no error)
    """A step cannot be done yet; its mark is to be looked at again a little later."""


def add(service: str, kind: str, community: str, **detail: Any) -> None:  # noqa: ANN401 (a mark holds any BSON)
    """Leave a mark, inside the running transaction."""
    add_all(service, community, {kind: detail})


def add_all(service: str, community: str, marks: Mapping[str, Mapping[str, Any]]) -> None:
    """Leave marks of several kinds at once, inside the running transaction: kind → what the mark holds.

    A mark that is left while another is worked off keeps the first of their chain as its `root`: so one can ask
    whether all is done that followed from what was pending at some moment.
    """
    mongo.insert(service, COLLECTION, [_mark(kind, community, detail) for kind, detail in marks.items()])


def pending(service: str, community: str | None = None, kind: str | None = None) -> int:
    """How many marks are left, of all or of a community and a kind."""
    asked = {"community": community, "kind": kind}
    which = {name: value for name, value in asked.items() if value is not None}
    return mongo.collection(service, COLLECTION).count_documents(which)


def stuck(service: str, most: int = 10) -> list[Mark]:
    """Marks whose step raised, those first that did so most often: kind, community, failures, fault."""
    shown = {"_id": 0, "kind": 1, "community": 1, "failures": 1, "fault": 1}
    found = mongo.collection(service, COLLECTION).find({"failures": {"$gte": 1}}, shown)
    return list(found.sort("failures", -1).limit(most))


def newest(service: str, community: str, kinds: Sequence[str] | None = None) -> ObjectId | None:
    """The newest root of what is pending of a community, None where nothing is; of some kinds, or of any."""
    query = _which(community, kinds)
    found = mongo.collection(service, COLLECTION).find_one(query, {"root": 1}, sort=[("root", -1)])
    return found["root"] if found else None


def waits(service: str, community: str, up_to: ObjectId, kinds: Sequence[str] | None = None) -> bool:
    """Whether something of a community is pending that follows from a mark as old as `up_to`, or older."""
    query = {"root": {"$lte": up_to}, **_which(community, kinds)}
    return mongo.collection(service, COLLECTION).find_one(query, {"_id": 1}) is not None


def run(
    service: str,
    steps: Mapping[str, Step],
    stopping: Callable[[], bool],
    regularly: Callable[[], object] = lambda: None,
    beside: Callable[[], bool] = lambda: False,
) -> None:
    """Work off marks until told to stop, and do something `regularly`.

    `beside` is asked by turns with the marks, and says whether it did anything.
    Raises Fault when the database stays away.
    """
    away_since: float | None = None
    idle = _IDLE_SECONDS
    next_time = 0.0
    while not stopping():
        try:
            if time.monotonic() >= next_time:
                regularly()
                next_time = time.monotonic() + REGULARLY_SECONDS
            did = do_next(service, steps, stopping)
            did = beside() or did
            away_since = None
            # Looking often costs most when there is nothing to see: the longer it is quiet, the less often.
            idle = _IDLE_SECONDS if did else min(idle * 1.2, _LONGEST_IDLE_SECONDS)
            if not did:
                time.sleep(idle)
        except mongo.UNAVAILABLE as error:
            away_since = away_since or time.monotonic()
            if time.monotonic() - away_since > PATIENCE_SECONDS:
                message = "the database stayed away too long"
                raise Fault(message) from error
            _log.warning("the database is away", service=service, reason=repr(error))
            time.sleep(1.0)


def do_next(service: str, steps: Mapping[str, Step], stopping: Callable[[], bool] = lambda: False) -> bool:
    """Claim the oldest free mark and work it off, for its turn. Returns False when there is none.

    Whatever takes longer than a turn goes on behind all that waits: one community's hour of work delays nobody's
    like. A mark whose step raises is put off, longer each time, and says why: it holds up no other, and is not
    forgotten.
    """
    mark = _claim(service, list(steps))
    if mark is None:
        return False
    started = time.monotonic()
    count = 0
    while mark is not None and not stopping() and (not count or time.monotonic() - started < TURN_SECONDS):
        running = _root.set(mark.get("root", mark["_id"]))
        try:
            with telemetry.STEPS.labels(service, mark["kind"]).time():
                remember = steps[mark["kind"]](mark)
        except mongo.UNAVAILABLE:
            raise
        except NotYet:
            _wait(service, mark)
            return True
        except Exception as error:  # noqa: BLE001 (kept beside the mark, with its name)
            telemetry.FAILURES.labels(service, mark["kind"]).inc()
            _log.exception("work failed", kind=mark["kind"], mark=str(mark["_id"]))
            _put_off(service, mark, error)
            return True
        finally:
            _root.reset(running)
        count += 1
        if remember is None:
            mongo.collection(service, COLLECTION).delete_one({"_id": mark["_id"]})
            _log.debug(
                "work done", kind=mark["kind"], steps=count, seconds=round(time.monotonic() - started, 3)
            )
            return True
        mark = _remember(service, mark["_id"], remember)
    if mark is not None:
        mongo.collection(service, COLLECTION).update_one(
            {"_id": mark["_id"]}, {"$set": {"turn": ObjectId()}, "$unset": {"claimed_until": ""}}
        )
    return True


def ensure(service: str) -> None:
    """Create what is missing: the collection, and the indexes by which the next mark, and a stuck one, are found."""
    marks = mongo.ensure_collection(service, COLLECTION)
    marks.create_index([("kind", 1), ("turn", 1)])
    marks.create_index("failures", sparse=True)


def _mark(kind: str, community: str, detail: Mapping[str, Any]) -> Mark:
    identifier = ObjectId()
    return {
        "_id": identifier,
        "kind": kind,
        "community": community,
        "turn": identifier,
        "root": _root.get() or identifier,
        **detail,
    }


_FREE = {"$expr": {"$lt": [{"$ifNull": ["$claimed_until", None]}, "$$NOW"]}}
_CLAIM = {
    "$set": {"claimed_until": {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": CLAIM_SECONDS}}}
}


def _claim(service: str, kinds: list[str]) -> Mark | None:
    return mongo.collection(service, COLLECTION).find_one_and_update(
        {"kind": {"$in": kinds}, **_FREE},
        [_CLAIM],
        sort=[("turn", 1)],
        return_document=ReturnDocument.AFTER,
    )


def _which(community: str, kinds: Sequence[str] | None) -> dict[str, Any]:
    return (
        {"community": community} if kinds is None else {"community": community, "kind": {"$in": list(kinds)}}
    )


def _wait(service: str, mark: Mark) -> None:
    until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": NOT_YET_SECONDS}}
    mongo.collection(service, COLLECTION).update_one(
        {"_id": mark["_id"]}, [{"$set": {"turn": ObjectId(), "claimed_until": until}}]
    )


def _put_off(service: str, mark: Mark, error: Exception) -> None:
    failures = mark.get("failures", 0) + 1
    until = {
        "$dateAdd": {
            "startDate": "$$NOW",
            "unit": "second",
            "amount": min(2**failures, _LONGEST_DELAY_SECONDS),
        }
    }
    mongo.collection(service, COLLECTION).update_one(
        {"_id": mark["_id"]},
        [{"$set": {"failures": failures, "fault": {"$literal": repr(error)[:1000]}, "claimed_until": until}}],
    )


def _remember(service: str, mark: ObjectId, remember: Mapping[str, Any]) -> Mark | None:
    return mongo.collection(service, COLLECTION).find_one_and_update(
        {"_id": mark},
        # `$literal`, because an id may begin with a `$`.
        [{"$set": {name: {"$literal": value} for name, value in remember.items()}}, _CLAIM],
        return_document=ReturnDocument.AFTER,
    )
