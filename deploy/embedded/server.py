"""One server process: started and ready, stopped, killed, paused, started again in the same place."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.errors import CannotStart

START_SECONDS = 120.0

_POLL_SECONDS = 0.05
_TAIL_LINES = 20


@dataclass(kw_only=True)
class Server:
    """A server of this process: it dies with us, also when we are killed ourselves.

    `url` is what a client connects to; `is_ready` asks whether it does its work yet (and may take a step
    towards it, as a replica set must be initiated). Start it in the main thread: the kernel ties its life to
    that thread's.
    """

    name: str
    url: str
    command: list[str]
    log: Path
    is_ready: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = START_SECONDS) -> None:
        """Start, and return when it is ready.

        Raises CannotStart with the end of its log when it dies or hangs.
        """
        self.launch()
        self.await_ready(seconds)

    def launch(self) -> None:
        """Start, and return at once, so that several servers can come up side by side."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  (a command of this package)
                [*_dies_with_us(), *self.command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def await_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when it is ready; what `start` raises, this raises."""
        await_ready(self.name, self.is_ready, lambda: self.is_alive, self.log, seconds)

    @property
    def is_alive(self) -> bool:
        """Whether the process exists; a paused one does."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id; for a server that was never started there is none to give."""
        if self.process is None:
            message = f"{self.name} was not started"
            raise ProcessLookupError(message)
        return self.process.pid

    def stop(self, seconds: float = 30) -> None:
        """Ask it to end, and end it when it takes too long. Stopping a stopped server changes nothing."""
        if self.process is None or not self.is_alive:
            return
        self.process.terminate()
        self.resume()  # a paused process does not hear that it is to end
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL): whatever it had not made durable is lost."""
        os.kill(self.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def pause(self) -> None:
        """Let it hang (SIGSTOP): its connections stay open, and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on (SIGCONT)."""
        os.kill(self.pid, signal.SIGCONT)


def await_ready(
    name: str,
    is_ready: Callable[[], bool],
    is_alive: Callable[[], bool],
    log: Path,
    seconds: float = START_SECONDS,
) -> None:
    """Return when a server is ready, whoever started it.

    Raises CannotStart with the end of its log when it dies or is not ready in time.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if not is_alive():
            message = f"{name} ended instead of starting.\n{tail(log)}"
            raise CannotStart(message)
        if time.monotonic() > deadline:
            message = f"{name} was not ready within {seconds:.0f} seconds.\n{tail(log)}"
            raise CannotStart(message)
        time.sleep(_POLL_SECONDS)


def tail(log: Path) -> str:
    """The last lines of a log, under its name."""
    if not log.is_file():
        return f"It wrote no log ({log})."
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        lines = file.read().decode("utf-8", "replace").splitlines()[-_TAIL_LINES:]
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in lines)])


def _dies_with_us() -> list[str]:
    # A test run that is killed can't stop its servers: the kernel does. Every Debian and Ubuntu has setpriv.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
