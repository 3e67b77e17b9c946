"""What the commands of `referral` read first."""

import os

from services.referral import app
from services.referral.queries import communities
from shared.settings import Settings, from_environment


def settings() -> Settings:
    """The configuration, from the environment. Raises SettingsError."""
    return from_environment(os.environ)


def connect(community: str) -> Settings:
    """Connect to what is kept of a community. Raises SettingsError, and NotFound where there is none of the name."""
    found = settings()
    app.connect(found)
    communities.need(community)
    return found
