"""What is used of caps: read and written in the transaction that grants, so that two who want the rest collide."""

from collections.abc import Iterable, Mapping

from pymongo import UpdateOne

from services.referral.documents import DATABASE
from shared import mongo


def used(names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """(minor units, rewards) used of caps, by their keys; nothing where none was."""
    found = mongo.collection(DATABASE, "allowances").find(
        {"_id": {"$in": list(names)}}, batch_size=mongo.AT_ONCE
    )
    return {each["_id"]: (each["used_minor"], each["rewards"]) for each in found}


def change(community: str, changes: Mapping[str, tuple[int, int]]) -> None:
    """Reserve, or give back, (minor units, rewards) of caps, inside the running transaction."""
    writes = [
        UpdateOne(
            {"_id": name},
            {"$inc": {"used_minor": amount, "rewards": count}, "$setOnInsert": {"community": community}},
            upsert=True,
        )
        for name, (amount, count) in changes.items()
        if amount or count
    ]
    if writes:
        mongo.collection(DATABASE, "allowances").bulk_write(writes)
