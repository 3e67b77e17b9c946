"""Ports on this machine: a free one, and who holds a taken one."""

import itertools
import random
import socket
from pathlib import Path

import psutil

HOST = "127.0.0.1"

_LOWEST = 20_000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free(count: int) -> list[int]:
    """So many different ports that nobody listens on, and that no other process is given by this function.

    They lie below those that the system gives to outgoing connections: while a test has its server killed, no
    client's own end can take the port over, so the server always comes back to it.
    """
    candidates = random.sample(range(_LOWEST, first_ephemeral()), 200)
    usable = (port for port in candidates if not is_taken(port) and _claim(port))
    found = list(itertools.islice(usable, count))
    if len(found) < count:
        message = f"no {count} free ports between {_LOWEST} and {first_ephemeral()}"
        raise OSError(message)
    return found


def is_taken(port: int) -> bool:
    """Whether a server that binds to this port now would be refused."""
    with socket.socket() as probe:
        # As servers do it: connections of an earlier run that are still closing are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def answers(port: int) -> bool:
    """Whether somebody accepts connections on this port."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def holder(port: int) -> str:
    """The process that listens on this port, as far as this user may see it: "nginx (pid 12)"."""
    for connection in psutil.net_connections("tcp"):
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
        if listens and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.Error:
                break
    return "a process of another user"


def _claim(port: int) -> bool:
    """Claim a port until this process ends: tests run side by side, and a server binds long after it got its port."""
    # An abstract name can be bound once on a machine; the kernel frees it when we end, however we end.
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0laurel/port/{port}")
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True


def first_ephemeral() -> int:
    """The lowest port that the system gives to outgoing connections."""
    try:
        return int(_EPHEMERAL.read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768
