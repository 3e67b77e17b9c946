"""Friends of one advocate who share a mailbox, or a domain: whoever came first is not flagged, who came after him is.

First is who was credited to him first, by event time and then by id; so the order in which we hear of them decides
nothing. Whoever changes who was first lets that one be decided anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from services.referral.domain import emails
from services.referral.domain.emails import Mailbox
from services.referral.repository import attributions, friends, people
from services.referral.use_cases.gathering import Known
from shared.mongo import Document

#: When a friend came to an advocate first, and who he is.
_Place = tuple[datetime, str]


def came_before(known: Known, decided: Iterable[Document], advocate: str, addresses: Iterable[str]) -> bool:
    """Whether another friend of the advocate gave one of these addresses (keyed hashes) and came before this one."""
    others = _places(advocate, friends.of_addresses(known.community, addresses).keys() - known.same)
    return bool(others) and min(others) < (_firsts(decided)[advocate], known.friend)


def concerned(known: Known, decided: Sequence[Document], mailboxes: Iterable[Document]) -> set[str]:
    """Whom it may make another first, or first no longer: of those who share a mailbox or a domain, whoever came first.

    Nobody where nothing of him has changed: who is decided anew concerns nobody again.
    """
    kept = {**known.kept, **{each["_id"]: each for each in decided}}
    before, after = _firsts(known.kept.values()), _firsts(kept.values())
    old, new = (_mailboxes(each) for each in (known.before.get("mailboxes", ()), mailboxes))
    if not old | new or (before, old) == (after, new):
        return set()
    sharing = [*_sharing(known, old | new)]
    places = (_places(advocate, some) for advocate in {**before, **after} for some in sharing)
    return {min(each)[1] for each in places if each}


def _sharing(known: Known, given: Iterable[Mailbox]) -> Iterator[set[str]]:
    """Other friends who gave one of these mailboxes, and those with one in one of the domains."""
    addresses, domains = {each.address for each in given}, emails.domains(given)
    same, near = (
        friends.of_addresses(known.community, addresses),
        friends.of_domains(known.community, domains) if domains else {},
    )
    for address in addresses:
        yield {
            name for name, theirs in same.items() if address in {each.address for each in theirs}
        } - known.same
    for domain in domains:
        yield {name for name, theirs in near.items() if domain in emails.domains(theirs)} - known.same


def _places(advocate: str, some: Iterable[str]) -> list[_Place]:
    brought = attributions.brought(people.merged([advocate]), some) if some else []
    return [(each["at"], each["friend"]) for each in brought]


def _firsts(decided: Iterable[Document]) -> Mapping[str, datetime]:
    found: dict[str, datetime] = {}
    for each in decided:
        if each.get("advocate"):
            found[each["advocate"]] = min(each["at"], found.get(each["advocate"], each["at"]))
    return found


def _mailboxes(kept: Iterable[Document]) -> set[Mailbox]:
    return {friends.mailbox(each) for each in kept}
