"""What a community shows to everybody, and what addresses of widgets and pages may say."""

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from shared import auth

MOST_ORIGINS = 20
MOST_ROWS = 100
#: The first, what is left out, and one's own.
FEWEST_ROWS = 3


class Origin(fields.String):
    """`scheme://host[:port]`, as a browser writes it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            return auth.normal_origin(super()._deserialize(value, attr, data, **kwargs))
        except ValueError as error:
            raise ValidationError(str(error)) from error


class Pages(Schema):
    """Whether everybody may look at the community's pages, and which sites may hold them in a frame."""

    public = fields.Boolean(
        required=True, metadata={"description": "Whether pages are shown to whoever has their address."}
    )
    origins = fields.List(
        Origin(),
        load_default=list,
        validate=validate.Length(0, MOST_ORIGINS),
        metadata={"description": "Sites that may hold a widget's page in a frame."},
    )


class Form(Schema):
    """The attributes of an element, as parameters of its form without JavaScript; what is unknown is no fault."""

    class Meta:
        unknown = EXCLUDE

    community = fields.String(required=True)
    lang = fields.String(load_default=None)
    member = fields.String(load_default=None)
    rows = fields.Integer(load_default=None, validate=validate.Range(1, MOST_ROWS))


class BoardForm(Form):
    """Of `<laurel-leaderboard>`."""

    board = fields.String(required=True)
    window = fields.String(load_default=None)
    period = fields.String(load_default=None)
    rows = fields.Integer(load_default=10, validate=validate.Range(FEWEST_ROWS, MOST_ROWS))


class TitleForm(Form):
    """Of `<laurel-title>`."""

    slug = fields.String(load_default=None)
    period = fields.String(load_default=None)


FORM = Form()
BOARD_FORM = BoardForm()
TITLE_FORM = TitleForm()
