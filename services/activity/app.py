"""Wiring: with `wsgi.py` the only file of `activity` that sees every room."""

from services.activity import jobs
from services.activity.documents import Activity, Community, Member
from services.activity.repository import DATABASE
from services.activity.use_cases import profiling
from shared import mongo, process, relay, service
from shared.events import activity as events
from shared.settings import Settings

SERVICE = "activity"
TOPICS = (events.EVENTS, events.PROFILES)


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
