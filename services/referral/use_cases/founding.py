"""What must be right before anything is kept."""

from services.referral.repository import communities
from shared import identity
from shared.settings import SettingsError


def check_key(key: bytes) -> None:
    """Refuse a member key that is not the one this database was begun with: nobody would be known again.

    Raises SettingsError.
    """
    mark = identity.fingerprint(key)
    if communities.fingerprint(mark) != mark:
        message = "LAUREL_MEMBER_KEY is not the key that this database was begun with: every member would come twice"
        raise SettingsError(message)
