"""Wiring: the only file of `referral` that sees every room."""

import os

from flask import Flask

from services.referral import api, consumers, documents, jobs
from services.referral.queries import communities
from services.referral.repository import DATABASE
from services.referral.use_cases import founding
from shared import auth, consumer, http, lease, mongo, outbox, process, relay, settings, telemetry, work
from shared.events import referral as events
from shared.events import titles_and_badges
from shared.settings import Settings

API = "api"
SERVICE = "referral"
TOPICS = (events.EVENTS, titles_and_badges.EVENTS)


def create_api() -> Flask:
    """The WSGI application; gunicorn calls this in each worker, after the fork."""
    configuration = settings.from_environment(os.environ)
    start(configuration, API)
    return wire_api(configuration)


def wire_api(configuration: Settings) -> Flask:
    """The WSGI application on a connection that stands already. Raises SettingsError without the service's secrets."""
    app = http.create_app(
        service=SERVICE,
        title="Laurel: referral",
        description="The advocate loop, and what is owed for it.",
        blueprints=api.BLUEPRINTS,
        keys=auth.Keys.load(configuration.token_keys),
        standing=communities.standing,
        ready=lambda: mongo.ping(DATABASE),
        unavailable=mongo.UNAVAILABLE,
        pending=communities.pending,
    )
    app.config["MEMBER_KEY"] = configuration.need_member_key()
    app.config["PUBLIC_URL"] = configuration.referral_url
    app.config["CLICK_KEYS"] = configuration.need_click_keys()
    founding.check_key(app.config["MEMBER_KEY"])
    return app


def start(configuration: Settings, kind: str) -> None:
    """What every process of the service does first."""
    telemetry.configure(
        service=SERVICE, process=kind, level=configuration.log_level, form=configuration.log_format
    )
    if kind != API:  # that one has a door of its own
        telemetry.serve_metrics(configuration.metrics_bind)
    connect(configuration, kind)


def connect(configuration: Settings, kind: str = "cli") -> None:
    """Connect to the service's database, as this kind of process."""
    mongo.connect(DATABASE, configuration.mongo_url, kind)


def run_consume(configuration: Settings) -> None:
    """Follow `activity` and `titles-and-badges` until told to stop."""
    start(configuration, "consume")
    process.collect_seldom()
    consumer.run(configuration.kafka_servers, consumers.GROUP, consumers.HANDLERS, process.until_told())


def run_relay(configuration: Settings) -> None:
    """Carry announcements to Kafka until told to stop."""
    start(configuration, "relay")
    relay.run(DATABASE, configuration.kafka_servers, process.until_told())


def run_jobs(configuration: Settings) -> None:
    """Work off marks until told to stop."""
    start(configuration, "jobs")
    process.collect_seldom()
    jobs.run(process.until_told())


def ensure(configuration: Settings) -> None:
    """Create what collections and indexes are missing."""
    connect(configuration)
    for document in documents.EVERY:
        mongo.ensure(document)
    for room in (outbox, work):
        room.ensure(DATABASE)
    mongo.ensure_collection(DATABASE, lease.COLLECTION)
