"""Links by their codes: another code in the place of one, and a picture to print."""

import io
import secrets
from http import HTTPStatus
from typing import Any

import segno
from flask import Response

from services.referral.api import people
from services.referral.queries import advocates as queries
from services.referral.schemas import advocates as schemas
from services.referral.use_cases import linking
from shared import clock, http

blueprint = http.Blueprint("links", description="Links by their codes")

_LINK = schemas.Link()
_MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@blueprint.post("/links/<id:code>/rotation")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.Rotation)
@blueprint.response(201, schemas.Link)
@blueprint.alt_response(200, schema=schemas.Link)
def rotate_link(body: dict[str, Any], code: str) -> Response:
    """Put another code in the place of one; the old one leads on for ever, and counts until the grace is over."""
    made = linking.rotate(
        http.community(),
        code,
        grace=body["grace"],
        code=body.get("code"),
        by=http.grant().subject,
        choose=secrets.choice,
        now=clock.now(),
    )
    shown = queries.shown_links([made.link], people.public_address())[0]
    return http.respond(_LINK.dump(shown), HTTPStatus.CREATED if made.new else HTTPStatus.OK)


@blueprint.get("/links/<id:code>/qr")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.PictureQuery, location="query", as_kwargs=True)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/*")
def draw_link(format: str, scale: int, code: str) -> Response:  # noqa: A002 (so is the parameter named)
    """A QR code of a link's address, as SVG or PNG."""
    link = queries.link(http.community(), code, people.public_address())
    drawn = io.BytesIO()
    # A quarter of it may be torn or covered by a logo.
    segno.make_qr(link["url"], error="q").save(drawn, kind=format, scale=scale)
    return Response(drawn.getvalue(), mimetype=_MEDIA_TYPES[format])
