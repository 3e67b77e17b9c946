"""Wiring: with `wsgi.py` the only file of `referral` that sees every room."""

from services.referral import consumers, documents, jobs
from services.referral.repository import DATABASE
from shared import consumer, idempotency, mongo, process, relay, service
from shared.events import referral as events
from shared.events import titles_and_badges
from shared.settings import Settings

SERVICE = "referral"
TOPICS = (events.EVENTS, titles_and_badges.EVENTS)


def connect(configuration: Settings, kind: str = "cli") -> None:
    """Connect to the service's database, as this kind of process."""
    mongo.connect(DATABASE, configuration.mongo_url, kind)


def run_consume(configuration: Settings) -> None:
    """Follow `activity` and `titles-and-badges` until told to stop."""
    service.start(SERVICE, DATABASE, configuration, "consume")
    process.collect_seldom()
    consumer.run(configuration.kafka_servers, consumers.GROUP, consumers.HANDLERS, process.until_told())


def run_relay(configuration: Settings) -> None:
    """Carry announcements to Kafka until told to stop."""
    service.start(SERVICE, DATABASE, configuration, "relay")
    relay.run(DATABASE, configuration.kafka_servers, process.until_told())


def run_jobs(configuration: Settings) -> None:
    """Work off marks until told to stop."""
    service.start(SERVICE, DATABASE, configuration, "jobs")
    process.collect_seldom()
    jobs.run(process.until_told(), configuration.spool)


def ensure(configuration: Settings) -> None:
    """Create what collections and indexes are missing."""
    connect(configuration)
    service.ensure(DATABASE, documents.EVERY)
    idempotency.ensure(DATABASE)
