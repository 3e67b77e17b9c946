"""The `laurel` command from its arguments to its exit code, without the second that starting Python takes each time.

A process of its own has imported Laurel once, and forks for every call: each runs alone, as from a shell.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from services import cli
from services.referral import cli as referral
from services.titles_and_badges import cli as titles_and_badges

_PROCESSES = multiprocessing.get_context("forkserver")
_PLACES = {**cli.COMMANDS, **titles_and_badges.COMMANDS, **referral.COMMANDS}.values()
_PROCESSES.set_forkserver_preload([place.partition(":")[0] for place in _PLACES])


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `laurel` to its end, and return its exit code and what it printed."""
    with TemporaryDirectory() as directory:
        out, err = Path(directory) / "out", Path(directory) / "err"
        process = _PROCESSES.Process(target=_be_laurel, args=([*arguments], {**environment}, out, err))
        process.start()
        process.join()
        code = process.exitcode
        assert code is not None
        process.close()
        return subprocess.CompletedProcess([*arguments], code, out.read_text(), err.read_text())


def _be_laurel(arguments: Sequence[str], environment: Mapping[str, str], out: Path, err: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate((out, err), 1):
        with file.open("wb") as opened:
            os.dup2(opened.fileno(), number)
    sys.argv = ["laurel", *arguments]
    cli.main()
