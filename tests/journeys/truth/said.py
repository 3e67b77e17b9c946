"""What happens in the histories: few members, few objects, few moments, so that much meets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

MEMBERS = ("ann", "bob", "cy", "dee")
OBJECTS = ("o1", "o2", "o3")
ACTIVITIES = tuple(f"a{number}" for number in range(24))
ZONES = ("UTC", "Europe/Kyiv", "Pacific/Kiritimati")
_START = datetime(2026, 9, 28, 6, tzinfo=UTC)  # a week that lies in two months

members = st.sampled_from(MEMBERS)
#: Eight hours apart, so that zones decide the day and the month.
moments = st.integers(0, 14).map(lambda step: (_START + step * timedelta(hours=8)).isoformat())
zones = st.sampled_from(ZONES)
roles = st.sampled_from(["member", "bot", "staff"])
seldom = st.sampled_from([False, False, False, True])
_kinds = st.sampled_from(["Create", "Create", "Like", "Like", "Like", "Dislike", "Accept"])


@st.composite
def activities(draw: st.DrawFn, ids: tuple[str, ...] = ACTIVITIES) -> dict[str, Any]:
    """One activity, as a community's backend posts it; the same id may come twice with other contents, or edited."""
    return {
        "id": draw(st.sampled_from(ids)),
        "type": draw(_kinds),
        "actor": draw(st.sampled_from([*MEMBERS, *MEMBERS, None])),
        "published": draw(moments),
        "updated": draw(st.one_of(st.none(), st.none(), moments)),
        "sequence": draw(st.one_of(st.none(), st.integers(0, 2))),
        "value": draw(st.one_of(st.none(), st.integers(0, 2))),
        "object": {
            "id": draw(st.sampled_from(OBJECTS)),
            "type": draw(st.sampled_from(["Answer", "Answer", "Question"])),
            "attributedTo": draw(st.sampled_from([*MEMBERS, None])),
            "inReplyTo": draw(st.sampled_from([None, *OBJECTS])),
        },
    }
