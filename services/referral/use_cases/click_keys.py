"""The keys of clicks: made before they are needed, and destroyed when they were kept for long enough."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography.fernet import InvalidToken, MultiFernet

from services.referral.domain import click_keys as rules
from services.referral.repository import click_keys
from shared import wrapping
from shared.errors import Fault

_PURPOSE = b"laurel: keys of clicks"


def wrapper(click_secrets: Sequence[bytes]) -> MultiFernet:
    """What wraps and opens keys, from LAUREL_CLICK_KEYS."""
    return wrapping.wrapper(click_secrets, _PURPOSE)


def provide(opener: MultiFernet, now: datetime) -> dict[str, bytes]:
    """All keys by name, as they are wrapped; those of now and of the next period are made if they are missing."""
    kept = click_keys.every()
    missing = rules.wanted(now) - kept.keys()
    if missing:
        new = {name: opener.encrypt(rules.made(secrets.token_bytes)) for name in missing}
        click_keys.keep(new, now)
        kept = click_keys.every()
    return {name: wrapped for name, wrapped in kept.items() if wrapped is not None}


def opened(opener: MultiFernet, wrapped: dict[str, bytes]) -> dict[str, bytes]:
    """The keys themselves. Raises Fault when no secret opens one."""
    try:
        return {name: opener.decrypt(key) for name, key in wrapped.items()}
    except InvalidToken:
        raise Fault(
            "LAUREL_CLICK_KEYS does not hold the secret under which the keys of clicks are wrapped"
        ) from None


def destroy(names: Iterable[str], now: datetime) -> int:
    """Destroy keys: nobody can tell any more whose hashes were made with them. Returns how many there were."""
    return click_keys.destroy(names, now)


def unknown(names: Iterable[str]) -> list[str]:
    """Those under which there is no key, and never was one."""
    known = click_keys.every().keys()
    return sorted(set(names) - known)


def destroy_outdated(now: datetime) -> None:
    """Destroy what was kept for long enough; asked regularly."""
    kept = [name for name, wrapped in click_keys.every().items() if wrapped is not None]
    if outdated := rules.outdated(kept, now):
        click_keys.destroy(outdated, now)
