"""PostgreSQL, where this machine happens to have one: the baseline of those who ask raw activities in SQL."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from deploy.embedded import ports
from deploy.embedded.server import Server
from tests.bench.machine import Machine

#: Debian keeps the server's programs apart from everybody's path.
_FOLDERS = "/usr/lib/postgresql"
_PROGRAMS = ("postgres", "initdb", "psql")
#: PostgreSQL does not run as root.
_ORDINARY = "nobody"
#: In memory altogether, nothing waited for: flattered.
_OPTIONS = {
    "listen_addresses": ports.HOST,
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "fsync": "off",
    "unix_socket_directories": "",
}
_TIME = re.compile(r"^Time: ([0-9.]+) ms.*$", re.MULTILINE)


@dataclass(frozen=True)
class Sql:
    """A database, asked through `psql`."""

    psql: Path
    port: int

    def run(self, statement: str, said: str | None = None) -> str:
        """Run a statement; `said` is its input. Returns what was printed."""
        options = ("-qAtX", "-v", "ON_ERROR_STOP=1", "-F", "\t")
        where = ("-h", ports.HOST, "-p", str(self.port), "-U", "bench", "-d", "postgres")
        command = [str(self.psql), *options, *where, "-c", r"\timing on", "-c", statement]
        done = subprocess.run(command, input=said, capture_output=True, text=True, check=True)  # noqa: S603 (ours)
        return done.stdout

    def ask(self, question: str) -> list[list[str]]:
        """The rows that a question finds."""
        return [line.split("\t") for line in _TIME.sub("", self.run(question)).splitlines() if line]

    def seconds(self, question: str) -> float:
        """How long a question takes, a connection's beginning not included."""
        return float(_TIME.findall(self.run(question))[-1]) / 1000

    def copy(self, shape: str, lines: Iterable[str]) -> None:
        """Make a table of tab-separated lines."""
        self.run(f"CREATE TABLE {shape}")
        self.run(f"COPY {shape.partition(' ')[0]} FROM STDIN", "\n".join(lines) + "\n")


@contextmanager
def started(machine: Machine) -> Iterator[Sql | None]:
    """A server on loopback, on the core of the others, in a folder that is gone afterwards; None without one."""
    found = _programs()
    if found is None:
        yield None
        return
    with ExitStack() as stack:
        # Not in the bench's own folder, which is ours alone.
        directory = Path(mkdtemp(prefix="laurel-bench-sql-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        data, (port,) = directory / "data", ports.free(1)
        drop = _as_ordinary(directory)
        make = [
            *drop,
            str(found["initdb"]),
            "-D",
            str(data),
            "-U",
            "bench",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
        ]
        sql = Sql(found["psql"], port)
        with _on(machine.server_core):
            subprocess.run(make, check=True, capture_output=True, cwd=directory)  # noqa: S603 (ours)
            options = [word for name, value in _OPTIONS.items() for word in ("-c", f"{name}={value}")]
            server = Server(
                name="postgres",
                url=f"postgresql://{ports.HOST}:{port}",
                command=[*drop, str(found["postgres"]), "-D", str(data), "-p", str(port), *options],
                log=directory / "postgres.log",
                is_ready=lambda: _answers(sql),
            )
            server.start()
        stack.callback(server.stop)
        yield sql


def _programs() -> dict[str, Path] | None:
    folders = [str(each) for each in sorted(Path(_FOLDERS).glob("*/bin"), reverse=True)]
    path = os.pathsep.join([*folders, os.environ.get("PATH", "")])
    found = {name: Path(place) for name in _PROGRAMS if (place := shutil.which(name, path=path))}
    return found if len(found) == len(_PROGRAMS) else None


def _as_ordinary(directory: Path) -> list[str]:
    """What stands before a command that root must not run, who gives the folder away for it."""
    if os.geteuid() != 0:
        return []
    shutil.chown(directory, _ORDINARY)
    return ["setpriv", f"--reuid={_ORDINARY}", "--clear-groups", "--pdeathsig", "KILL"]


def _answers(sql: Sql) -> bool:
    try:
        return bool(sql.ask("SELECT 1"))
    except subprocess.CalledProcessError:
        return False


@contextmanager
def _on(core: int) -> Iterator[None]:
    """A server inherits the core from us."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, ours)
