"""Crash points without a hook in our code: MongoDB holds one command of one kind of process, and it is killed there.

Every process tells MongoDB its kind (`shared/mongo.py`, appname). What was held is looked up in the server's own
list of operations, the process behind it by its connection: so each kill is proven to fall where it was meant to.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil
from kafka import KafkaAdminClient
from kafka.admin import MemberToRemove

from services.titles_and_badges.consumers import GROUP
from tests.live import Kept, Live

#: How long MongoDB holds a command. Whoever is not dead by then goes on, and is caught at the next one.
HELD_MS = 2_500

APPS = {
    "activity-api": "laurel-activity-api",
    "activity-relay": "laurel-activity-relay",
    "activity-jobs": "laurel-activity-jobs",
    "badges-consume": "laurel-titles_and_badges-consume",
    "badges-relay": "laurel-titles_and_badges-relay",
    "badges-jobs": "laurel-titles_and_badges-jobs",
}


_AFTER = "waitAfterCommandFinishesExecution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place in a process's work: before a command on a collection, or after it and before its answer."""

    process: str
    command: str
    collection: str | None = None
    after: bool = False

    def __str__(self) -> str:
        when = "after" if self.after else "before"
        return f"{self.process}: {when} {self.command}" + (
            f" of {self.collection}" if self.collection else ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """A process that was stopped in the middle, to die, and what MongoDB says that it was doing."""

    point: Point
    pid: int
    in_transaction: bool


def kill_at(live: Live, point: Point, seconds: float = 60.0) -> Kill | None:
    """Kill a process of this kind exactly there; None when none comes by in time."""
    kill = stop_at(live, point, seconds)
    if kill is not None:
        os.kill(kill.pid, signal.SIGKILL)
        if point.process == "badges-consume":
            forget_dead_consumer(live)
    return kill


def stop_at(live: Live, point: Point, seconds: float = 60.0) -> Kill | None:
    """Stop a process of this kind exactly there (SIGSTOP); None when none comes by in time."""
    until = time.monotonic() + seconds
    with _held(live, point):
        while time.monotonic() < until:
            found = _found(live, point)
            if found is None:
                time.sleep(0.01)
                continue
            operation, pid = found
            os.kill(pid, signal.SIGSTOP)
            # Stopped, it can take no answer any more: if the command is still held now, it dies in the middle of it.
            if _is_held(live, operation, point):
                return Kill(point=point, pid=pid, in_transaction=_has_open_transaction(live, operation))
            os.kill(pid, signal.SIGCONT)
    return None


def forget_dead_consumer(live: Live) -> None:
    """Tell Kafka that the group's members are dead, which it would find out by itself after 45 seconds."""
    admin = KafkaAdminClient(bootstrap_servers=live.kafka_servers)
    try:
        described = admin.describe_groups([GROUP])
        members = next(iter(described.values()))["members"]
        if members:
            admin.remove_group_members(
                GROUP, [MemberToRemove(member_id=each["member_id"]) for each in members]
            )
    finally:
        admin.close()


@contextlib.contextmanager
def _held(live: Live, point: Point) -> Iterator[None]:
    name = _AFTER if point.after else "failCommand"
    data: dict[str, Any]
    if point.after:
        data = {"commands": [point.command]}
    else:
        data = {
            "failCommands": [point.command],
            "appName": APPS[point.process],
            "blockConnection": True,
            "blockTimeMS": HELD_MS,
        }
        if point.collection:
            data["namespace"] = point.collection
    live.database.admin.command({"configureFailPoint": name, "mode": "alwaysOn", "data": data})
    try:
        yield
    finally:
        live.database.admin.command({"configureFailPoint": name, "mode": "off"})


def _found(live: Live, point: Point) -> tuple[dict[str, Any], int] | None:
    for operation in _operations(live):
        if _is_held_at(operation, point):
            pid = _owner(live.processes[point.process], operation["client"])
            if pid is not None:
                return operation, pid
    return None


def _is_held(live: Live, operation: dict[str, Any], point: Point) -> bool:
    return any(
        each.get("opid") == operation["opid"] and _is_held_at(each, point) for each in _operations(live)
    )


def _is_held_at(operation: dict[str, Any], point: Point) -> bool:
    """Whether this is the command that MongoDB holds: not begun yet, so that no time runs; or done, and waiting."""
    if operation.get("appName") != APPS[point.process] or point.command not in (
        operation.get("command") or {}
    ):
        return False
    if point.after:
        return operation.get("failpointMsg") == _AFTER
    return bool(operation["active"]) and "microsecs_running" not in operation


def _has_open_transaction(live: Live, operation: dict[str, Any]) -> bool:
    return any(
        "transaction" in each and each.get("lsid") == operation.get("lsid") for each in _operations(live)
    )


def _operations(live: Live) -> list[dict[str, Any]]:
    return [
        each
        for each in live.database.admin.aggregate([{"$currentOp": {"idleSessions": True}}])
        if str(each.get("appName", "")).startswith("laurel-")
    ]


def _owner(kept: Kept, client: str) -> int | None:
    port = int(client.rpartition(":")[2])
    for pid in kept.pids():
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(each.laddr.port == port for each in psutil.Process(pid).net_connections("tcp")):
                return pid
    return None
