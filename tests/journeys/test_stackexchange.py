"""A real community, from the dump of its site through HTTP and Kafka to the badges that its members earned.

The judge is `tests/stackexchange_oracle.py`, which reads the raw XML and shares no line with Laurel.
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.activity.importers import sending, stackexchange
from services.activity.importers.bookmark import Bookmark
from services.activity.importers.items import Item
from tests import stackexchange_oracle as oracle
from tests.live import Live

FACTS = Path(__file__).parents[1] / "data" / "stackexchange-facts"
ACTIVITIES = 1493
SEED = 20180213

pytestmark = pytest.mark.takes(110)


@pytest.fixture(scope="module")
def usual(live: Live) -> str:
    """The awards after one import in the usual way: 1,000 items a request, in the order of the dump."""
    live.found("usual")
    live.laurel("import", "stackexchange", FACTS, "--community", "usual")
    live.handled()
    return live.awards("usual")


def test_exactly_the_derivable_awards_are_given(usual: str) -> None:
    assert {(row["badge"], row["member"], row["object"]) for row in _rows(usual)} == oracle.derivable(FACTS)
    assert not [row for row in _rows(usual) if row["revoked_at"]]


def test_each_award_is_dated_by_the_vote_or_comment_that_decided_it(usual: str) -> None:
    given = {
        (row["badge"], row["member"], row["object"]): datetime.fromisoformat(row["awarded_at"])
        for row in _rows(usual)
    }
    expected = {award: time.replace(tzinfo=UTC) for award, time in oracle.awarded_at(FACTS).items()}
    assert given == expected


def test_laurel_gives_no_badge_that_the_site_did_not_give(usual: str, show: Callable[[str], None]) -> None:
    site = oracle.really_awarded(FACTS)
    ours = Counter((row["badge"], row["member"]) for row in _rows(usual))
    show(_table(usual))
    assert {key: count for key, count in ours.items() if count > site.get((*key, ""), 0)} == {}


def test_the_same_when_imported_twice(live: Live, usual: str) -> None:
    live.found("twice")
    for _ in range(2):
        said = live.laurel("import", "stackexchange", FACTS, "--community", "twice", "--again")
        live.handled()
    assert f"{ACTIVITIES + 272:,} already known" in said
    assert live.awards("twice") == usual


@pytest.mark.parametrize(("slug", "size"), [("by-one", 1), ("by-seventeen", 17)])
def test_the_same_in_small_batches(live: Live, usual: str, slug: str, size: int) -> None:
    live.found(slug)
    live.laurel("import", "stackexchange", FACTS, "--community", slug, "--batch-size", str(size))
    live.handled()
    assert live.awards(slug) == usual


def test_the_same_in_shuffled_order(live: Live, usual: str) -> None:
    slug = "shuffled"
    live.found(slug)
    items = [item for item in stackexchange.read(FACTS) if isinstance(item, Item)]
    random.Random(SEED).shuffle(items)  # noqa: S311
    with live.client(slug) as client:
        answers = list(sending.send(client, items, Bookmark(), 1_000))
    assert sum(answer.accepted for answer in answers) == len(items)
    live.handled()
    assert live.awards(slug) == usual


def _rows(awards: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(awards)))


def _table(awards: str) -> str:
    derivable = Counter(award[0] for award in oracle.derivable(FACTS))
    ours = Counter(row["badge"] for row in _rows(awards))
    site: Counter[str] = Counter()
    for (badge, _, _), count in oracle.really_awarded(FACTS).items():
        site[badge] += count
    lines = [f"{'badge':<15} {'site awarded':>12} {'derivable':>10} {'Laurel':>7}"]
    lines += [
        f"{name:<15} {site[slug]:>12} {derivable[slug]:>10} {ours[slug]:>7}"
        for slug, name in oracle.NAMES.items()
    ]
    return "\n".join(lines)
