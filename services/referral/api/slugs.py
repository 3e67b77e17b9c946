"""Names that a caller chooses in an address, of what is made there."""

from marshmallow import ValidationError

from services.referral.schemas import written
from shared import http


def check(slug: str) -> None:
    """Raise Invalid where it cannot stand in an address and in the name of an account."""
    try:
        written.is_slug(slug)
    except ValidationError as error:
        raise http.invalid(ValidationError({"slug": error.messages})) from error
