"""How `titles-and-badges` lies in MongoDB: storage shape and indexes, one file a topic."""

from services.titles_and_badges.documents import boards, credentials, holds, recognition, seals
from services.titles_and_badges.documents.database import DATABASE

#: Every collection, for `laurel init`.
EVERY = (*recognition.EVERY, *boards.EVERY, *seals.EVERY, *holds.EVERY, *credentials.EVERY)

__all__ = ["DATABASE", "EVERY"]
