"""What every service does alike: how its processes begin, and what the chassis needs of its database."""

from collections.abc import Iterable

from mongoengine import Document

from shared import lease, mongo, outbox, telemetry, work
from shared.settings import Settings

#: The process that answers HTTP: it shows its metrics at a door of its own.
API = "api"


def start(service: str, database: str, configuration: Settings, kind: str) -> None:
    """What every process of a service does first: logs, metrics, the connection to its database as this kind."""
    telemetry.configure(
        service=service, process=kind, level=configuration.log_level, form=configuration.log_format
    )
    if kind != API:
        telemetry.serve_metrics(configuration.metrics_bind)
    mongo.connect(database, configuration.mongo_url, kind)


def ensure(database: str, documents: Iterable[type[Document]]) -> None:
    """Create what collections and indexes are missing: a service's own, and those of the outbox, marks and leases."""
    for document in documents:
        mongo.ensure(document)
    for room in (outbox, work):
        room.ensure(database)
    mongo.ensure_collection(database, lease.COLLECTION)
