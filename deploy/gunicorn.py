"""gunicorn's settings for every `api`: `gunicorn -c deploy/gunicorn.py 'services.….wsgi:create_api()'`.

LAUREL_API_WORKERS (2) and LAUREL_API_THREADS (8) say how many requests run at once, LAUREL_BIND where.
"""

import os
import tempfile
from pathlib import Path
from typing import Any


def _count(variable: str, default: int) -> int:
    written = os.environ.get(variable) or str(default)
    if not written.isdecimal() or int(written) < 1:
        message = f"{variable} is {written!r}: it must be a whole number of 1 or more"
        raise ValueError(message)
    return int(written)


# Threads, and no preload: each worker connects for itself, after the fork. A client that was connected before
# may hang (gevent with preload did, measured). gunicorn's own, but for the form of what it refuses itself.
worker_class = "deploy.worker.Worker"
workers = _count("LAUREL_API_WORKERS", 2)
threads = _count("LAUREL_API_THREADS", 8)
preload_app = False
if os.environ.get("LAUREL_BIND"):
    bind = os.environ["LAUREL_BIND"]

# A worker that ends lets its requests finish; supervisord and Kubernetes wait a little longer than this.
graceful_timeout = 30
# The heartbeat of a worker, not the length of a request.
timeout = 60
# Longer than a proxy in front keeps its side open (nginx: 60), or it writes into a closing connection.
keepalive = 75
# What leaks in a library is given back; the jitter keeps workers from ending all at once.
max_requests = 50_000
max_requests_jitter = 5_000

# An id of a thousand Cyrillic letters is six thousand characters long in a path; this is gunicorn's most.
limit_request_line = 8190
# A heartbeat on a disk that is slow for a moment has killed healthy workers.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Nobody steers a container through a socket, and its folder need not be writable.
control_socket_disable = True
# The services write their own structured lines, with the ids that belong together.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("LAUREL_LOG_LEVEL", "info").lower()

# prometheus_client looks for it when it is first imported, so it stands here and is imported below.
if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="laurel-metrics-")


def on_starting(server: Any) -> None:  # noqa: ANN401
    """Begin with no measurement of an earlier run, and let the master log as its workers do."""
    directory = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    directory.mkdir(parents=True, exist_ok=True)
    for measured in directory.glob("*.db"):
        measured.unlink()
    from shared import telemetry  # noqa: PLC0415  (it imports prometheus_client, see above)

    service = server.app.app_uri.split(".")[1].replace("_", "-")
    form = os.environ.get("LAUREL_LOG_FORMAT") or "json"
    telemetry.configure(service=service, process="api", level=loglevel, form=form)


def child_exit(_server: Any, worker: Any) -> None:  # noqa: ANN401
    """Take a dead worker's gauges out of the sums."""
    from prometheus_client import multiprocess  # noqa: PLC0415

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
