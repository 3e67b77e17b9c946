"""The key under which members' ids are hashed: a database is begun with one, and takes no other."""

from shared import identity, mongo
from shared.settings import SettingsError


def check(service: str, key: bytes) -> None:
    """Refuse a member key that is not the one this service's database was begun with: nobody would be known again.

    Raises SettingsError.
    """
    mark = identity.fingerprint(key)
    if mongo.first_said(service, "member-key", mark) != mark:
        message = "LAUREL_MEMBER_KEY is not the key that this database was begun with: every member would come twice"
        raise SettingsError(message)
