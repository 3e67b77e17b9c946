"""What the scripts here share: Django with one peer in it, on a SQLite database in memory, and probes put to it.

It runs in the peers' environment, not in Laurel's.
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"


def stand(apps: list[str], urls: str, middleware: tuple[str, ...] = ()) -> None:
    """Set Django up with a peer's apps; `urls` is the module that holds its addresses."""
    settings.configure(
        SECRET_KEY="of an afternoon",  # noqa: S106 (a database in memory)
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.sites",
            *apps,
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            *middleware,
        ],
        ROOT_URLCONF=urls,
        SITE_ID=1,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    logging.disable(logging.CRITICAL)


def answer(probes: Mapping[str, Callable[[], object]]) -> None:
    """Print the answers as JSON, {probe: answer}; whatever a probe wrote is gone after it."""
    call_command("migrate", verbosity=0)
    answers = {}
    for name, probe in probes.items():
        with transaction.atomic():
            answers[name] = str(probe())
            transaction.set_rollback(True)
    sys.stdout.write(json.dumps(answers))
