"""From tallies and decisions to awards: what differs is kept and announced, in the transaction that changed it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from services.titles_and_badges.credentials import identity
from services.titles_and_badges.domain import awards as rules_of_awards
from services.titles_and_badges.domain.awards import Award, Key
from services.titles_and_badges.domain.badges import ONCE_A_MEMBER, Badge, Rules
from services.titles_and_badges.repository import DATABASE, awards, communities
from services.titles_and_badges.repository.tallies import Book
from services.titles_and_badges.use_cases import allotting
from shared import outbox
from shared.events import titles_and_badges as events
from shared.mongo import Document


class Concern(NamedTuple):
    """The badges of a member that are to be looked at, and the objects that changed; without these, all of him did.

    `others_go`: these are all badges that there are, and what he holds of others is withdrawn.
    """

    badges: Sequence[Badge]
    objects: frozenset[str] | None = None
    others_go: bool = False


class Ceremony:
    """Collects the awards that a transaction changes, to keep and announce them at its end."""

    def __init__(self, community: str) -> None:
        self._community = community
        self._documents: list[Document] = []
        self._known: set[str] = set()
        self._announced: list[events.BadgeAwarded | events.BadgeRevoked] = []

    def settle(self, concerns: Mapping[str, Concern], book: Book) -> None:
        """Bring members' awards into line with their tallies and with what people decided.

        `book` holds the objects that a concern names, or all of a member's where it names none.
        """
        if not concerns:
            return
        slugs = {badge.slug for each in concerns.values() for badge in each.badges}
        # Where everything is looked at, a question without slugs finds the same in far fewer places of the index.
        everything = any(each.objects is None for each in concerns.values())
        found = awards.of_members(concerns, None if everything else slugs)
        before = _by_member_and_badge(found.values())
        decisions = awards.decisions(communities.aliases(concerns), slugs)
        _load_rivals(concerns, before, decisions, book)
        for member, concern in concerns.items():
            reached = book.reached(member)
            for badge in concern.badges:
                name, tallies = (member, badge.slug), reached.get(badge.slug)
                if tallies is None and name not in before and name not in decisions:
                    continue
                earned = rules_of_awards.derived(badge, tallies or {}, book.now)
                now = rules_of_awards.decided(badge, earned, decisions.get(name, ()))
                only = concern.objects if badge.repeat != ONCE_A_MEMBER else None
                self._compare(member, badge, before.get(name, {}), now, only)
        for stored in found.values():
            if concerns[stored["member"]].others_go and stored["badge"] not in slugs:
                self._withdraw(stored)

    def end(self) -> None:
        """Keep and announce."""
        awards.write(self._documents, self._known)
        allotting.follow(self._community, identity.BADGE, [document["_id"] for document in self._documents])
        outbox.add(
            DATABASE,
            self._community,
            events.EVENTS.name,
            [events.message(event) for event in self._announced],
        )

    def _compare(
        self,
        member: str,
        badge: Badge,
        before: Mapping[str, Document],
        now: Mapping[Key, Award],
        only: frozenset[str] | None,
    ) -> None:
        wanted = {awards.key(self._community, member, name): award for name, award in now.items()}
        for key, award in wanted.items():
            if only is None or award.about in only:
                self._keep(member, badge, before.get(key), award)
        for key, stored in before.items():
            if key not in wanted and (only is None or awards.about(stored) in only):
                self._withdraw(stored)

    def _keep(self, member: str, badge: Badge, stored: Document | None, award: Award) -> None:
        version = 1 if stored is None else stored["version"] + 1
        document = awards.document(
            self._community, member, award, badge_version=badge.version, version=version
        )
        if stored is not None:
            self._known.add(stored["_id"])
            if {**stored, "version": version} == document:
                return
        self._documents.append(document)
        was_held = stored is not None and stored["state"] == awards.HELD
        if award.revoked_at is None:
            self._announced.append(self._awarded(badge, document))
        elif was_held:
            self._announced.append(self._revoked(document))

    def _withdraw(self, stored: Document) -> None:
        if stored["state"] == awards.WITHDRAWN:
            return
        document = awards.withdrawn(stored)
        self._known.add(document["_id"])
        self._documents.append(document)
        if stored["state"] == awards.HELD:
            self._announced.append(self._revoked(document))

    def _awarded(self, badge: Badge, document: Document) -> events.BadgeAwarded:
        return events.BadgeAwarded(
            community=self._community,
            award=document["_id"],
            version=document["version"],
            member=document["member"],
            badge=document["badge"],
            badge_version=document["badge_version"],
            level=document.get("level"),
            object=document.get("object"),
            period=document.get("period"),
            silent=badge.silent_before is not None and document["awarded_at"] < badge.silent_before,
            awarded_at=document["awarded_at"],
            decided_by=document.get("by"),
        )

    def _revoked(self, document: Document) -> events.BadgeRevoked:
        return events.BadgeRevoked(
            community=self._community,
            award=document["_id"],
            version=document["version"],
            member=document["member"],
            badge=document["badge"],
            level=document.get("level"),
            object=document.get("object"),
            period=document.get("period"),
            expired=document.get("expired", False),
            # What was withdrawn never was: it ends when it began.
            revoked_at=document["revoked_at"] if "revoked_at" in document else document["awarded_at"],
        )


def _by_member_and_badge(found: Iterable[Document]) -> dict[tuple[str, str], dict[str, Document]]:
    sorted_out: dict[tuple[str, str], dict[str, Document]] = {}
    for stored in found:
        sorted_out.setdefault((stored["member"], stored["badge"]), {})[stored["_id"]] = stored
    return sorted_out


def _load_rivals(
    concerns: Mapping[str, Concern],
    before: Mapping[tuple[str, str], Mapping[str, Document]],
    decisions: Mapping[tuple[str, str], object],
    book: Book,
) -> None:
    """Where a badge is given once a member, read the objects that may have earned it before those that changed.

    While his awards stand on objects that did not change, none but these can: what else reached it did so later. Else
    all that reached it are asked.
    """
    evidence: list[tuple[str, str]] = []
    reached: dict[str, list[str]] = {}
    for member, badge, objects in _once_a_member_by_object(concerns):
        stored = before.get((member, badge.slug), {}).values()
        stands_on = {each.get("evidence") for each in stored}
        evidence.extend((member, name) for name in stands_on if name is not None)
        all_held = all(each["state"] == awards.HELD for each in stored)
        if not all_held or stands_on & objects or (member, badge.slug) in decisions:
            reached.setdefault(member, []).append(badge.slug)
    book.load_objects(evidence)
    book.load_reached(reached)


def _once_a_member_by_object(
    concerns: Mapping[str, Concern],
) -> Iterator[tuple[str, Badge, frozenset[str]]]:
    for member, concern in concerns.items():
        for badge in concern.badges:
            if concern.objects is not None and badge.by_object and badge.repeat == ONCE_A_MEMBER:
                yield member, badge, concern.objects


def badges_named(rules: Rules, slugs: Iterable[str]) -> list[Badge]:
    """The badges of these slugs that the rules know."""
    return [rules.badges[slug] for slug in sorted(set(slugs)) if slug in rules.badges]
