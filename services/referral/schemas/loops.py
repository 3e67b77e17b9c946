"""Loops, trees and growth, as answers hold them."""

from marshmallow import Schema, fields, validate

from services.referral.domain.loops import STATES
from services.referral.schemas import written
from shared import http
from shared.http import Moment

_STATES = tuple(map(str, STATES))


class LoopLine(Schema):
    """A loop in a list: who recommended to whom, in which generation, and how far it came."""

    id = fields.String(required=True)
    program = fields.String(required=True)
    advocate = fields.String(required=True, allow_none=True)
    friend = fields.String(required=True, allow_none=True)
    generation = fields.Integer(required=True)
    parent = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The loop in which the advocate came himself."},
    )
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    began = Moment(required=True)


class LoopEdge(Schema):
    """A step of a loop, when it was made, and what proves it. One whose order was refunded whole does not stand."""

    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    at = Moment(required=True)
    evidence = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    stands = fields.Boolean(required=True)


class LoopRefund(Schema):
    """What was given back of an order."""

    refund = fields.String(required=True)
    at = Moment(required=True)
    amount_minor = fields.Integer(required=True)


class LoopOrder(Schema):
    """An order of the friend that is owed to the recommendation."""

    order = fields.String(required=True)
    attribution = fields.String(required=True)
    at = Moment(required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    refunds = fields.List(fields.Nested(LoopRefund), required=True)


class Loop(LoopLine):
    """A loop with every edge, the evidence for each, its orders and refunds, and who stands above its advocate."""

    ancestors = fields.List(fields.String(allow_none=True), required=True)
    edges = fields.List(fields.Nested(LoopEdge), required=True)
    orders = fields.List(fields.Nested(LoopOrder), required=True)


class LoopQuery(http.PageQuery):
    """Which loops, and which page of them."""

    program = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(_STATES))
    advocate = written.identifier(load_default=None)
    friend = written.identifier(load_default=None)


class TreeQuery(http.PageQuery):
    """The tree of which program, or of all; and which page of it."""

    program = written.slug(load_default=None)


class Generation(Schema):
    """How many descend from a member in a generation: 1 are his friends, 2 theirs."""

    generation = fields.Integer(required=True)
    members = fields.Integer(required=True)


class Descendant(LoopLine):
    """Who descends from a member, and over how many generations."""

    distance = fields.Integer(required=True)


class Tree(http.page_of(Descendant)):  # type: ignore[misc]
    """Who descends from a member: counts by generation, and a page of them."""

    member = fields.String(required=True)
    program = fields.String(required=True, allow_none=True)
    generations = fields.List(fields.Nested(Generation), required=True)
    total = fields.Integer(required=True)


class Conversion(Schema):
    """How many of the loops that came to one state have come to the next one.

    The true rate lies from `low` to `high` in 95 of 100 cases; of `few` cases it says little.
    """

    state = fields.String(required=True)
    following = fields.String(required=True)
    part = fields.Integer(required=True)
    of = fields.Integer(required=True)
    rate = fields.String(required=True)
    low = fields.String(required=True)
    high = fields.String(required=True)
    few = fields.Boolean(required=True)


class OfGeneration(Schema):
    """The loops of one generation, and how many of them came to each state."""

    generation = fields.Integer(required=True)
    loops = fields.Integer(required=True)
    states = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class Factor(Schema):
    """How many each advocate brings: K. Of `few` advocates it says little."""

    advocates = fields.Integer(required=True)
    brought = fields.Integer(required=True)
    k = fields.String(required=True)
    few = fields.Boolean(required=True)


class Cycle(Schema):
    """How long a whole turn takes, from a recommendation to the friend's own: the median of those that were made."""

    turns = fields.Integer(required=True)
    median_seconds = fields.Float(required=True, allow_none=True)
    few = fields.Boolean(required=True)


class Growth(Schema):
    """What a program's recommendations grow to. Rates are 0 of nothing, and say of how many cases they are."""

    program = fields.String(required=True)
    name = fields.String(required=True)
    customers = fields.Nested(
        Factor, required=True, metadata={"description": "Friends who bought, an advocate."}
    )
    advocates = fields.Nested(
        Factor, required=True, metadata={"description": "Friends who recommend, an advocate."}
    )
    cycle = fields.Nested(Cycle, required=True)
    conversions = fields.List(fields.Nested(Conversion), required=True)
    generations = fields.List(fields.Nested(OfGeneration), required=True)
