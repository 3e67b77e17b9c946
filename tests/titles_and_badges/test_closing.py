"""A month is due once it was named in every partition of both topics, whatever the order."""

from services.titles_and_badges.repository import closings
from services.titles_and_badges.use_cases import closing
from shared import clock, kafka, mongo, work
from shared.events import activity
from shared.events.activity import PeriodClosing
from tests.fixtures import BADGES

EVERYWHERE = [
    (topic.name, number)
    for topic in (activity.EVENTS, activity.PROFILES)
    for number in range(kafka.PARTITIONS)
]


def named(community: str, *months: str) -> list[PeriodClosing]:
    return [PeriodClosing(community=community, period=month, until=clock.now()) for month in months]


def marks(community: str) -> int:
    found = mongo.collection(BADGES, work.COLLECTION)
    return found.count_documents({"community": community, "kind": closing.SEAL})


def test_a_month_is_due_after_the_last_partition_and_once(community: str) -> None:
    for topic, number in EVERYWHERE[:-1]:
        closing.note(topic, number, named(community, "2026-10"))
    assert (closings.load(community)["due"], marks(community)) == ([], 0)
    for _ in range(2):  # a batch may come again
        closing.note(*EVERYWHERE[-1], named(community, "2026-10"))
        assert (closings.load(community)["due"], marks(community)) == (["2026-10"], 1)


def test_months_are_due_in_order_also_where_a_compacted_topic_kept_only_the_last(community: str) -> None:
    for topic, number in EVERYWHERE[::-1]:
        months = ("2026-12",) if topic == activity.PROFILES.name else ("2026-10", "2026-11", "2026-12")
        closing.note(topic, number, named(community, *months))
    assert closings.load(community)["due"] == ["2026-10", "2026-11", "2026-12"]
    closing.note(*EVERYWHERE[0], named(community, "2026-11"))  # an older one, read again
    assert closings.load(community)["closed"] == "2026-12"
