"""Pay-outs and their lines, as they lie in MongoDB."""

from mongoengine import DateTimeField, DictField, Document, IntField, ListField, LongField, StringField

from services.referral.documents.database import DATABASE


class Payout(Document):
    """The pay-out of a month. `cursor` is how far its preparation, or its refusal, has come."""

    meta = {
        "db_alias": DATABASE,
        "collection": "payouts",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "-period", "-attempt"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    name = StringField(required=True)
    period = StringField(required=True)
    attempt = IntField(required=True)
    border = DateTimeField(required=True)
    minimum = DictField()
    state = StringField(required=True)
    prepared_by = StringField(required=True)
    begun_at = DateTimeField(required=True)
    prepared_at = DateTimeField()
    decided_by = StringField()
    decided_at = DateTimeField()
    cursor = ListField(StringField())


class PayoutLine(Document):
    """What a member gets in one currency, or what is carried over; `accounts` are his, with those merged into him."""

    meta = {
        "db_alias": DATABASE,
        "collection": "payout_lines",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["payout", "status", "key"]},
            {"fields": ["member", "border"]},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    payout = StringField(required=True)
    name = StringField(required=True)
    member = StringField(required=True)
    accounts = ListField(StringField())
    currency = StringField(required=True)
    amount_minor = LongField(required=True)
    border = DateTimeField(required=True)
    taken_at = DateTimeField(required=True)
    status = StringField(required=True)
    why = StringField()
    # Rewards that somebody has to look at first, and that are left out of it.
    in_review = ListField(StringField())
    marked_by = StringField()
    marked_at = DateTimeField()
    paid_at = DateTimeField()
    reason = StringField()
    reference = StringField()


EVERY = (Payout, PayoutLine)
