"""Wiring of the door. What serves no HTTP does not load it: a relay starts in half the time."""

import os

from flask import Flask

from services.titles_and_badges import api, widgets
from services.titles_and_badges.app import SERVICE
from services.titles_and_badges.credentials.keyring import Keyring
from services.titles_and_badges.queries import awards
from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.use_cases.issuing import Office
from shared import auth, http, mongo, service, settings
from shared.settings import Settings


def create_api() -> Flask:
    """The WSGI application; gunicorn calls this in each worker, after the fork."""
    configuration = settings.from_environment(os.environ)
    service.start(SERVICE, DATABASE, configuration, service.API)
    return wire_api(configuration)


def wire_api(configuration: Settings) -> Flask:
    """The WSGI application on a connection that stands already. Raises SettingsError without LAUREL_CREDENTIAL_KEY."""
    app = http.create_app(
        service=SERVICE,
        title="Laurel: titles and badges",
        description="Recognition, and the reasons for it.",
        blueprints=api.BLUEPRINTS,
        keys=auth.Keys.load(configuration.token_keys),
        standing=awards.standing,
        ready=lambda: mongo.ping(DATABASE),
        unavailable=mongo.UNAVAILABLE,
        pending=awards.pending,
        pages=(*api.PAGES, *widgets.BLUEPRINTS),
    )
    app.config["OFFICE"] = office(configuration)
    return app


def office(configuration: Settings) -> Office:
    """What signing credentials needs. Raises SettingsError."""
    return Office(
        address=configuration.credentials_url, keyring=Keyring(configuration.need_credential_keys())
    )
