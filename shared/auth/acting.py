"""Who acts: a person with power over a community, by his token, while his request is handled.

What a community's own server tells us is its daily work; what a person does by hand leaves a line in an audit.
"""

from contextvars import ContextVar

_person: ContextVar[str | None] = ContextVar("person_acting", default=None)


def become(subject: str | None) -> None:
    """From now on, in this request, this person acts; None: no person does."""
    _person.set(subject)


def person() -> str | None:
    """The subject of the token of the rep or admin who acts; None for a server, a page, a command or a job."""
    return _person.get()
