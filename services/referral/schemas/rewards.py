"""Rewards, reviews and the ledger, as requests and answers hold them. Amounts are in minor units of their currency."""

from marshmallow import Schema, fields, validate

from services.referral.domain import settling, suspicion
from services.referral.schemas import written
from services.referral.use_cases.judging import Decision
from shared import http
from shared.http import Moment


class RewardAmounts(Schema):
    """What was granted, how much of it was taken back, and what is left."""

    id = fields.String(required=True)
    rule = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(settling.State)))
    currency = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    reversed_minor = fields.Integer(required=True)
    net_minor = fields.Integer(required=True)


class OwedReward(RewardAmounts):
    """A reward: what for, to whom, how much, and where it is. `reason` is a stable code, `detail` says it in words.

    `date` is when it will be released while it is held, and when it was where it is. A member's own page sees
    `friend`, `advocate` and `order` where they are his own alone, and null elsewhere.
    """

    program = fields.String(required=True)
    version = fields.Integer(required=True)
    occasion = fields.String(required=True)
    order = fields.String(allow_none=True)
    to = fields.String(required=True)
    generation = fields.Integer(required=True)
    member = fields.String(
        required=True, allow_none=True, metadata={"description": "Null once he was erased."}
    )
    advocate = fields.String(required=True, allow_none=True)
    friend = fields.String(required=True, allow_none=True)
    asked_minor = fields.Integer(
        required=True, metadata={"description": "What the terms promise, before caps."}
    )
    at = Moment(required=True)
    accrued_at = Moment(required=True)
    held_until = Moment(required=True)
    released_at = Moment(allow_none=True)
    value_date = Moment(
        allow_none=True, metadata={"description": "In which month's pay-out it is goes by this."}
    )
    reason = fields.String(allow_none=True)
    detail = fields.String(required=True)
    date = Moment(allow_none=True)


class RewardQuery(http.PageQuery):
    """Which rewards, and which page of them."""

    state = fields.String(
        validate=validate.OneOf(settling.KEPT),
        metadata={
            "description": "Where it lies; `released` are those too that are shown as `paying` or `paid`."
        },
    )
    member = written.identifier()


class MemberBalance(Schema):
    """What lies on a member's accounts in one currency; what is payable below zero is carried over."""

    currency = fields.String(required=True)
    held_minor = fields.Integer(dump_default=0)
    payable_minor = fields.Integer(dump_default=0)
    paying_minor = fields.Integer(dump_default=0)
    paid_minor = fields.Integer(dump_default=0)


class MemberBalances(Schema):
    """A member's accounts, by currency."""

    items = fields.List(fields.Nested(MemberBalance), required=True)
    owners = fields.List(
        fields.String(),
        metadata={"description": "By these his accounts are called in the ledger: `payable:OWNER`."},
    )


class Flag(Schema):
    """One thing that looks like fraud."""

    code = fields.String(required=True)
    points = fields.Integer(required=True)
    detail = fields.String(required=True)


class ReviewDecided(Schema):
    """What somebody decided, and why."""

    decision = fields.String(required=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)
    at = Moment(required=True)


class Review(Schema):
    """A join or an order whose rewards wait until a person decides: nothing is paid by waiting."""

    id = fields.String(required=True)
    program = fields.String(required=True)
    occasion = fields.String(required=True)
    order = fields.String(allow_none=True)
    advocate = fields.String(required=True, allow_none=True)
    friend = fields.String(required=True, allow_none=True)
    at = Moment(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(suspicion.Review)))
    opened = Moment(required=True)
    deadline = Moment(required=True)
    escalated = fields.Boolean(required=True)
    points = fields.Integer(required=True)
    flags = fields.List(fields.Nested(Flag), required=True)
    rewards = fields.List(fields.Nested(RewardAmounts), required=True)
    decisions = fields.List(fields.Nested(ReviewDecided), required=True)


class ReviewQuery(http.PageQuery):
    """Which reviews, and which page of them."""

    state = fields.String(validate=validate.OneOf(list(suspicion.Review)))
    escalated = fields.Boolean()


class ReviewDecision(Schema):
    """`pay` lets it wait for its time alone, `refuse` takes it back, `undo` opens it again. Always with a reason."""

    decision = fields.String(required=True, validate=validate.OneOf(list(Decision)))
    reason = written.reason(required=True)


class LedgerQuery(http.PageQuery):
    """Whose entries, and which page of them."""

    member = written.identifier(
        load_default=None,
        metadata={
            "description": "Only what moved the accounts of this member, by the community's own id of him."
        },
    )


class LedgerEntry(Schema):
    """So much of a currency from the account `debit` to the account `credit`.

    `member` is whose account it moves, as the community calls him; null where it moves none, or he was erased.
    """

    entry = fields.String(required=True, attribute="id")
    time = Moment(required=True)
    debit = fields.String(required=True)
    credit = fields.String(required=True)
    currency = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    reason = fields.String(required=True)
    reference = fields.String(required=True)
    member = fields.String(required=True, allow_none=True)
    value_date = Moment(
        allow_none=True,
        metadata={"description": "What month's pay-out it is for goes by this, else by `time`."},
    )


class CurrencyBalance(Schema):
    """What lies on each kind of account; the sum is zero."""

    currency = fields.String(required=True)
    accounts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    sum_minor = fields.Integer(required=True)


class LedgerBalance(Schema):
    """The ledger's balances, by currency."""

    items = fields.List(fields.Nested(CurrencyBalance), required=True)
