"""Where one stack lives: its folder, its files and its ports, all of them for whoever starts it to choose."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deploy.embedded.errors import CannotStart

#: The variable that chooses each port, and what it is when nobody chooses.
PORTS = {
    "LAUREL_PORT_ACTIVITY": 8801,
    "LAUREL_PORT_TITLES_AND_BADGES": 8802,
    "LAUREL_PORT_REFERRAL": 8803,
    "LAUREL_PORT_MONGO": 27801,
    "LAUREL_PORT_KAFKA": 9801,
    "LAUREL_PORT_KAFKA_CONTROLLER": 9802,
}

_LONGEST_SOCKET = 90
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One stack's folder and ports."""

    home: Path
    activity: int
    titles_and_badges: int
    referral: int
    mongo: int
    kafka: int
    kafka_controller: int

    @property
    def ports(self) -> dict[str, int]:
        """Each port by the variable that chooses it."""
        chosen = (
            self.activity,
            self.titles_and_badges,
            self.referral,
            self.mongo,
            self.kafka,
            self.kafka_controller,
        )
        return dict(zip(PORTS, chosen, strict=True))

    @property
    def urls(self) -> dict[str, str]:
        """The address of each service's API."""
        return {
            "activity": f"http://127.0.0.1:{self.activity}",
            "titles-and-badges": f"http://127.0.0.1:{self.titles_and_badges}",
            "referral": f"http://127.0.0.1:{self.referral}",
        }

    @property
    def environment_file(self) -> Path:
        """What `laurel` reads when it is run by hand: `KEY=VALUE` lines, for its owner's eyes only."""
        return self.home / "stack.env"

    @property
    def keys(self) -> Path:
        """The pair of keys that signs and checks tokens."""
        return self.home / "keys"

    @property
    def supervisor_file(self) -> Path:
        """What supervisord is told to run."""
        return self.home / "supervisord.conf"

    @property
    def supervisor_socket(self) -> Path:
        """Where supervisord listens: elsewhere for a deep folder, since the system refuses long paths."""
        inside = self.home / "supervisord.sock"
        if len(bytes(inside)) <= _LONGEST_SOCKET:
            return inside
        return Path(tempfile.gettempdir()) / f"laurel-{sha256(bytes(self.home)).hexdigest()[:16]}.sock"

    def log(self, program: str) -> Path:
        """What one program writes."""
        return self.home / "log" / f"{program}.log"


def chosen(environment: Mapping[str, str]) -> Layout:
    """The stack that this environment asks for; a port that it does not name stays what it was the last time.

    Raises CannotStart when a port is no port, or two are one.
    """
    home = Path(environment.get("LAUREL_HOME") or ".laurel").absolute()
    before = read_environment_file(home / "stack.env")
    ports = [_port(name, environment.get(name) or before.get(name) or str(PORTS[name])) for name in PORTS]
    if len(set(ports)) < len(ports):
        message = "two of these are one port: " + ", ".join(
            f"{n}={p}" for n, p in zip(PORTS, ports, strict=True)
        )
        raise CannotStart(message)
    activity, titles_and_badges, referral, mongo, kafka, kafka_controller = ports
    return Layout(
        home=home,
        activity=activity,
        titles_and_badges=titles_and_badges,
        referral=referral,
        mongo=mongo,
        kafka=kafka,
        kafka_controller=kafka_controller,
    )


def read_environment_file(file: Path) -> dict[str, str]:
    """The `KEY=VALUE` lines of a file; nothing when there is none."""
    if not file.is_file():
        return {}
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _port(name: str, written: str) -> int:
    if not written.isdecimal() or not 0 < int(written) <= _HIGHEST_PORT:
        message = f"{name} is {written!r}, which is no port"
        raise CannotStart(message)
    return int(written)
