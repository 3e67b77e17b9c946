"""From tallies and decisions to awards: what differs is kept and announced, in the transaction that changed it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from services.titles_and_badges.credentials import identity
from services.titles_and_badges.domain import awards as rules_of_awards
from services.titles_and_badges.domain import chains
from services.titles_and_badges.domain.awards import Award, Decision, Key
from services.titles_and_badges.domain.badges import ONCE_A_MEMBER, Badge, Rules
from services.titles_and_badges.repository import awards, communities
from services.titles_and_badges.repository.tallies import Book
from services.titles_and_badges.use_cases import allocating, allotting, announcing
from shared.mongo import Document

if TYPE_CHECKING:
    from services.titles_and_badges.use_cases.announcing import Announcement


class Concern(NamedTuple):
    """The badges of a member that are to be looked at, and the objects that changed; without these, all of him did.

    `others_go`: these are all badges that there are, and what he holds of others is withdrawn.
    """

    badges: Sequence[Badge]
    objects: frozenset[str] | None = None
    others_go: bool = False


class Ceremony:
    """Collects the awards that a transaction changes, to keep and announce them at its end."""

    def __init__(self, community: str, rules: Rules) -> None:
        self._community = community
        self._chains = chains.in_order(rules.badges)
        self._documents: list[Document] = []
        self._known: set[str] = set()
        self._announced: list[Announcement] = []
        self._to_allocate: set[str] = set()
        self._changed: dict[str, Document] = {}

    def settle(self, concerns: Mapping[str, Concern], book: Book) -> None:
        """Bring members' awards into line with their tallies and with what people decided.

        `book` holds the objects that a concern names, or all of a member's where it names none.
        """
        if not concerns:
            return
        slugs = {badge.slug for each in concerns.values() for badge in each.badges}
        following = chains.after(slugs, self._chains)
        slugs |= {badge.slug for badge in following}
        asked = slugs | {link.badge for badge in following for link in chains.links(badge)}
        # Where everything is looked at, a question without slugs finds the same in far fewer places of the index.
        everything = any(each.objects is None for each in concerns.values())
        found = awards.of_members(concerns, None if everything else asked)
        before = _by_member_and_badge(found.values())
        decisions = awards.decisions(communities.aliases(concerns), slugs)
        _load_rivals(concerns, before, decisions, book)
        for member, concern in concerns.items():
            reached = book.reached(member)
            for badge in concern.badges:
                if chains.links(badge):
                    continue
                name, tallies = (member, badge.slug), reached.get(badge.slug)
                if tallies is None and name not in before and name not in decisions:
                    continue
                earned = rules_of_awards.derived(badge, tallies or {}, book.now)
                now = rules_of_awards.decided(badge, earned, decisions.get(name, ()))
                only = concern.objects if badge.repeat != ONCE_A_MEMBER else None
                self._compare(member, badge, before.get(name, {}), now, only)
            self._follow(member, concern, before, decisions)
        for stored in found.values():
            if concerns[stored["member"]].others_go and stored["badge"] not in slugs:
                self._withdraw(stored)

    def _follow(
        self,
        member: str,
        concern: Concern,
        before: Mapping[tuple[str, str], Mapping[str, Document]],
        decisions: Mapping[tuple[str, str], Sequence[Decision]],
    ) -> None:
        """Bring the chains into line that may change with these badges of a member."""
        for badge in chains.after([each.slug for each in concern.badges], self._chains):
            held = {link.badge: self._standing(before, member, link.badge) for link in chains.links(badge)}
            award = chains.earned(badge, held)
            earned = {rules_of_awards.key(award): award} if award else {}
            name = (member, badge.slug)
            now = rules_of_awards.decided(badge, earned, decisions.get(name, ()))
            self._compare(member, badge, before.get(name, {}), now, None)

    def _standing(
        self, before: Mapping[tuple[str, str], Mapping[str, Document]], member: str, slug: str
    ) -> list[Award]:
        """A member's awards of a badge, held or once held, as this transaction leaves them."""
        keys = before.get((member, slug), {})
        new = {
            key: each
            for key, each in self._changed.items()
            if each["member"] == member and each["badge"] == slug
        }
        stored = {**keys, **new}.values()
        return [awards.award(each) for each in stored if each["state"] in (awards.HELD, awards.REVOKED)]

    def end(self) -> None:
        """Keep and announce."""
        awards.write(self._documents, self._known)
        allotting.follow(self._community, identity.BADGE, [document["_id"] for document in self._documents])
        announcing.announce(self._community, self._announced)
        allocating.order(self._community, self._to_allocate)

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
        was_held = stored is not None and stored["state"] == awards.HELD
        if badge.most_holders is not None and award.revoked_at is None and not was_held:
            document["state"] = awards.WAITING  # the allocator decides
        if stored is not None:
            self._known.add(stored["_id"])
            if {**stored, "version": version} == document:
                return
        self._change(badge.most_holders, document)
        if document["state"] == awards.HELD:
            if not was_held or _is_news(stored or {}, document):
                self._announced.append(announcing.awarded(self._community, badge, document))
        elif was_held:
            self._announced.append(announcing.revoked(self._community, document))

    def _change(self, most_holders: int | None, document: Document) -> None:
        self._documents.append(document)
        if self._chains:
            self._changed[document["_id"]] = document
        if most_holders is not None:
            self._to_allocate.add(document["badge"])

    def _withdraw(self, stored: Document) -> None:
        if stored["state"] == awards.WITHDRAWN:
            return
        document = awards.withdrawn(stored)
        self._known.add(document["_id"])
        self._change(stored.get("limited"), document)
        if stored["state"] == awards.HELD:
            self._announced.append(announcing.revoked(self._community, document))


def _is_news(before: Document, now: Document) -> bool:
    """Whether anything but the day of its expiry changed: a renewal is no second award."""
    silent = ("version", "expires_at")
    return any(before.get(name) != now.get(name) for name in {*before, *now} - {*silent})


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
