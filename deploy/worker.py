"""gunicorn's worker, but that what it refuses itself is a problem (RFC 9457), as whatever the services refuse is.

gunicorn answers what it cannot read, or finds too long, before any application sees it: in HTML, without a setting.
"""

from http import HTTPStatus
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

#: Of the status lines, those whose words are not ours already.
_TITLES = {400: "Malformed", 414: "URI too long", 500: "Internal error"}
_DETAILS = {
    414: "The address is too long: a request line holds 8190 characters at most.",
    431: "The headers are too large: one holds 8190 characters at most, and there are 100 at most.",
    500: "This is our fault, and it is logged.",
}


class Worker(ThreadWorker):
    """A worker with threads that refuses in JSON."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ANN401 - gunicorn's own
        """Log and answer as gunicorn does, in our form."""
        super().handle_error(req, _Told(client, exc), addr, exc)


class _Told:
    """A client's socket to which a page of gunicorn's is sent: its status line stays, the rest is ours."""

    def __init__(self, client: Any, exc: BaseException) -> None:  # noqa: ANN401 - a socket, perhaps in TLS
        self._client = client
        self._exc = exc

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a socket has
        return getattr(self._client, name)

    def sendall(self, page: bytes) -> None:
        line = page.partition(b"\r\n")[0]
        _, status, reason = line.decode("latin-1").split(" ", 2)
        body = _problem(int(status), reason, str(self._exc))
        head = (
            b"Connection: close",
            b"Content-Type: application/problem+json",
            b"Cache-Control: no-store",
            b"X-Content-Type-Options: nosniff",
            b"Content-Length: %d" % len(body),
        )
        self._client.sendall(b"\r\n".join((line, *head, b"", body)))


def _problem(status: int, reason: str, said: str) -> bytes:
    # Imported late: `deploy.gunicorn` says first where measurements go, and the master needs none of it.
    import msgspec  # noqa: PLC0415

    from shared.http import problems  # noqa: PLC0415

    title = _TITLES.get(status, reason.capitalize())
    detail = _DETAILS.get(status) or said or HTTPStatus(status).description
    return msgspec.json.encode(problems.problem(status, title, detail))
