"""Credentials for whoever has their address: signed JSON for machines, a page for people, pictures to take along."""

from typing import Any

from flask import Blueprint, Response, current_app, request

from services.titles_and_badges import pages
from services.titles_and_badges.credentials import baking, checking, contexts, image, open_badges
from services.titles_and_badges.credentials.open_badges import Achievement
from services.titles_and_badges.queries import achievements
from services.titles_and_badges.use_cases import issuing, verifying
from services.titles_and_badges.use_cases.issuing import Hosted, Office
from shared import clock
from shared.errors import Gone, NotFound

blueprint = Blueprint("credentials", __name__)

HTML = "text/html"
#: What a signed credential may be asked for as; the first is what who does not say gets.
SIGNED = (open_badges.MEDIA_TYPE, "application/vc", "application/ld+json", "application/json")
#: Short: who was erased or took something back shall not be shown for long.
_SECONDS = 60
_STATUS_SECONDS = 300


@blueprint.get("/credentials/<identifier>")
def show_credential(identifier: str) -> Response:
    """A credential: HTML for who asks for it, else the signed JSON."""
    asked = request.accept_mimetypes.best_match((*SIGNED, HTML), default=SIGNED[0])
    if asked == HTML and request.args.get("format") != "json":
        return _page(identifier)
    hosted = issuing.credential(identifier, _office(), clock.now())
    return _signed(hosted.text, asked if asked != HTML else SIGNED[0], _SECONDS)


@blueprint.get("/credentials/<identifier>/badge.svg")
def show_svg(identifier: str) -> Response:
    """The award as a picture that carries its credential (baked SVG)."""
    hosted = issuing.credential(identifier, _office(), clock.now())
    return _public(baking.into_svg(_picture(hosted), hosted.text), "image/svg+xml", _SECONDS)


@blueprint.get("/credentials/<identifier>/badge.png")
def show_png(identifier: str) -> Response:
    """The award as a picture that carries its credential (baked PNG)."""
    hosted = issuing.credential(identifier, _office(), clock.now())
    return _public(baking.into_png(image.png(_picture(hosted)), hosted.text), "image/png", _SECONDS)


@blueprint.get("/issuers/<id:community>")
def show_issuer(community: str) -> Response:
    """A community as an issuer: its profile and public keys (JSON-LD)."""
    return _json(issuing.profile(community, _office()), _SECONDS)


@blueprint.get("/issuers/<id:community>/status/<int:number>")
def show_status_list(community: str, number: int) -> Response:
    """One of a community's status lists, signed (Bitstring Status List)."""
    asked = request.accept_mimetypes.best_match(SIGNED, default=SIGNED[0]) or SIGNED[0]
    return _signed(issuing.signed_list(community, number, _office(), clock.now()), asked, _STATUS_SECONDS)


@blueprint.get("/issuers/<id:community>/achievements/badges/<id:slug>")
@blueprint.get("/issuers/<id:community>/achievements/badges/<id:slug>/<id:level>")
def show_achievement(community: str, slug: str, level: str | None = None) -> Response:
    """What a badge is given for (JSON-LD)."""
    return _achievement(achievements.badge(community, slug, level), community)


@blueprint.get("/issuers/<id:community>/achievements/badges/<id:slug>/image.svg")
@blueprint.get("/issuers/<id:community>/achievements/badges/<id:slug>/<id:level>/image.svg")
def show_image(community: str, slug: str, level: str | None = None) -> Response:
    """The picture of a badge, without anybody's award in it."""
    return _drawn(achievements.badge(community, slug, level))


@blueprint.get("/issuers/<id:community>/achievements/titles/<id:slug>/<id:period>")
def show_title(community: str, slug: str, period: str) -> Response:
    """What a title of a month is given for (JSON-LD)."""
    return _achievement(achievements.title(community, slug, period), community)


@blueprint.get("/issuers/<id:community>/achievements/titles/<id:slug>/<id:period>/image.svg")
def show_title_image(community: str, slug: str, period: str) -> Response:
    """The picture of a title of a month, without anybody's credential in it."""
    return _drawn(achievements.title(community, slug, period))


@blueprint.get("/assets/pages.css")
def show_style() -> Response:
    """The style sheet of the pages."""
    return _public(pages.style(), "text/css", _STATUS_SECONDS)


@blueprint.get("/assets/icon.svg")
def show_icon() -> Response:
    """What stands before a page's name: a wreath."""
    return _public(image.svg(""), "image/svg+xml", _STATUS_SECONDS)


def _page(identifier: str) -> Response:
    now, office = clock.now(), _office()
    language = _language()
    try:
        hosted = issuing.credential(identifier, office, now)
    except (Gone, NotFound) as error:
        reason = "gone" if isinstance(error, Gone) else "unknown"
        return _html(pages.render("absent.html", language, reason=reason), error.status)
    answers = verifying.check(hosted.document, office, now)
    shown = {**_shown(hosted), "path": f"/credentials/{identifier}", "now": now}
    return _html(
        pages.render("credential.html", language, answers=answers, holds=checking.holds(answers), **shown),
        200,
    )


def _shown(hosted: Hosted) -> dict[str, Any]:
    claim = hosted.claim
    return {
        "name": claim.achievement.label,
        "community": hosted.community["name"],
        "member": hosted.name,
        "criteria": claim.achievement.criteria,
        "since": claim.awarded_at,
        "until": claim.valid_until,
        "evidence": claim.evidence,
    }


def _achievement(achieved: Achievement, community: str) -> Response:
    written = open_badges.achievement(achieved, _office().issuer_address(community))
    return _json({"@context": contexts.OPEN_BADGES, **written}, _SECONDS)


def _drawn(achieved: Achievement) -> Response:
    return _public(image.svg(achieved.name, achieved.level), "image/svg+xml", _STATUS_SECONDS)


def _picture(hosted: Hosted) -> str:
    return image.svg(hosted.claim.achievement.name, hosted.claim.achievement.level)


def _language() -> str:
    asked = request.args.get("lang")
    if asked in pages.LANGUAGES:
        return asked
    return request.accept_languages.best_match(pages.LANGUAGES) or pages.LANGUAGES[0]


def _office() -> Office:
    office: Office = current_app.config["OFFICE"]
    return office


def _html(text: str, status: int) -> Response:
    headers = {
        "Content-Security-Policy": pages.POLICY,
        "Cache-Control": "no-cache",
        "Vary": "Accept, Accept-Language",
    }
    return Response(text, status, headers, mimetype=HTML)


def _signed(text: str, kind: str, seconds: int) -> Response:
    response = _public(text, kind, seconds)
    response.vary.add("Accept")
    return response


def _json(document: dict[str, Any], seconds: int) -> Response:
    return _public(current_app.json.dumps(document), "application/ld+json", seconds)


def _public(content: str | bytes, kind: str, seconds: int) -> Response:
    """An answer that any page and any cache may read."""
    headers = {"Cache-Control": f"public, max-age={seconds}", "Access-Control-Allow-Origin": "*"}
    return Response(content, mimetype=kind, headers=headers)
