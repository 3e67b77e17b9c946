"""Since when members are advocates themselves, and how they became so: what loops need of advocates."""

from collections.abc import Iterable, Mapping

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.advocates import State
from services.referral.domain.loops import Enrolment
from services.referral.repository import advocates
from shared import mongo
from shared.mongo import Document


def of(members: Iterable[str]) -> dict[str, Enrolment]:
    """Each program → since when a member, under any of his ids, is an advocate in it, and how he became one."""
    return by_member(dict.fromkeys(members, "")).get("", {})


def by_member(became: Mapping[str, str]) -> dict[str, dict[str, Enrolment]]:
    """The same of several members, each under who he became: id → who that is now."""
    found: dict[str, dict[str, Enrolment]] = {}
    for each in advocates.under(became):
        since = next((moment for moment, state in each["history"] if state == State.ENROLLED), None)
        ours = found.setdefault(became[each["member"]], {})
        known = ours.get(each["program"])
        if since is not None and (known is None or since < known.moment):
            ours[each["program"]] = Enrolment(moment=since, how=each["by"], evidence=_evidence(each))
    return found


def count(community: str, program: str) -> int:
    """How many members are or were advocates of a program."""
    query = {
        "community": community,
        "program": program,
        "became": None,
        "history": {"$elemMatch": {"1": State.ENROLLED}},
    }
    return _advocates().count_documents(query)


def _evidence(advocate: Document) -> str | None:
    """The badge, the title or the invitation by which he became one."""
    why = advocate.get("why") or {}
    return next((str(value) for value in why.values()), None)


def _advocates() -> Collection[Document]:
    return mongo.collection(DATABASE, "advocates")
