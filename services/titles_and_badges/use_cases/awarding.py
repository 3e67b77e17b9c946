"""From tallies and decisions to awards: what differs is kept and announced, in the transaction that changed it."""

from collections.abc import Iterable, Sequence

from services.titles_and_badges.domain import awards as rules_of_awards
from services.titles_and_badges.domain.awards import Award, Key
from services.titles_and_badges.domain.badges import ONCE_A_MEMBER, Badge, Rules
from services.titles_and_badges.repository import DATABASE, awards, communities
from services.titles_and_badges.repository.tallies import Book
from shared import outbox
from shared.events import titles_and_badges as events
from shared.mongo import Document


class Ceremony:
    """Collects the awards that a transaction changes, to keep and announce them at its end."""

    def __init__(self, community: str) -> None:
        self._community = community
        self._documents: list[Document] = []
        self._known: set[str] = set()
        self._announced: list[events.BadgeAwarded | events.BadgeRevoked] = []

    def settle(
        self, member: str, badges: Sequence[Badge], book: Book, objects: Iterable[str] | None = None
    ) -> None:
        """Bring a member's awards of some badges into line with his tallies and with what people decided.

        `objects` limits it to awards for these objects, where the badge is given once an object.
        """
        if not badges:
            return
        slugs = [badge.slug for badge in badges]
        before = awards.of_members([member], slugs)
        decisions = awards.decisions(communities.aliases(member), slugs)
        only = None if objects is None else set(objects)
        for badge in badges:
            if badge.by_object and badge.repeat == ONCE_A_MEMBER:
                book.load_reached(member, badge.slug)
            earned = rules_of_awards.derived(badge, book.of_badge(member, badge.slug))
            now = rules_of_awards.decided(badge, earned, decisions.get(badge.slug, ()))
            limited = only if badge.repeat != ONCE_A_MEMBER else None
            self._compare(member, badge, before, now, limited)

    def withdraw_all(self, member: str, slugs_kept: Iterable[str] = ()) -> None:
        """Withdraw the awards of a member whose badges are not among these."""
        kept = set(slugs_kept)
        for stored in awards.of_members([member]).values():
            if stored["badge"] not in kept:
                self._withdraw(stored)

    def end(self) -> None:
        """Keep and announce."""
        awards.write(self._documents, self._known)
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
        before: dict[str, Document],
        now: dict[Key, Award],
        only: set[str] | None,
    ) -> None:
        wanted = {awards.key(self._community, member, name): award for name, award in now.items()}
        for key, award in wanted.items():
            if only is None or award.object in only:
                self._keep(member, badge, before.get(key), award)
        for key, stored in before.items():
            concerned = stored["badge"] == badge.slug and (only is None or stored.get("object") in only)
            if concerned and key not in wanted:
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
            self._announced.append(self._awarded(document))
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

    def _awarded(self, document: Document) -> events.BadgeAwarded:
        return events.BadgeAwarded(
            community=self._community,
            award=document["_id"],
            version=document["version"],
            member=document["member"],
            badge=document["badge"],
            badge_version=document["badge_version"],
            level=document.get("level"),
            object=document.get("object"),
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
            # What was withdrawn never was: it ends when it began.
            revoked_at=document["revoked_at"] if "revoked_at" in document else document["awarded_at"],
        )


def badges_named(rules: Rules, slugs: Iterable[str]) -> list[Badge]:
    """The badges of these slugs that the rules know."""
    return [rules.badges[slug] for slug in sorted(set(slugs)) if slug in rules.badges]
