"""The processes of one stack, found by the mark in their environment, whoever their parent is by now."""

import contextlib
import os
from pathlib import Path

import psutil

from deploy.embedded.environment import MARK

#: supervisord gives each of its two groups 40 seconds.
_ORDERLY_SECONDS = 90
_LAST_SECONDS = 5
_SERVERS = {"mongod", "java"}


def of(home: Path) -> list[psutil.Process]:
    """Every process that belongs to the stack of this folder, and to no other."""
    return [process for process in psutil.process_iter() if _belongs(process, home)]


def stop(home: Path) -> int:
    """End them all and return how many: supervisord first, which ends the others in order; then the rest."""
    found = of(home)
    supervisors = [process for process in found if _is_supervisor(process)]
    _terminate(supervisors, _ORDERLY_SECONDS)
    # Without a supervisor nobody starts them again. Services first: without their servers they end only in patience.
    _terminate([process for process in of(home) if not _is_server(process)], _ORDERLY_SECONDS)
    _terminate(of(home), _ORDERLY_SECONDS)
    _kill(of(home))
    return len(found)


def _belongs(process: psutil.Process, home: Path) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        return bool(process.environ().get(MARK) == str(home))
    except (psutil.Error, OSError):
        return False  # another user's, or gone


def _is_supervisor(process: psutil.Process) -> bool:
    try:
        return "supervisor.supervisord" in process.cmdline()
    except psutil.Error:
        return False


def _is_server(process: psutil.Process) -> bool:
    try:
        return process.name() in _SERVERS
    except psutil.Error:
        return False


def _terminate(processes: list[psutil.Process], seconds: float) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
            process.resume()  # a paused process does not hear that it is to end
    psutil.wait_procs(processes, timeout=seconds)


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=_LAST_SECONDS)
