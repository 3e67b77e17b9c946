"""What histories must notice: a rule that is left out or turned round."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

Patch = pytest.MonkeyPatch


class Broken(NamedTuple):
    """What breaks it, and a seed by which Hypothesis comes to a history that notices at once: others find one later.

    While nothing is broken, the same seed lives that long without a fault.
    """

    breaks: Callable[[Patch], None]
    #: None: the same histories as ever, where no such seed is known.
    seed: int | None
