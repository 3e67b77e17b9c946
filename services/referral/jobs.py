"""The clock of `referral`: works off marks, one after the other. Any number of these processes may run."""

from collections.abc import Callable

from services.referral.repository import DATABASE
from services.referral.use_cases import (
    chaining,
    click_keys,
    considering,
    granting,
    looping,
    merging,
    preparing,
    reclassifying,
    releasing,
)
from shared import clock, work
from shared.work import Step

#: What marks ask for.
STEPS: dict[str, Step] = {
    **considering.STEPS,
    **looping.STEPS,
    **merging.STEPS,
    **preparing.STEPS,
    **reclassifying.STEPS,
    **releasing.STEPS,
}


def run(stopping: Callable[[], bool]) -> None:
    """Work until told to stop: marks, and regularly what the clock asks for."""
    work.run(DATABASE, STEPS, stopping, look_at_the_clock)


def look_at_the_clock() -> None:
    """What time has changed."""
    now = clock.now()
    granting.expire_due(now)
    releasing.notice(now)
    releasing.escalate(now)
    chaining.extend(now)
    click_keys.destroy_outdated(now)
