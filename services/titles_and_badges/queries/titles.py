"""Titles: what there are, who holds them, and why not the others."""

from collections.abc import Iterator, Sequence
from typing import Any

from services.titles_and_badges.credentials import identity
from services.titles_and_badges.domain import badges as life
from services.titles_and_badges.domain import defaults
from services.titles_and_badges.domain.titles import reasons
from services.titles_and_badges.domain.titles.measures import UNIT
from services.titles_and_badges.domain.titles.reasons import Reason
from services.titles_and_badges.queries import awards as people
from services.titles_and_badges.queries import seals as sealed
from services.titles_and_badges.repository import candidates, communities, issuers, seals, titles
from shared import clock
from shared.errors import NotFound
from shared.mongo import Document

Position = tuple[str, int, str]


def every(community: str, *, drafts: bool) -> list[Document]:
    """All titles of a community."""
    return [_title(each) for each in titles.definitions(community) if drafts or each["status"] != life.DRAFT]


def one(community: str, slug: str, *, drafts: bool) -> Document:
    """One title. Raises NotFound."""
    return _title(stored(community, slug, drafts=drafts))


def holders(community: str, slug: str, *, before: Position | None, limit: int) -> list[Document]:
    """Who holds a title, the latest month first. Raises NotFound."""
    stored(community, slug, drafts=False)
    return _held(community, titles.holders(community, slug, before=before, limit=limit))


def of_member(community: str, external_id: str, *, public: bool) -> list[Document]:
    """The titles that a member holds, the latest month first; `public` as in `awards.member`. Raises NotFound."""
    profile = people.member(community, external_id, public=public)
    return _held(community, titles.held_by([profile["_id"]]))


def month(community: str, period: str, number: int | None = None) -> Document:
    """A sealed month: every title's holders, and what decided. Raises NotFound or Invalid."""
    seal = sealed.revision(community, period, number)
    manifest = seals.manifest(seal["_id"])
    found = [_of_month(seal, each) for each in manifest["titles"]]
    return {**sealed.shown(seal), "titles": _named(found)}


def rows(community: str) -> Iterator[Document]:
    """Every holder, past revisions' too, as rows for a file; `member` is the community's own id."""
    every_row = titles.all_holders(community)
    known = communities.profiles({row["member"] for row in every_row})
    for row in every_row:
        yield {
            "title": row["title"],
            "period": row["period"],
            "revision": row["revision"],
            "place": row["place"] if row["held"] else "",
            "member": known.get(row["member"], {}).get("external_id", ""),
            "score": score_of(row["score"], row["scale"]),
            "status": "held" if row["held"] else "corrected",
        }


def rehearsed(found: Sequence[Document]) -> Iterator[Document]:
    """What a rehearsal found, by the community's own ids."""
    known = communities.profiles({row["member"] for row in found})
    for row in found:
        yield {
            "title": row["title"],
            "place": row["place"],
            "member": known.get(row["member"], {}).get("external_id", ""),
            "score": score_of(row["score"], row["scale"]),
            "change": row["change"],
        }


def foreseen(changes: Sequence[Document]) -> list[Document]:
    """What a preview found of sealed months, with people and points."""
    return [{**row, "score": score_of(row["score"], row["scale"])} for row in people.named(changes)]


def stored(community: str, slug: str, *, drafts: bool) -> Document:
    """A title as it is stored. Raises NotFound."""
    found = titles.definition(community, slug)
    if found is None or (found["status"] == life.DRAFT and not drafts):
        raise NotFound("title", slug)
    return found


def _title(found: Document) -> Document:
    definition = found["definition"]
    excluded = definition.get("excluded", ())
    known = communities.profiles({each["member"] for each in excluded})
    now = clock.now()
    return {
        **defaults.TITLE,
        **definition,
        "excluded": [
            {**each, "member": people.person(known.get(each["member"]), now)["id"]} for each in excluded
        ],
        "slug": found["slug"],
        "status": found["status"],
        "version": found["version"],
    }


def _held(community: str, found: Sequence[Document]) -> list[Document]:
    known = communities.profiles({row["member"] for row in found})
    names = {each["slug"]: each["definition"]["name"] for each in titles.definitions(community)}
    now = clock.now()
    salt = issuers.salt(community) if found else None
    return [
        {
            "key": row["_id"],
            "credential": salt and identity.path(salt, identity.TITLE, row["_id"]),
            "title": row["title"],
            "title_name": names.get(row["title"], row["title"]),
            "period": row["period"],
            "revision": row["revision"],
            "place": row["place"],
            "member": people.person(known.get(row["member"]), now),
            "score": score_of(row["score"], row["scale"]),
        }
        for row in found
    ]


def _of_month(seal: Document, title: Document) -> Document:
    lines = list(seals.lines(seals.part(seal["_id"], seals.TITLE, title["slug"])))
    scale = candidates.scale(title["definition"])
    return {
        "title": title["slug"],
        "title_name": title["definition"]["name"],
        "description": title["definition"].get("description", ""),
        "category": title["definition"].get("category"),
        "holders": [verdict(line, scale) for line in lines if line["holds"]],
        "runners_up": [verdict(line, scale) for line in lines if not line["holds"]][:3],
        "nobody": None if any(line["holds"] for line in lines) else _nobody(lines),
    }


def _nobody(lines: Sequence[Document]) -> str:
    if not lines:
        return "Nobody earned anything for it in this month."
    return "Nobody who may hold it was over the bar."


def verdict(line: Document, scale: int) -> Document:
    """A sealed line as it is shown; `member` is still Laurel's id."""
    terms = line["terms"]
    return {
        "member": line["member"],
        "holds": line["holds"],
        "place": line.get("place"),
        "score": score_of(line["score"], scale),
        "tie": line.get("tie"),
        "against": [reason_of(Reason(**each), scale) for each in line.get("against", ())],
        "terms": {
            **{name: terms[name] for name in ("givers", "days", "posts", "threads")},
            "given": [{**each, "amount": score_of(each["amount"], UNIT)} for each in terms.get("given", ())],
        },
    }


def _named(found: Sequence[Document]) -> list[Document]:
    """Members and givers as they are shown, asked for once."""
    verdicts = [each for title in found for kind in ("holders", "runners_up") for each in title[kind]]
    name(verdicts)
    return list(found)


def name(verdicts: Sequence[Document]) -> None:
    """Put people in the place of Laurel's ids, asking for all of them once."""
    terms = [term for each in verdicts for term in each["terms"]["given"]]
    wanted = {each["member"] for each in verdicts} | {term["giver"] for term in terms}
    known, now = communities.profiles(wanted), clock.now()
    for each in verdicts:
        each["member"] = people.person(known.get(each["member"]), now)
    for term in terms:
        term["giver"] = people.person(known.get(term["giver"]), now)


def score_of(score: int, scale: int) -> Any:  # noqa: ANN401 (whole for a board, a fraction for a measure)
    """A score in points."""
    return score if scale == 1 else round(score / scale, 3)


def reason_of(reason: Reason, scale: int) -> Document:
    """A reason as it is shown; a bar is in points, as the score is."""
    value, at = reason.value, reason.at
    if reason.rule == reasons.MINIMUM:
        value, at = score_of(value or 0, scale), score_of(at or 0, scale)
    return {"rule": reason.rule, "detail": reasons.words(reason), "value": value, "at": at}
