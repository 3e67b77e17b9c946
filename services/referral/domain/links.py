"""Links: where an advocate shares which code, for how long it counts, and where it may lead."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

#: The channel of whoever names none.
DEFAULT = "default"
MOST_CHANNELS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A link that is wanted. Without a `code` chance makes one; without a `landing_url` the program says where to."""

    channel: str = DEFAULT
    code: str | None = None
    landing_url: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def leads_home(landing_url: str, program_url: str) -> bool:
    """Whether a page is on the program's own host or below it: a link of ours must not lead anywhere else."""
    host, home = urlsplit(landing_url).hostname or "", urlsplit(program_url).hostname or ""
    return bool(home) and (host == home or host.endswith(f".{home}"))


def counts(since: datetime | None, until: datetime | None, moment: datetime) -> bool:
    """Whether a click on a link counts at a moment; it redirects in any case."""
    return (since is None or since <= moment) and (until is None or moment < until)
