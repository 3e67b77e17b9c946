"""`laurel init`: what every service must find before it runs."""

import os

import click

from services.activity import app as activity
from services.referral import app as referral
from services.titles_and_badges import app as titles_and_badges
from shared import kafka
from shared.settings import Settings, from_environment


@click.command("init")
def init() -> None:
    """Create what indexes and topics are missing; to be run again at any time."""
    configuration: Settings = from_environment(os.environ)
    for service in (activity, titles_and_badges, referral):
        service.ensure(configuration)
    kafka.create_topics(
        configuration.kafka_servers,
        tuple(dict.fromkeys((*activity.TOPICS, *titles_and_badges.TOPICS, *referral.TOPICS))),
        configuration.replication_factor,
    )
    click.echo("Indexes and topics are there.")
