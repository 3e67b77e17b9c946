"""CloudEvents in binary mode: what stands in the headers."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared import clock
from shared.events import envelope

ZONES = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 (it adds them)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(MOMENTS)
@example(datetime(2026, 1, 1, tzinfo=UTC))
@example(datetime(2026, 1, 1, 0, 0, 0, 1_000, tzinfo=UTC))
def test_the_time_of_an_event_is_written_as_all_times_are(moment: datetime) -> None:
    sent = envelope.message(
        key="m", identifier="i", kind="k", source="/s", subject="m", moment=moment, schema="urn:s", data={}
    )
    assert dict(sent.headers)["ce_time"] == clock.text(moment)
