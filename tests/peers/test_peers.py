"""The same probes to Laurel and to those of its peers that install from PyPI (`requirements.in`)."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures import Door
from tests.peers import laurel

HERE = Path(__file__).parent
#: `deploy/bootstrap everything` makes it.
PYTHON = Path(sys.prefix) / "peers" / "bin" / "python"

RIGHT = {
    "same sign-up twice": "1",
    "same order twice": "100 cents",
    "second purchase": "200 cents",
    "500 cents at 2.9 %": "15 cents",
    "refunds of 100, then 400": "0 cents",
    "own code": "refused",
    "same visitor twice": "1",
    "preview by Slack": "0",
    "HEAD": "0",
    "expired link": "302, 0 counted",
    "unknown code": "0 advocates",
    "code": "random",
}
#: What the peers get wrong, as the anchors say it. What they have no door for is not asked.
WRONG = {
    "pinax_referrals": {
        "own code": "counted",
        "same visitor twice": "2",
        "preview by Slack": "1",
        "HEAD": "1",
    },
    "django_referral_system": {
        "same sign-up twice": "1, then an error",
        "second purchase": "100 cents",
        "500 cents at 2.9 %": "14 cents",
        "refunds of 100, then 400": "12 cents",
        "same visitor twice": "2",
        "code": "follows from the user's number",
    },
}


@pytest.fixture(scope="module")
def peers() -> dict[str, dict[str, str]]:
    """The answers of each peer, which runs in a process of its own."""
    return {peer: json.loads(run(peer)) for peer in WRONG}


def run(peer: str) -> str:
    """What a peer's script prints."""
    assert PYTHON.exists(), "The peers are not installed: make setup"
    script = HERE / f"{peer}.py"
    done = subprocess.run([PYTHON, script], capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_ask_the_same() -> None:
    assert set(laurel.PROBES) == set(RIGHT)


@pytest.mark.parametrize("probe", RIGHT)
def test_laurel_is_right(referral: Door, probe: str) -> None:
    assert laurel.PROBES[probe](referral) == RIGHT[probe]


@pytest.mark.parametrize("peer", WRONG)
def test_a_peer_answers_as_it_is_said_of_it(peers: dict[str, dict[str, str]], peer: str) -> None:
    """Where a newer one does better, the anchors, this table and our bar are to follow."""
    assert set(WRONG[peer]) <= set(peers[peer]) <= set(RIGHT)
    assert peers[peer] == {probe: WRONG[peer].get(probe, RIGHT[probe]) for probe in peers[peer]}


def test_side_by_side(peers: dict[str, dict[str, str]], show: Callable[[str], None]) -> None:
    """A table for whoever reads what the tests print."""
    rows = [("probe", "right", *peers)]
    rows += [(probe, RIGHT[probe], *(peers[peer].get(probe, "–") for peer in peers)) for probe in RIGHT]
    show("\n".join(" ".join(f"{cell:26}" for cell in row).rstrip() for row in rows))
    assert all(len(set(row[1:]) - {"–"}) > 1 for row in rows[1:] if row[0] in {"HEAD", "code"})
