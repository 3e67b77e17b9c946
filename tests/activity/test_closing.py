"""`period.closing`: once, to every partition, behind everything that was accepted before."""

from datetime import datetime, timedelta

from services.activity.repository import communities
from services.activity.use_cases import closing, delivering, fan_out
from shared import clock, kafka, mongo, months, outbox, work
from shared.clock import BEGINNING
from shared.events import activity as events
from tests.fixtures import ACTIVITY, Courier, Door
from tests.interleaving import held

ZONES = [(BEGINNING, "Europe/Kyiv")]


def this_month() -> str:
    return months.month_of(clock.now(), ZONES)


def due() -> datetime:
    """When this month is to be closed."""
    return months.border(this_month(), ZONES) + timedelta(hours=events.GRACE_HOURS)


def announced(community: str) -> list[tuple[str, int | None, str]]:
    """(topic, partition, period) of the closings in the outbox."""
    parcels = [each for each in outbox.by_turns(ACTIVITY, 10_000) if each["community"] == community]
    return [
        (parcel["topic"], message.partition, dict(message.headers)["ce_subject"])
        for parcel in parcels
        for message in outbox.messages(parcel)
        if dict(message.headers)["ce_type"] == events.CLOSING
    ]


def everywhere(*months: str) -> list[tuple[str, int | None, str]]:
    topics = (events.EVENTS.name, events.PROFILES.name)
    return sorted(
        (topic, number, month) for topic in topics for number in range(kafka.PARTITIONS) for month in months
    )


def test_a_month_is_closed_once_in_every_partition_after_its_border_and_grace(community: str) -> None:
    closing.close(community, due() - timedelta(milliseconds=1))
    assert announced(community) == []
    for _ in range(2):
        closing.close(community, due())
        assert sorted(announced(community)) == everywhere(this_month())


def test_after_an_outage_of_months_every_month_is_closed_in_order(community: str, courier: Courier) -> None:
    late = due() + timedelta(days=40)
    closing.close(community, late)
    assert sorted(announced(community)) == everywhere(this_month())
    closing.close(community, late)  # the next one goes behind it: when Kafka has it
    assert sorted(announced(community)) == everywhere(this_month())
    courier.take()
    closing.close(community, late)
    assert sorted(announced(community)) == everywhere(months.following(this_month()))


def test_two_processes_at_once_close_it_once(community: str) -> None:
    for _ in range(3):
        with held(lambda: closing.close(community, due()), communities, "load"):
            closing.close(community, due())
    assert sorted(announced(community)) == everywhere(this_month())


def test_a_process_that_dies_between_two_steps_is_taken_over(community: str) -> None:
    step = closing._step  # noqa: SLF001 (where it dies)
    for _ in range(2):  # after noting the marks, and after noting the parcels
        assert step(community, due())
        assert announced(community) == []
    closing.close(community, due())
    assert sorted(announced(community)) == everywhere(this_month())


def test_a_month_waits_for_what_was_accepted_before_and_for_all_that_follows_from_it(
    activity: Door, courier: Courier
) -> None:
    community = activity.community
    post = {
        "id": "post/1", "type": "Create", "actor": "ann", "published": "2026-10-31T21:59:59Z",
        "object": {"id": "question/1", "type": "Question"},
    }  # fmt: skip
    activity("POST", "/v1/activities", post)
    courier.follow()
    closing.close(community, due())
    assert announced(community) == []  # its check and its fan-out are pending
    while work.do_next(ACTIVITY, fan_out.STEPS):
        pass
    # Accepted after the first look: it holds up nothing.
    activity("POST", "/v1/activities", {**post, "id": "post/2", "object": {"id": "question/2"}})
    closing.close(community, due())
    assert announced(community) == []  # its delivery is not in Kafka yet
    first = courier.take()
    assert {record.key for record in first}
    closing.close(community, due())
    assert sorted(announced(community)) == everywhere(this_month())


def test_a_mark_left_by_a_mark_is_waited_for_as_the_first_one(community: str) -> None:
    mongo.transact(ACTIVITY, lambda: work.add(ACTIVITY, "first", community))
    closing.close(community, due())

    def leave_another(mark: work.Mark) -> None:
        mongo.transact(ACTIVITY, lambda: work.add(ACTIVITY, "second", mark["community"]))

    assert work.do_next(ACTIVITY, {"first": leave_another})
    closing.close(community, due())
    assert announced(community) == []
    assert work.do_next(ACTIVITY, {"second": lambda _mark: None})
    closing.close(community, due())
    assert sorted(announced(community)) == everywhere(this_month())


def test_what_is_accepted_while_a_month_closes_is_late_and_is_not_waited_for(
    activity: Door, community: str
) -> None:
    like = {"id": "late/1", "type": "Like", "actor": "bob", "published": "2026-10-01T00:00:00Z"}
    with held(lambda: activity("POST", "/v1/activities", like), delivering, "mark_stored"):
        closing.close(community, due())
        assert sorted(announced(community)) == everywhere(this_month())
    assert activity("GET", "/v1/activities/late%2F1").status_code == 200


def test_the_grace_is_the_communitys_own(activity: Door, courier: Courier) -> None:
    community = activity.community
    closing.close(community, due() - timedelta(hours=events.GRACE_HOURS))
    changed = activity("PATCH", "/v1/community", {"sealing_grace_hours": 0}).json
    assert changed["sealing_grace_hours"] == 0
    courier.follow()
    closing.close(community, due() - timedelta(hours=events.GRACE_HOURS))
    assert sorted(announced(community)) == everywhere(this_month())
    wrong = activity("PATCH", "/v1/community", {"sealing_grace_hours": -1})
    assert [each["pointer"] for each in wrong.json["errors"]] == ["/sealing_grace_hours"]
