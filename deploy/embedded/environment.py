"""What the stack's processes find in their environment, and the secrets in it, made once."""

import os
import secrets

from deploy.embedded import mongod, ports
from deploy.embedded.layout import Layout, read_environment_file

#: Every process of a stack carries its folder in this variable, so that `make down` finds it, come what may.
#: It is not LAUREL_HOME: that may stand in a person's shell, which is not ours to end.
MARK = "LAUREL_STACK"

_OWNER_ONLY = 0o600


def values(layout: Layout) -> dict[str, str]:
    """Every `LAUREL_` variable of this stack. The secrets are the last run's: members are known by one."""
    before = read_environment_file(layout.environment_file)
    return {
        "LAUREL_HOME": str(layout.home),
        "LAUREL_MONGO_URL": mongod.url([layout.mongo]),
        "LAUREL_KAFKA_SERVERS": f"{ports.HOST}:{layout.kafka}",
        "LAUREL_REPLICATION_FACTOR": "1",
        "LAUREL_MEMBER_KEY": before.get("LAUREL_MEMBER_KEY") or secrets.token_urlsafe(32),
        "LAUREL_CREDENTIAL_KEY": before.get("LAUREL_CREDENTIAL_KEY") or secrets.token_urlsafe(32),
        "LAUREL_CLICK_KEYS": before.get("LAUREL_CLICK_KEYS") or secrets.token_urlsafe(32),
        "LAUREL_SPOOL": str(layout.home / "spool"),
        "LAUREL_TOKEN_KEYS": str(layout.keys / "keys.json"),
        "LAUREL_TOKEN_SIGNING_KEY": str(layout.keys / "signing-key.pem"),
        "LAUREL_ACTIVITY_URL": layout.urls["activity"],
        "LAUREL_TITLES_AND_BADGES_URL": layout.urls["titles-and-badges"],
        "LAUREL_REFERRAL_URL": layout.urls["referral"],
        **{name: str(port) for name, port in layout.ports.items()},
    }


def keep(layout: Layout) -> dict[str, str]:
    """Write the stack's variables where `laurel` finds them, and return them."""
    written = values(layout)
    layout.home.mkdir(parents=True, exist_ok=True)
    partial = layout.environment_file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in written.items())
    partial.replace(layout.environment_file)
    return written


def of_processes(layout: Layout, written: dict[str, str]) -> dict[str, str]:
    """The whole environment of the stack's processes.

    What a shell says of another Laurel (its database, its address) must not reach this one.
    """
    own = {name: value for name, value in os.environ.items() if name not in {"LAUREL_BIND", MARK}}
    return {**own, **written, MARK: str(layout.home)}
