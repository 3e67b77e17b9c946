"""What is said in the histories: few members, few objects, few moments, so that much meets."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from services.activity.domain.deeds import Deed
from services.activity.schemas import deeds as schemas
from tests.journeys.histories.activity_side import COMMUNITY, KEY
from tests.journeys.histories.badge_sets import moment

MEMBERS = ("ann", "bob", "cy", "dee")
OBJECTS = ("o1", "o2", "o3")
ACTIVITIES = tuple(f"a{number}" for number in range(20))
ACCOUNTS = schemas.Accounts(KEY, COMMUNITY)
IDS = tuple(ACCOUNTS.member(name) for name in MEMBERS)

members = st.sampled_from(IDS)
moments = st.integers(0, 7).map(moment)
accounts = st.sampled_from([{"id": name} for name in MEMBERS] + [None])
zones = st.sampled_from(["UTC", "Pacific/Kiritimati"])
roles = st.sampled_from(["member", "bot", "bot", "staff"])
seldom = st.sampled_from([False, False, False, True])
kinds = st.sampled_from(
    ["Create", "Create", "Like", "Like", "Like", "Dislike", "Accept", "Accept", "Update", "Share"]
)


@st.composite
def activities(draw: st.DrawFn, ids: Sequence[str] = ACTIVITIES) -> Deed:
    """One activity, as the door reads it."""
    loaded: dict[str, Any] = {
        "id": draw(st.sampled_from(ids)),
        "type": draw(kinds),
        "actor": draw(accounts),
        "published": draw(moments),
        "updated": draw(st.one_of(st.none(), st.none(), moments)),
        "sequence": draw(st.one_of(st.none(), st.integers(0, 2))),
        "value": draw(st.one_of(st.none(), st.integers(-1, 2))),
    }
    if draw(st.integers(0, 9)):
        loaded["object"] = {
            "id": draw(st.sampled_from(OBJECTS)),
            "type": draw(st.sampled_from(["Answer", "Answer", "Question", None])),
            "attributed_to": draw(accounts),
            "in_reply_to": draw(st.sampled_from([None, *({"id": name} for name in OBJECTS)])),
            "tag": draw(st.sampled_from([[], [], ["draft"]])),
        }
    return schemas.deed(loaded, ACCOUNTS)
