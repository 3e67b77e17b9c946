"""How often an order asks the database, from its id to its loop: each question is a way there and back.

Who makes it more has read something twice, most likely: hand it on (`gathering.dossier`), or let the transaction
remember it.
"""

from collections.abc import Iterator

import pytest
from pymongo import monitoring

from services.referral import app as referral_app
from services.referral.use_cases import converting
from shared.mongo import Document
from shared.settings import Settings
from tests.fixtures import MEMBER_KEY
from tests.referral.town import NOW, Town

#: With the commit.
MOST_OF_THE_FIRST, MOST_OF_A_LATER, MOST_OF_A_REPEAT = 34, 29, 4


class Commands(monitoring.CommandListener):
    """What is asked of the database."""

    def __init__(self) -> None:
        self.asked: list[Document] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """One more."""
        self.asked.append({event.command_name: event.command.get(event.command_name)})

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""


@pytest.fixture
def commands(databases: Settings) -> Iterator[Commands]:
    """What is asked by this process from now on."""
    found = Commands()
    monitoring.register(found)  # of connections that are made from now on
    referral_app.connect(databases)
    yield found
    monitoring._LISTENERS.command_listeners.remove(found)  # noqa: SLF001 (its only way)
    referral_app.connect(databases)


def test_an_order_asks_no_more_than_it_must(town: Town, commands: Commands) -> None:
    code = town.advocate("ann")

    def sell(number: int) -> list[Document]:
        commands.asked.clear()
        said = {"order": f"o{number}", "member": "bob", "amount_minor": 500, "currency": "EUR", "at": NOW}
        kept = converting.convert(
            MEMBER_KEY.encode(), town.community, {**said, "quantity": 1, "code": code}, NOW
        )
        assert kept.waits_for is None
        return list(commands.asked)

    asked = [sell(number) for number in range(10)]
    assert len(asked[0]) <= MOST_OF_THE_FIRST, asked[0]
    assert len(asked[9]) <= MOST_OF_A_LATER, asked[9]
    # However many there were before: nothing is read order by order.
    assert len(asked[9]) == len(asked[2])
    assert len(sell(9)) <= MOST_OF_A_REPEAT
    assert [town.advocate_of(f"o{number}") for number in range(10)] == ["ann"] * 10
