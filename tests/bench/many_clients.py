"""Connections that ask again as soon as they are answered, or at a given pace; no more Python than that needs."""

import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence

from deploy.embedded import ports

_END = b"\r\n\r\n"


class Clients:
    """Connections to one server that answers without a body, as a redirect does."""

    def __init__(self, port: int, connections: int = 8) -> None:
        self._selector = selectors.DefaultSelector()
        self._sockets = [socket.create_connection((ports.HOST, port)) for _ in range(connections)]
        for each in self._sockets:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(each, selectors.EVENT_READ)

    def close(self) -> None:
        """End all connections."""
        for each in self._sockets:
            each.close()
        self._selector.close()

    def ask(self, requests: Sequence[bytes]) -> None:
        """Ask all of it, each connection one after the other. Raises AssertionError where an answer is no 302."""
        waiting = deque(requests)
        for each in self._sockets:
            each.sendall(waiting.popleft())
        left = len(requests)
        while left:
            for key, _ in self._selector.select():
                _answered(key.fileobj)
                left -= 1
                if waiting:
                    key.fileobj.sendall(waiting.popleft())  # type: ignore[union-attr]

    def pace(self, requests: Sequence[bytes], each_second: float) -> list[float]:
        """Ask at a pace, whether or not there was an answer. Returns seconds from when each was due to its answer."""
        free, due = deque(self._sockets), deque[tuple[float, bytes]]()
        began, sent, asked, found = time.perf_counter(), 0, {}, []
        while len(found) < len(requests):
            now = time.perf_counter()
            while sent < len(requests) and began + sent / each_second <= now:
                due.append((began + sent / each_second, requests[sent]))
                sent += 1
            while due and free:
                moment, request = due.popleft()
                client = free.popleft()
                client.sendall(request)
                asked[client] = moment
            for key, _ in self._selector.select(max(0.0, began + sent / each_second - time.perf_counter())):
                _answered(key.fileobj)
                found.append(time.perf_counter() - asked.pop(key.fileobj))
                free.append(key.fileobj)  # type: ignore[arg-type]
        return found


def _answered(connection: object) -> None:
    answer = b""
    while not answer.endswith(_END):
        received = connection.recv(4_096)  # type: ignore[attr-defined]
        if not received:
            message = "the server closed a connection"
            raise AssertionError(message)
        answer += received
    if not answer.startswith(b"HTTP/1.1 302"):
        message = f"no redirect: {answer[:200]!r}"
        raise AssertionError(message)
