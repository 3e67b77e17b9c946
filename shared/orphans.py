"""Transactions whose process was killed: MongoDB keeps their locks for up to 90 seconds, unless somebody ends them.

A killed consumer's successor would collide with its predecessor's batch for as long. Whoever collides for a while
looks here.
"""

import contextlib
from typing import Any

import structlog
from bson.codec_options import DEFAULT_CODEC_OPTIONS
from pymongo import MongoClient
from pymongo.errors import PyMongoError

_log = structlog.get_logger()

_SEEN_BY_US = {"$currentOp": {"idleSessions": True, "idleConnections": True}}


def end(client: MongoClient[dict[str, Any]]) -> int:
    """End open transactions, of this database user, whose connection is gone. Returns how many.

    Nothing is taken from the living: a transaction that lost its connection can only begin anew.
    """
    # Where it is forbidden to look, the server's own limit has to do.
    with contextlib.suppress(PyMongoError):
        # Sessions' ids as they come: binary, whatever this client makes of UUIDs.
        admin = client.get_database("admin", codec_options=DEFAULT_CODEC_OPTIONS)
        operations = list(admin.aggregate([_SEEN_BY_US]))
        connected = {each["connectionId"] for each in operations if _is_connection(each)}
        idle = [each for each in operations if "transaction" in each and not _is_connection(each)]
        orphans = [{"id": each["lsid"]["id"]} for each in idle if each.get("connectionId") not in connected]
        if orphans:
            admin.command("killSessions", orphans)
            _log.warning("transactions of dead processes ended", count=len(orphans))
        return len(orphans)
    return 0


def _is_connection(operation: dict[str, Any]) -> bool:
    return operation["type"] == "op" and "connectionId" in operation
