"""How an `api` is served: by gunicorn, with the settings beside this file."""

import os
import sys
from pathlib import Path


def serve(application: str, address: str) -> None:
    """Become gunicorn, serving `application` (as `module:factory()`) at host:port."""
    settings = Path(__file__).with_name("gunicorn.py")
    arguments = [sys.executable, "-m", "gunicorn", "-c", str(settings), application]
    environment = {**os.environ, "LAUREL_BIND": address}
    os.execve(sys.executable, arguments, environment)  # noqa: S606 (our own interpreter, no shell)
