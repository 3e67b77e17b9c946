"""A lease: of several processes of one kind, one at a time does what must be done once. Kept on the server's clock."""

import contextlib
import os
import socket
import uuid

from pymongo.errors import DuplicateKeyError, ExecutionTimeout

from shared import mongo, orphans
from shared.clock import BEGINNING

COLLECTION = "leases"
#: How long to wait for who is in the middle of a fenced transaction.
_PATIENCE_MS = 1_000


class Lost(Exception):  # noqa: N818 (it is no error: another one is at work)
    """The lease went to another process."""


class Lease:
    """One process's claim to a name, renewed by holding it again before it runs out."""

    def __init__(self, service: str, name: str, seconds: int = 10) -> None:
        self._service = service
        self._name = name
        self._seconds = seconds
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def hold(self) -> bool:
        """Take or renew the lease. Returns whether it is ours for the next seconds."""
        mine_or_free = {
            "_id": self._name,
            "$expr": {"$or": [{"$eq": ["$holder", self._holder]}, {"$lt": ["$until", "$$NOW"]}]},
        }
        take = {
            "$set": {
                "holder": {"$literal": self._holder},
                "until": {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": self._seconds}},
            }
        }
        leases = mongo.collection(self._service, COLLECTION)
        if leases.count_documents({"_id": self._name}, limit=1) == 0:
            with contextlib.suppress(DuplicateKeyError):  # another process was faster
                leases.insert_one({"_id": self._name, "until": BEGINNING})
        try:
            return leases.find_one_and_update(mine_or_free, [take], maxTimeMS=_PATIENCE_MS) is not None
        except ExecutionTimeout:
            # Its holder is in the middle of a fenced transaction; or he died there, and then nobody else would end it.
            orphans.end(mongo.database(self._service).client)
            return False

    def fence(self) -> None:
        """Write to the lease inside the running transaction, which then ends only if it is still ours. Raises Lost."""
        leases = mongo.collection(self._service, COLLECTION)
        ours = {"_id": self._name, "holder": self._holder}
        if not leases.update_one(ours, {"$inc": {"fenced": 1}}).matched_count:
            raise Lost(self._name)

    def release(self) -> None:
        """Give it back, so that the next one need not wait until it runs out."""
        mongo.collection(self._service, COLLECTION).update_one(
            {"_id": self._name, "holder": self._holder}, {"$set": {"until": BEGINNING}}
        )
