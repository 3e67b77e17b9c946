"""Previews of badges, boards and titles, as requests and answers hold them."""

from marshmallow import Schema, fields, validate

from services.titles_and_badges.schemas.boards import Stretch
from services.titles_and_badges.schemas.parts import Person
from shared.http import Moment


class Gain(Schema):
    """An award that somebody would gain or lose."""

    member = fields.Nested(Person, required=True)
    level = fields.String(allow_none=True)
    object = fields.String(allow_none=True)
    period = fields.String(allow_none=True)
    awarded_at = Moment(required=True)


class Cost(Schema):
    """What a preview read, and how long it took."""

    members = fields.Integer(required=True)
    facts = fields.Integer(required=True)
    seconds = fields.Float(required=True)


class ChainChange(Schema):
    """How many would gain, and lose, a badge that requires the one that is previewed."""

    badge = fields.String(required=True)
    gain = fields.Integer(required=True)
    lose = fields.Integer(required=True)


class Preview(Schema):
    """What a definition would do, for all that was ever done, or from its `effective` on.

    `gains` and `losses` are samples; `chains` are the badges that follow (not where there is a maximum of holders). No
    title asks for a badge: none would change. `complete`: whether it came to its end; a recompute can be ordered with
    its `id` only then, and only while the rules are the same.
    """

    id = fields.String(required=True)
    complete = fields.Boolean(required=True)
    gain = fields.Integer(required=True)
    lose = fields.Integer(required=True)
    keep = fields.Integer(required=True)
    gains = fields.List(fields.Nested(Gain), required=True)
    losses = fields.List(fields.Nested(Gain), required=True)
    chains = fields.List(fields.Nested(ChainChange), required=True)
    notifications = fields.Integer(required=True)
    cost = fields.Nested(Cost, required=True)


class PreviewQuery(Schema):
    """How many of the last sealed months are looked at."""

    months = fields.Integer(load_default=1, validate=validate.Range(0, 12))


class TitleChange(Schema):
    """Who would hold a title of a sealed month.

    `change`: `gains it`, `loses it`, `moves` to another place or score, `stays`.
    """

    title = fields.String(required=True)
    period = fields.String(required=True)
    member = fields.Nested(Person, required=True)
    place = fields.Integer(required=True)
    score = fields.Float(required=True)
    change = fields.String(required=True)


class _OfMonths(Schema):
    """What would change of the last sealed months, if these were sealed anew (`--redefine`), and what that sends."""

    months = fields.List(fields.String(), required=True)
    changes = fields.List(fields.Nested(TitleChange), required=True)
    notifications = fields.Integer(required=True)
    complete = fields.Boolean(required=True)


class TitlePreview(_OfMonths):
    """What a definition would change of the last sealed months, if these were sealed anew under it (`--redefine`).

    `complete`: whether there was time for all of them; `notifications` are those that sealing them anew would send.
    """

    title = fields.String(required=True)
    seconds = fields.Float(required=True)


class BoardPreviewQuery(PreviewQuery):
    """How many places are the top, and how many sealed months are looked at for their titles."""

    top = fields.Integer(load_default=10, validate=validate.Range(1, 100))


class Move(Schema):
    """A place as it would be and as it is, null where there is none.

    `change`: `enters` the top, `leaves` it, `rises` or `falls` in it, `stays`.
    """

    member = fields.Nested(Person, required=True)
    rank = fields.Integer(required=True, allow_none=True)
    score = fields.Integer(required=True, allow_none=True)
    rank_before = fields.Integer(required=True, allow_none=True)
    score_before = fields.Integer(required=True, allow_none=True)
    change = fields.String(required=True)


class BoardPreview(Stretch, _OfMonths):
    """What a definition would show of the present period, and what it would change of the titles of sealed months.

    `rows` are the top as it would be, and who is in it now; `rise` and `fall` count all whose place would move.
    `changes` and `notifications` are of the last sealed months, if these were sealed anew under it (`--redefine`).
    Where it is not `complete`, places are among those who were looked at.
    """

    total_before = fields.Integer(required=True)
    rise = fields.Integer(required=True)
    fall = fields.Integer(required=True)
    rows = fields.List(fields.Nested(Move), required=True)
    enter = fields.List(fields.Nested(Move), required=True)
    leave = fields.List(fields.Nested(Move), required=True)
    cost = fields.Nested(Cost, required=True)
