"""Wiring of the door. What serves no HTTP does not load it: a relay starts in half the time."""

import contextlib
import os
import threading
from collections.abc import Callable

from flask import Flask

from services.referral import api
from services.referral.app import SERVICE
from services.referral.queries import communities
from services.referral.redirect import Redirect
from services.referral.redirect.keeping import Keeping
from services.referral.repository import DATABASE
from services.referral.use_cases import click_keys
from shared import auth, http, idempotency, member_key, mongo, process, service, settings
from shared.settings import Settings

#: Under this name an application holds what goes on behind the door of `/r/…`.
CLICKS = "laurel-clicks"
#: For so long a start waits for the database.
_PATIENCE_SECONDS = 1.5


def create_api() -> Flask:
    """The WSGI application; gunicorn calls this in each worker, after the fork."""
    configuration = settings.from_environment(os.environ)
    service.start(SERVICE, DATABASE, configuration, service.API)
    app = wire_api(configuration)
    process.collect_seldom()
    app.extensions[CLICKS].start()
    return app


def wire_api(configuration: Settings) -> Flask:
    """The WSGI application on a connection that stands already. Raises SettingsError without the service's secrets."""
    key = configuration.need_member_key()
    check, standing = _checked(key)
    app = http.create_app(
        service=SERVICE,
        title="Laurel: referral",
        description="The advocate loop, and what is owed for it.",
        blueprints=api.BLUEPRINTS,
        keys=auth.Keys.load(configuration.token_keys),
        standing=standing,
        ready=lambda: mongo.ping(DATABASE),
        unavailable=mongo.UNAVAILABLE,
        pending=communities.pending,
        idempotency_keys=idempotency.Keys(DATABASE),
    )
    app.config["MEMBER_KEY"] = key
    app.config["PUBLIC_URL"] = configuration.links_url
    app.config["CLICK_KEYS"] = configuration.need_click_keys()
    # Links must lead on while the database is away, also just after a start: then the first request that needs it
    # checks the key.
    with contextlib.suppress(*mongo.UNAVAILABLE), mongo.within(_PATIENCE_SECONDS):
        check()
    app.extensions[CLICKS] = put_door(app, configuration)
    return app


def _checked(key: bytes) -> tuple[Callable[[], None], http.StandingOf]:
    """The check of the member key, done once, and the question about a token, which is not answered before it."""
    done = threading.Event()

    def check() -> None:
        if not done.is_set():
            member_key.check(DATABASE, key)
            done.set()

    def standing(community: str, token_id: str) -> http.Standing:
        check()
        return communities.standing(community, token_id)

    return check, standing


def put_door(app: Flask, configuration: Settings) -> Keeping:
    """Let `/r/…` be answered before Flask. Returns what goes on behind that door; it has not begun.

    Raises SettingsError without LAUREL_CLICK_KEYS or LAUREL_SPOOL.
    """
    opener = click_keys.wrapper(configuration.need_click_keys())
    keeping = Keeping(configuration.need_spool(), SERVICE, configuration.spool_bytes, opener)
    door = Redirect(
        app.wsgi_app,
        service=SERVICE,
        routes=keeping.routes,
        keep=keeping.keep,
        fallback=configuration.fallback_url,
        proxies=configuration.proxies,
        secure=configuration.links_url.startswith("https:"),
    )
    keeping.attach(door)
    app.wsgi_app = door  # type: ignore[method-assign]  # Flask's own way
    return keeping
