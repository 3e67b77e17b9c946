"""Why a member holds a badge, what is missing where he does not, and what is closest for him."""

from zoneinfo import ZoneInfo

from services.titles_and_badges.domain import spans, standing, tallies
from services.titles_and_badges.domain.awards import GRANT
from services.titles_and_badges.domain.badges import ACTIVE, CHAIN, LIVE, MANUAL, Badge, Threshold
from services.titles_and_badges.domain.spans import Period
from services.titles_and_badges.domain.tallies import Tally
from services.titles_and_badges.queries import awards as shown_awards
from services.titles_and_badges.queries import current
from services.titles_and_badges.repository import awards, communities, facts
from services.titles_and_badges.repository import tallies as books
from services.titles_and_badges.repository.tallies import Book
from shared import clock, timeline
from shared.errors import NotFound
from shared.mongo import Document

MOST_EVIDENCE = 20


def explanation(community: str, external_id: str, slug: str, *, public: bool) -> Document:
    """Why, or what is missing; `public` as in `awards.member`. Raises NotFound."""
    badge, stored = _badge(community, slug)
    profile = shown_awards.member(community, external_id, public=public)
    member = profile["_id"]
    documents = [
        each
        for each in awards.of_members([member], [slug]).values()
        if each["state"] in (awards.HELD, awards.REVOKED)
    ]
    held = [each for each in documents if each["state"] == awards.HELD]
    if badge.secret and not held and public:
        raise NotFound("badge", slug)
    held.sort(key=lambda each: (each["awarded_at"], each["_id"]), reverse=True)
    name, tally = _nearest(member, badge, held)
    every = awards.of_members([member]) if badge.kind == CHAIN else {}
    now = current.current(profile, badge, name, tally, every, clock.now())
    limit = held[0] if held else None
    counted = facts.count(member, (slug, name))
    evidence = facts.evidence(
        member, (slug, name), up_to=limit["awarded_at"] if limit else None, limit=MOST_EVIDENCE
    )
    return {
        "badge": slug,
        "badge_name": stored["definition"]["name"],
        "description": stored["definition"].get("description", ""),
        "member": shown_awards.person(profile, clock.now()),
        "held": bool(held),
        "awards": shown_awards.shown(community, sorted(documents, key=lambda each: each["_id"])),
        "value": now.value if badge.policy == LIVE else tally.value,
        "missing": _missing(badge, now, name, {each.get("level") for each in held}),
        "evidence": [
            {
                "activity": each.activity,
                "type": each.type,
                "published": each.published,
                "object": each.object,
                "value": each.value,
                "decided": any(document.get("by") == each.activity for document in held),
            }
            for each in evidence
        ],
        "counted": counted,
        "decisions": [
            {"kind": each.kind, "reason": each.reason, "at": each.at, "object": each.object}
            for each in awards.decisions(communities.aliases([member]), [slug]).get((member, slug), ())
            # Why something was taken from somebody is not for every visitor of a page.
            if each.kind == GRANT or not public
        ],
        "excluded": standing.excluded(communities.standing(profile), clock.now()),
    }


def progress(community: str, external_id: str, *, public: bool) -> list[Document]:
    """What a member can still earn once, the closest first; `public` as in `awards.member`. Raises NotFound."""
    profile = shown_awards.member(community, external_id, public=public)
    member = profile["_id"]
    book = Book([member])
    held = awards.of_members([member])
    found = []
    for stored in communities.definitions(community):
        if stored["status"] != ACTIVE or stored["definition"].get("secret"):
            continue
        badge = communities.rules(community, communities.load([community])).badges[stored["slug"]]
        levels = {
            each.get("level")
            for each in held.values()
            if each["badge"] == badge.slug and each["state"] == awards.HELD and each.get("object") is None
        }
        name, tally = _furthest(member, badge, book)
        now = current.current(profile, badge, name, tally, held, clock.now())
        missing = None if badge.kind == MANUAL else _missing(badge, now, name, levels)
        # Where nothing is missing, people took it from him: no deed of his brings it back.
        if missing is not None and missing["missing"]:
            found.append(
                {
                    "badge": badge.slug,
                    "badge_name": stored["definition"]["name"],
                    "description": stored["definition"].get("description", ""),
                    "missing": missing,
                    "share": round(max(0, missing["value"]) / missing["at"], 4),
                }
            )
    return sorted(found, key=lambda each: (-each["share"], each["missing"]["missing"], each["badge"]))


def _badge(community: str, slug: str) -> tuple[Badge, Document]:
    stored = communities.definition(community, slug)
    badge = communities.rules(community, communities.load([community])).badges.get(slug)
    if stored is None or badge is None:
        raise NotFound("badge", slug)
    return badge, stored


def _nearest(member: str, badge: Badge, held: list[Document]) -> tuple[str | None, Tally]:
    """The bucket that explains it: the one that decided, else the furthest one."""
    book = Book([member])
    if held and (badge.by_object or badge.by_period):
        name = held[0].get("evidence", awards.about(held[0]))
        if name is not None:
            return _of_bucket(member, badge, book, Period(name) if badge.by_period else name)
    return _furthest(member, badge, book)


def _of_bucket(member: str, badge: Badge, book: Book, name: str) -> tuple[str | None, Tally]:
    book.load_objects([(member, name)])
    return name, book.tally(member, (badge.slug, name)) or tallies.empty(badge)


def _furthest(member: str, badge: Badge, book: Book) -> tuple[str | None, Tally]:
    if badge.by_period:
        return _of_bucket(member, badge, book, _this_period(member, badge))
    if not badge.by_object:
        return None, book.tally(member, (badge.slug, None)) or tallies.empty(badge)
    reached_all = badge.thresholds[-1].at
    for name, tally in books.best_objects(member, badge.slug, 50):
        if badge.repeat == "member" or tally.value < reached_all:
            return name, tally
    return None, tallies.empty(badge)


def _this_period(member: str, badge: Badge) -> Period:
    community = communities.profiles([member])[member]["community"]
    zones = communities.load([community])[community].get("zones", ())
    now = clock.now()
    return spans.period(now, badge.repeat, ZoneInfo(timeline.at(zones, now, "UTC")))


def _missing(badge: Badge, tally: Tally, name: str | None, held: set[str | None]) -> Document | None:
    threshold = _next(badge, held)
    if threshold is None or badge.kind == MANUAL:
        return None
    return {
        "level": threshold.level,
        "at": threshold.at,
        "value": tally.value,
        "missing": max(0, threshold.at - tally.value),
        "object": name,
    }


def _next(badge: Badge, held: set[str | None]) -> Threshold | None:
    for threshold in badge.thresholds:
        if threshold.level not in held:
            return threshold
    return None
