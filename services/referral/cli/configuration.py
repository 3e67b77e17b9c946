"""What the commands of `referral` read first."""

import os

from shared.settings import Settings, from_environment


def settings() -> Settings:
    """The configuration, from the environment. Raises SettingsError."""
    return from_environment(os.environ)
