"""Budgets and grants, as requests and answers hold them."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.referral.domain.budgets import PATIENCE, Budget, State
from services.referral.schemas import written
from services.referral.schemas.written import Span
from shared import http
from shared.http import Moment

MOST_REPS = 200
STATES = tuple(map(str, State))


class BudgetWanted(Schema):
    """What may be given away, by whom, until when. Amounts are in minor units."""

    name = fields.String(load_default="", validate=validate.Length(0, written.LONGEST_NAME))
    team = fields.String(load_default="", validate=validate.Length(0, written.LONGEST_NAME))
    reps = fields.List(
        written.identifier(),
        load_default=list,
        validate=validate.Length(0, MOST_REPS),
        metadata={"description": "Subjects of the tokens that may grant from it; admins may from any."},
    )
    currency = written.currency(required=True)
    limit_minor = written.amount(required=True)
    begins = Moment(data_key="from", load_default=None, allow_none=True)
    ends = Moment(
        data_key="until",
        load_default=None,
        allow_none=True,
        metadata={"description": "From here on nothing is granted or approved."},
    )
    approval_above_minor = written.amount(
        load_default=None,
        allow_none=True,
        metadata={"description": "What is more than this waits for a second person."},
    )
    grant_maximum_minor = written.amount(least=1, load_default=None, allow_none=True)
    patience = Span(
        data_key="approval_within",
        load_default=PATIENCE,
        metadata={"description": "For so long a grant waits for a second person.", "example": "14d"},
    )
    slug = http.ReadOnly()
    reserved_minor = http.ReadOnly()
    spent_minor = http.ReadOnly()
    left_minor = http.ReadOnly()

    @validates_schema
    def check(self, data: dict[str, Any], **_: object) -> None:
        """Refuse what ends before it begins, and a wait of no length."""
        if data.get("begins") and data.get("ends") and data["ends"] <= data["begins"]:
            reason = "Before it begins."
            raise ValidationError(reason, "until")
        if "patience" in data and not data["patience"]:
            reason = "At least a minute is wanted here."
            raise ValidationError(reason, "approval_within")

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Budget:
        """As the rules know it; the address gives it its slug."""
        return Budget(slug="", **{**data, "reps": frozenset(data["reps"])})


class ShownBudget(Schema):
    """A budget, with what is left of it."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    team = fields.String(required=True)
    reps = fields.Function(lambda budget: sorted(budget.reps), metadata={"type": "array"})
    currency = fields.String(required=True)
    limit_minor = fields.Integer(required=True)
    begins = Moment(data_key="from", required=True, allow_none=True)
    ends = Moment(data_key="until", required=True, allow_none=True)
    approval_above_minor = fields.Integer(required=True, allow_none=True)
    grant_maximum_minor = fields.Integer(required=True, allow_none=True)
    patience = Span(data_key="approval_within", required=True)
    reserved_minor = fields.Integer(required=True)
    spent_minor = fields.Integer(required=True)
    left_minor = fields.Integer(required=True)


class BudgetList(Schema):
    """All budgets, by slug."""

    items = fields.List(fields.Nested(ShownBudget), required=True)


class GrantWanted(Schema):
    """A reward that somebody gives. `id` is the caller's own: the same again is the same grant, for ever."""

    id = written.identifier(required=True)
    member = written.identifier(required=True)
    amount_minor = written.amount(least=1, required=True)
    currency = written.currency(required=True)
    budget = written.slug(required=True)
    reason = written.reason(required=True)


class Decision(Schema):
    """Why."""

    reason = written.reason(required=True)


class Approval(Schema):
    """Why, if there is something to say."""

    reason = written.reason(load_default=None, allow_none=True)


class ShownGrant(Schema):
    """A grant, and what became of it. `payout` holds its money, or has paid it."""

    id = fields.String(required=True)
    member = fields.String(required=True, allow_none=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    budget = fields.String(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    asked_by = fields.String(required=True)
    asked_at = Moment(required=True)
    expires = Moment()
    granted_at = Moment()
    decided_by = fields.String()
    decided_at = Moment()
    decision_reason = fields.String(allow_none=True)
    payout = fields.String()


class OwnGrant(Schema):
    """What a member was given, for himself to see: no names of those who gave it. `detail` says where it is."""

    id = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("granted", "revoked")))
    reason = fields.String(required=True)
    granted_at = Moment(required=True)
    payout = fields.String()
    detail = fields.String(required=True)


class GrantQuery(http.PageQuery):
    """Which grants, and which page of them."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
