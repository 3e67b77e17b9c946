"""A real history of commits, shuffled, through the commands of an operator alone: import, seal, titles, board."""

import csv
import io
import json
import random
import time
from collections import defaultdict
from pathlib import Path

from tests.live import Live

DATA = Path(__file__).parents[1] / "data" / "commits"
ZONE = "Pacific/Kiritimati"  # where most months differ from those of the offsets in which they were written
MONTHS = ("2010-05", "2014-06", "2019-05", "2020-04")
BUSIEST = {"slug": "busiest", "name": "Busiest of the month", "board": "commits", "ties": "co-holders"}


def test_what_an_operator_imports_seals_and_lists_is_what_a_script_counted(
    live: Live, tmp_path: Path
) -> None:
    slug = f"commits-{time.monotonic_ns()}"
    definitions, log = tmp_path / "definitions.json", tmp_path / "shuffled.ndjson"
    definitions.write_text(json.dumps(with_a_title()), encoding="utf-8")
    lines = (DATA / "activities.ndjson").read_text("utf-8").splitlines()
    log.write_text("\n".join(random.Random(7).sample(lines, len(lines))), encoding="utf-8")  # noqa: S311

    live.laurel("communities", "create", slug, "--time-zone", ZONE)
    live.laurel("titles-and-badges", "definitions", "load", definitions, "--community", slug)
    live.handled()
    live.laurel("import", "ndjson", log, "--community", slug)
    live.handled()
    periods = [part for month in MONTHS for part in ("--period", month)]
    live.laurel("titles-and-badges", "seal", "--community", slug, *periods)

    wanted = expected()
    listed = rows(live.laurel("titles-and-badges", "titles", "--community", slug, "--format", "csv"))
    assert sorted((row["period"], row["member"], int(row["score"])) for row in listed) == sorted(
        (month, member, commits) for month in MONTHS for place, member, commits in wanted[month] if place == 1
    )
    for month in MONTHS:
        shown = rows(
            live.laurel(
                *("titles-and-badges", "board", "commits", "--period", month),
                *("--community", slug, "--format", "csv"),
            )
        )
        found = [(int(row["rank"]), row["member"], int(row["score"])) for row in shown]
        assert sorted(line for line in found if line[0] <= 3) == sorted(wanted[month])


def with_a_title() -> dict[str, object]:
    """The definitions that come with Laurel, and one title more."""
    packaged = Path(__file__).parents[2] / "services/titles_and_badges/definitions/commits.json"
    return {**json.loads(packaged.read_text("utf-8")), "titles": [BUSIEST]}


def expected() -> dict[str, list[tuple[int, str, int]]]:
    found = defaultdict(list)
    for row in rows((DATA / "expected-months.csv").read_text("utf-8")):
        if row["zone"] == ZONE:
            found[row["month"]].append((int(row["rank"]), row["member"], int(row["commits"])))
    return found


def rows(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))
