"""The clock of `referral`: works off marks, one after the other. Any number of these processes may run."""

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

from services.referral.repository import DATABASE
from services.referral.use_cases import (
    attributing,
    chaining,
    click_keys,
    considering,
    draining,
    forgetting,
    granting,
    looping,
    merging,
    preparing,
    reclassifying,
    recognition,
    releasing,
)
from shared import clock, work
from shared.work import Step

#: What marks ask for.
STEPS: dict[str, Step] = {
    **attributing.STEPS,
    **considering.STEPS,
    **forgetting.STEPS,
    **looping.STEPS,
    **merging.STEPS,
    **preparing.STEPS,
    **reclassifying.STEPS,
    **releasing.STEPS,
    recognition.ENROL: partial(recognition.enrol_members, choose=secrets.choice),
    recognition.HOLDERS: partial(recognition.enrol_holders, choose=secrets.choice),
}


def run(stopping: Callable[[], bool], spool: Path | None = None) -> None:
    """Work until told to stop: marks, by turns with them the spool of clicks, and regularly what the clock asks for."""

    def drain() -> bool:
        return spool is not None and draining.drain(spool, DATABASE)

    work.run(DATABASE, STEPS, stopping, look_at_the_clock, drain)


def look_at_the_clock() -> None:
    """What time has changed."""
    now = clock.now()
    granting.expire_due(now)
    attributing.look_again(now)
    releasing.notice(now)
    releasing.escalate(now)
    chaining.extend(now)
    recognition.begin_due(now)
    click_keys.destroy_outdated(now)
