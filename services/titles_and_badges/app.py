"""Wiring: with `wsgi.py` the only file of `titles-and-badges` that sees every room."""

from services.titles_and_badges import consumers, documents, jobs
from services.titles_and_badges.repository import DATABASE, communities
from shared import consumer, mongo, process, relay, service
from shared.events import referral
from shared.events import titles_and_badges as events
from shared.settings import Settings

SERVICE = "titles-and-badges"
TOPICS = (events.EVENTS, referral.EVENTS)


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
