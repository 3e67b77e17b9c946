"""What members answered, what they wrote, and who is invited, as they lie in MongoDB."""

from mongoengine import BooleanField, DateTimeField, DictField, Document, IntField, StringField

from services.referral.documents.database import DATABASE


class Answer(Document):
    """How satisfied a member was: of 10 (nps) or of 5 (csat), at a moment, with an order or with all of it."""

    meta = {
        "db_alias": DATABASE,
        "collection": "satisfactions",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member"]},
            {"fields": ["community", "member"]},
            {"fields": ["community", "-at", "-key"]},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    answer = StringField(required=True)
    member = StringField(required=True)
    scale = StringField(required=True)
    score = IntField(required=True)
    at = DateTimeField(required=True)
    order = StringField()
    low = BooleanField()
    received = DateTimeField(required=True)


class Comment(Document):
    """What a member wrote beside an answer, kept apart from it: it goes away with him, and never travels."""

    meta = {
        "db_alias": DATABASE,
        "collection": "comments",
        "auto_create_index": False,
        "indexes": [{"fields": ["member"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    member = StringField(required=True)
    text = StringField(required=True)


class Candidate(Document):
    """A member who answered, in a program that may invite him, or not: satisfied since an answer, or below.

    `invitation` is his latest one.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "candidates",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member"]},
            {"fields": ["community", "-at", "-key"]},
            {"fields": ["invitation.id"], "sparse": True},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    program = StringField(required=True)
    member = StringField(required=True)
    state = StringField(required=True)
    answer = StringField(required=True)
    scale = StringField(required=True)
    score = IntField(required=True)
    at = DateTimeField(required=True)
    since = DateTimeField()
    held_out = BooleanField()
    invitations = IntField()
    invitation = DictField()


EVERY = (Answer, Comment, Candidate)
