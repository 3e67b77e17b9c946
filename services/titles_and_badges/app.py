"""Wiring: the only file of `titles-and-badges` that sees every room."""

import os

from flask import Flask

from services.titles_and_badges import api, consumers, documents, jobs, widgets
from services.titles_and_badges.credentials.keyring import Keyring
from services.titles_and_badges.queries import awards
from services.titles_and_badges.repository import DATABASE, communities
from services.titles_and_badges.use_cases.issuing import Office
from shared import auth, consumer, http, mongo, process, relay, service, settings
from shared.events import referral
from shared.events import titles_and_badges as events
from shared.settings import Settings

SERVICE = "titles-and-badges"
TOPICS = (events.EVENTS, referral.EVENTS)


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


def connect(configuration: Settings, kind: str = "cli") -> None:
    """Connect to the service's database, as this kind of process."""
    mongo.connect(DATABASE, configuration.mongo_url, kind)


def run_consume(configuration: Settings) -> None:
    """Follow `activity` until told to stop."""
    service.start(SERVICE, DATABASE, configuration, "consume")
    process.collect_seldom()
    consumer.run(configuration.kafka_servers, consumers.GROUP, consumers.HANDLERS, process.until_told())


def run_relay(configuration: Settings) -> None:
    """Carry announcements to Kafka until told to stop."""
    service.start(SERVICE, DATABASE, configuration, "relay")
    relay.run(DATABASE, configuration.kafka_servers, process.until_told())


def run_jobs(configuration: Settings) -> None:
    """Recount until told to stop."""
    service.start(SERVICE, DATABASE, configuration, "jobs")
    process.collect_seldom()
    jobs.run(process.until_told())


def ensure(configuration: Settings) -> None:
    """Create what collections and indexes are missing."""
    connect(configuration)
    service.ensure(DATABASE, documents.EVERY)
    communities.ensure_partitions()
