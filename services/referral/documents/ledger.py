"""The ledger, as it lies in MongoDB."""

from mongoengine import BooleanField, DateTimeField, Document, IntField, LongField, StringField

from services.referral.documents.database import DATABASE


class Transfer(Document):
    """A transfer; nothing of it is ever changed, but that the chain gives it its batch and takes `waits` away."""

    meta = {
        "db_alias": DATABASE,
        "collection": "transfers",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "time", "key"]},
            {"fields": ["community", "batch", "time", "key"]},
            # Holds no more than what waits for the chain.
            {"fields": ["waits", "community"], "partialFilterExpression": {"waits": True}},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    time = DateTimeField(required=True)
    debit = StringField(required=True)
    credit = StringField(required=True)
    currency = StringField(required=True)
    amount_minor = LongField(required=True)
    reason = StringField(required=True)
    reference = StringField(required=True)
    value_date = DateTimeField()
    batch = IntField()
    waits = BooleanField()


class Batch(Document):
    """So many transfers under one hash, which is made over the hash before it too."""

    meta = {
        "db_alias": DATABASE,
        "collection": "ledger_batches",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "number"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    number = IntField(required=True)
    count = IntField(required=True)
    previous = StringField(required=True)
    hash = StringField(required=True)
    time = DateTimeField(required=True)


class Balance(Document):
    """What lies on an account of one owner in one currency. Only accounts on which nobody would queue have one."""

    meta = {
        "db_alias": DATABASE,
        "collection": "balances",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "kind", "currency", "owner"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    kind = StringField(required=True)
    owner = StringField(required=True)
    currency = StringField(required=True)
    amount_minor = LongField(required=True)


EVERY = (Transfer, Batch, Balance)
