"""Wiring: the only file of `activity` that sees every room."""

import os

from flask import Flask

from services.activity import api, jobs, queries
from services.activity.documents import Activity, Community, Member
from services.activity.repository import DATABASE
from services.activity.use_cases import profiling
from shared import auth, http, member_key, mongo, process, relay, service, settings
from shared.events import activity as events
from shared.settings import Settings

SERVICE = "activity"
TOPICS = (events.EVENTS, events.PROFILES)


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


def connect(configuration: Settings, kind: str = "cli") -> None:
    """Connect to the service's database, as this kind of process."""
    mongo.connect(DATABASE, configuration.mongo_url, kind)


def run_relay(configuration: Settings) -> None:
    """Carry deliveries and profiles to Kafka until told to stop."""
    service.start(SERVICE, DATABASE, configuration, "relay")
    process.collect_seldom()
    relay.run(DATABASE, configuration.kafka_servers, process.until_told(), profiling.send_profiles)


def run_jobs(configuration: Settings) -> None:
    """Check and fan out until told to stop."""
    service.start(SERVICE, DATABASE, configuration, "jobs")
    process.collect_seldom()
    jobs.run(process.until_told())


def ensure(configuration: Settings) -> None:
    """Create what collections and indexes are missing."""
    connect(configuration)
    service.ensure(DATABASE, (Community, Member, Activity))
