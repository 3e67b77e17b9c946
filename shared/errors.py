"""What can go wrong, as one tree.

    LaurelError
    ├── Refused            final: a 4xx to a caller, a dead letter in a topic; trying again changes nothing
    │   ├── Invalid        422, with the place of every fault
    │   ├── Malformed      400, not even readable
    │   ├── Unauthenticated 401
    │   ├── Forbidden      403
    │   ├── NotFound       404
    │   ├── Conflict       409
    │   ├── Gone           410
    │   ├── PreconditionFailed 412
    │   └── TooLarge       413
    └── Fault              ours, or a server's: it rises, is retried, then stops the process loudly
        └── Unavailable    503, a server that we need is away

Anything else that is raised is a fault too.
"""

from collections.abc import Sequence
from typing import ClassVar, TypedDict


class Place(TypedDict):
    """One fault in an input: where it is (a JSON pointer) and what is wrong there."""

    pointer: str
    detail: str


class LaurelError(Exception):
    """The root of everything that Laurel raises on purpose."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str, *, errors: Sequence[Place] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class Refused(LaurelError):  # noqa: N818 (what it says to a caller)
    """Final: what was asked for is wrong, and will be wrong again."""

    status = 400
    title = "Refused"


class Malformed(Refused):
    """The input cannot be read at all."""

    title = "Malformed"


class Unauthenticated(Refused):
    """No token, or one that does not hold."""

    status = 401
    title = "Unauthenticated"


class Forbidden(Refused):
    """A good token that may not do this."""

    status = 403
    title = "Forbidden"


class NotFound(Refused):
    """There is no such thing in this community."""

    status = 404
    title = "Not found"

    def __init__(self, kind: str, identifier: str) -> None:
        place = "" if kind == "community" else " in this community"
        super().__init__(f"There is no {kind} {identifier!r}{place}.")


class Gone(Refused):
    """It was here, and is no more."""

    status = 410
    title = "Gone"


class Conflict(Refused):
    """The input is readable, but what is stored does not allow it."""

    status = 409
    title = "Conflict"


class PreconditionFailed(Refused):
    """The caller's copy is older than ours."""

    status = 412
    title = "Precondition failed"


class TooLarge(Refused):
    """More than one request may carry."""

    status = 413
    title = "Too large"


class Invalid(Refused):
    """Readable, but against the schema; `errors` names every place."""

    status = 422
    title = "Invalid"


class Fault(LaurelError):  # noqa: N818 (the other kind)
    """Ours, not the caller's."""


class Unavailable(Fault):
    """A server that we need is away."""

    status = 503
    title = "Unavailable"
