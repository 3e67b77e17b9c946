"""Wiring of the door. What serves no HTTP does not load it: a relay starts in half the time."""

import os

from flask import Flask

from services.activity import api, queries
from services.activity.app import SERVICE
from services.activity.repository import DATABASE
from shared import auth, http, member_key, mongo, process, service, settings
from shared.settings import Settings


def create_api() -> Flask:
    """The WSGI application; gunicorn calls this in each worker, after the fork."""
    configuration = settings.from_environment(os.environ)
    service.start(SERVICE, DATABASE, configuration, service.API)
    app = wire_api(configuration)
    process.collect_seldom()
    return app


def wire_api(configuration: Settings) -> Flask:
    """The WSGI application on a connection that stands already."""
    app = http.create_app(
        service=SERVICE,
        title="Laurel: activity",
        description="Communities, members and what they do.",
        blueprints=api.BLUEPRINTS,
        keys=auth.Keys.load(configuration.token_keys),
        standing=queries.standing,
        ready=lambda: mongo.ping(DATABASE),
        unavailable=mongo.UNAVAILABLE,
        pending=queries.pending,
    )
    app.config["MEMBER_KEY"] = configuration.need_member_key()
    member_key.check(DATABASE, app.config["MEMBER_KEY"])
    return app
