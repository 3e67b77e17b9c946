"""Why a grant, a decision on it, a change of its budget or a pay-out is refused: each is a problem of its own kind."""

from shared.errors import Conflict, Forbidden, NotFound, Refused


class NoAdvocate(NotFound):
    """What is asked for is an advocate's."""

    def __init__(self, program: str) -> None:
        Refused.__init__(
            self,
            f"This member is no advocate of the program {program!r}: `POST /v1/advocates` makes him one.",
        )


class NotYours(Forbidden):
    """A rep may grant from the budgets that name him."""

    title = "Not your budget"


class SecondPersonNeeded(Forbidden):
    """Nobody approves what he asked for, or prepared, himself."""

    title = "Second person needed"


class NotToOneself(Forbidden):
    """Nobody gives himself anything, nor lets it be given."""

    title = "Not to yourself"


class NotBegun(Conflict):
    """The budget holds from a later moment on."""

    title = "Budget not begun"


class Expired(Conflict):
    """The budget's time is over, or the grant's, which waited for too long."""

    title = "Expired"


class WrongCurrency(Conflict):
    """A budget holds one currency."""

    title = "Wrong currency"


class AboveMaximum(Conflict):
    """More than one grant may be."""

    title = "Above the maximum"


class Exhausted(Conflict):
    """Less is left than is asked for."""

    title = "Budget exhausted"


class AlreadyDecided(Conflict):
    """What became of the grant does not allow it."""

    title = "Already decided"


class PaidOut(Conflict):
    """The money of the grant is in a pay-out."""

    title = "In a pay-out"


class BelowWhatIsSpent(Conflict):
    """A limit holds what is spent and reserved already."""

    title = "Below what is spent"
