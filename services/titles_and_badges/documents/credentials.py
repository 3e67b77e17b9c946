"""How credentials lie in MongoDB."""

from mongoengine import (
    BinaryField,
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    LongField,
    StringField,
)

from services.titles_and_badges.documents.database import DATABASE


class SigningKey(EmbeddedDocument):
    """A community's key. `wrapped` is its private half, encrypted; only the key that signs has one."""

    public = StringField(required=True)
    wrapped = BinaryField()
    made = DateTimeField(required=True)
    retired = DateTimeField()


class Issuer(Document):
    """A community as the issuer of credentials. `salt` makes their ids, and never changes; `issued` counts them."""

    meta = {"db_alias": DATABASE, "collection": "issuers", "auto_create_index": False}

    community = StringField(primary_key=True)
    salt = BinaryField(required=True)
    issued = LongField(default=0)
    keys = ListField(EmbeddedDocumentField(SigningKey))


class Credential(Document):
    """A credential of one award, under an id that nobody guesses; `text` is the signed JSON, once it was asked for.

    `position` is its bit in the community's status lists, given once. `gone`: the member was erased, and with him all
    that the credential said.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "credentials",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member"], "sparse": True},
            {"fields": ["community", "position"], "partialFilterExpression": {"revoked": True}},
        ],
    }

    identifier = StringField(primary_key=True)
    community = StringField(required=True)
    source = StringField(required=True)
    award = StringField()
    member = StringField()
    position = LongField(required=True)
    made = DateTimeField(required=True)
    revoked = BooleanField()
    gone = BooleanField()
    text = StringField()


class StatusList(Document):
    """A community's status list as it was signed last; older than `revision` when `signed` is less."""

    meta = {"db_alias": DATABASE, "collection": "status_lists", "auto_create_index": False}

    key = StringField(primary_key=True)
    revision = IntField(required=True)
    signed = IntField()
    text = StringField()


EVERY = (Issuer, Credential, StatusList)
