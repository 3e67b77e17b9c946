"""A community's referral service with something of everything in it, for who must not see it."""

from tests.fixtures import Door
from tests.strangers import BUDGET, GRANT, PROGRAM


def fill(referral: Door, mark: str) -> None:
    """Give the door's community of everything something; `mark` is in all that cannot be guessed.

    Every list and every thing that `strangers.IDS` names holds the mark: owners of new endpoints add theirs here.
    """
    referral("PUT", "/v1/programs/poster", {**PROGRAM, "name": f"Program {mark}", "disclosure": mark})
    referral("PUT", "/v1/budgets/poster", {**BUDGET, "name": f"Budget {mark}"})
    referral("POST", "/v1/grants", {**GRANT, "reason": f"A {mark} reason."})
