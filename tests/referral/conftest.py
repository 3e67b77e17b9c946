"""What tests of `referral` share."""

import pytest

from tests.fixtures import Door
from tests.referral.town import Town


@pytest.fixture
def town(referral: Door) -> Town:
    """A community with a program, in which Ann recommends."""
    found = Town(referral)
    found.program()
    return found
