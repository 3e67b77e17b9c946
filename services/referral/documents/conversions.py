"""Friends, what they did and what became of it, who brought them, and coupons, as they lie in MongoDB."""

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    IntField,
    ListField,
    LongField,
    StringField,
)

from services.referral.documents.database import DATABASE


class Friend(Document):
    """A friend or buyer, by his member id: written first by whoever decides anything of him, so that two collide.

    `advocate` brought him, by his earliest attribution. `clicks` and `visitors` are what his joins and orders named:
    a click that comes late is for him if it is one of them. `wants` are codes and coupons that he named and nobody
    stands behind, folded: so he is found once somebody does. `mailboxes` are keyed hashes of his addresses.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "friends",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["clicks"], "sparse": True},
            {"fields": ["visitors"], "sparse": True},
            {"fields": ["wants"], "sparse": True},
            {"fields": ["mailboxes.domain"], "sparse": True},
            {"fields": ["mailboxes.address"], "sparse": True},
            {"fields": ["community", "member"]},
        ],
    }

    member = StringField(primary_key=True)
    community = StringField(required=True)
    settled = LongField(required=True)
    advocate = StringField()
    program = StringField()
    since = DateTimeField()
    clicks = ListField(StringField())
    visitors = ListField(StringField())
    wants = ListField(StringField())
    forgotten = BooleanField()
    mailboxes = ListField(DictField())


class Join(Document):
    """A friend joined; one a member, for ever. `digest` tells the same body from another one."""

    meta = {
        "db_alias": DATABASE,
        "collection": "joins",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member"]},
            {"fields": ["community", "-at", "-key"]},
            # Holds no more than what named a coupon.
            {
                "fields": ["community", "folded", "key"],
                "partialFilterExpression": {"folded": {"$exists": True}},
            },
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    member = StringField(required=True)
    at = DateTimeField(required=True)
    code = StringField()
    coupon = StringField()
    folded = StringField()
    token = StringField()
    click = StringField()
    mailbox = DictField()
    digest = StringField(required=True)
    received = DateTimeField(required=True)


class Order(Document):
    """A friend bought, under the shop's own id of the order (`order`); kept for ever.

    Where a refund comes first there is the key alone, and `waiting`: whoever brings the order then collides with it.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "orders",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member"]},
            {"fields": ["community", "-at", "-key"]},
            # Holds no more than what named a coupon.
            {
                "fields": ["community", "folded", "key"],
                "partialFilterExpression": {"folded": {"$exists": True}},
            },
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    order = StringField(required=True)
    member = StringField(required=True)
    at = DateTimeField(required=True)
    checkout_began = DateTimeField()
    amount_minor = LongField(required=True)
    currency = StringField(required=True)
    quantity = IntField(required=True)
    items = ListField(DictField())
    code = StringField()
    coupon = StringField()
    folded = StringField()
    token = StringField()
    click = StringField()
    mailbox = DictField()
    digest = StringField(required=True)
    waiting = IntField()
    received = DateTimeField(required=True)


class Refund(Document):
    """A refund of an order, which may not have come yet. One whose failure came first has no `kind` until it comes.

    Without `amount_minor` it takes whatever others leave.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "refunds",
        "auto_create_index": False,
        "indexes": [{"fields": ["order_key"]}, {"fields": ["community", "-at", "-key"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    order_key = StringField(required=True)
    order = StringField(required=True)
    refund = StringField(required=True)
    kind = StringField()
    amount_minor = LongField()
    currency = StringField()
    at = DateTimeField()
    failed = DateTimeField()
    digest = StringField()
    received = DateTimeField(required=True)


class Attribution(Document):
    """Who brought a friend to a join (`subject`: his member id) or an order (its id), and every candidate's verdict.

    Provisional until it is frozen at the release of its first reward; a frozen one never changes. Without an
    `advocate` nobody brought him. `awaits` are clicks that were named and have not come; after
    their grace they are `awaited` no more.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "attributions",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["friend"]},
            {"fields": ["advocate"], "sparse": True},
            # Whoever names an advocate or one of his links, page by page.
            {
                "fields": ["candidates.advocate", "key"],
                "partialFilterExpression": {"candidates.advocate": {"$exists": True}},
            },
            {
                "fields": ["candidates.link", "key"],
                "partialFilterExpression": {"candidates.link": {"$exists": True}},
            },
            {"fields": ["community", "-at", "-key"]},
            # Holds no more than what waits for a click.
            {"fields": ["settles"], "partialFilterExpression": {"awaits": {"$exists": True}}},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    kind = StringField(required=True)
    subject = StringField(required=True)
    friend = StringField(required=True)
    at = DateTimeField(required=True)
    settles = DateTimeField(required=True)
    rule = StringField(required=True)
    advocate = StringField()
    program = StringField()
    version = IntField()
    link = StringField()
    door = StringField()
    touched = DateTimeField()
    channel = StringField()
    flags = ListField(StringField())
    candidates = ListField(DictField())
    awaits = ListField(StringField())
    awaited = BooleanField()
    frozen = BooleanField()


class Coupon(Document):
    """A coupon of a shop: of an advocate, or of a public site, which is a channel. By its folded form."""

    meta = {
        "db_alias": DATABASE,
        "collection": "coupons",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "folded"], "unique": True},
            {"fields": ["community", "advocate"]},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    folded = StringField(required=True)
    coupon = StringField(required=True)
    program = StringField()
    advocate = StringField()
    channel = StringField()
    only_for = StringField()
    since = DateTimeField()
    until = DateTimeField()


EVERY = (Friend, Join, Order, Refund, Attribution, Coupon)
