"""What the importers send: everything, once, in bounded batches, through failures, again only if asked."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from services.activity.importers import bookmark, cli, sending
from services.activity.importers.bookmark import Bookmark
from services.activity.importers.items import Item

FACTS = Path(__file__).parents[1] / "data" / "stackexchange-facts"
MEMBERS, ACTIVITIES = 272, 1493


@dataclass
class Laurel:
    """A stand-in for the activity API that keeps what it is sent and fails as it is told."""

    url: str = ""
    taken: dict[str, Any] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)  # statuses of the next answers
    fails_after: int | None = None  # that many batches, then 401
    unwanted: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)

    def answer_to(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        """What a batch is answered with."""
        results = [{"id": item["id"], "status": self._status(item)} for item in items]
        for result in results:
            if result["status"] == "refused":
                place = {"pointer": "/object", "detail": "unwanted"}
                result["problem"] = {"title": "Invalid", "detail": "Not this one.", "errors": [place]}
        counts = Counter(result["status"] for result in results)
        return {**{name: counts[name] for name in ("accepted", "duplicate", "refused")}, "results": results}

    def _status(self, item: dict[str, Any]) -> str:
        if item["id"] in self.unwanted:
            return "refused"
        return "accepted" if self.taken.setdefault(item["id"], item) is item else "duplicate"


class _Door(BaseHTTPRequestHandler):
    laurel: Laurel

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        items = json.loads(body)
        self.laurel.tokens.add(self.headers["Authorization"])
        stopped = self.laurel.fails_after is not None and len(self.laurel.batches) >= self.laurel.fails_after
        failure = self.laurel.failures.pop(0) if self.laurel.failures else 401 if stopped else None
        if failure is not None:
            self.answer(failure, {"title": "No", "detail": "The server said no."})
            return
        self.laurel.batches.append(len(items))
        self.laurel.sizes.append(len(body))
        self.answer(200, self.laurel.answer_to(items))

    def do_GET(self) -> None:
        item_id = self.path.rpartition("/")[2].replace("%2F", "/")
        self.answer(200 if item_id in self.laurel.taken else 404, {})

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def laurel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laurel]:
    stand_in = Laurel()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (_Door,), {"laurel": stand_in}))
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("LAUREL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAUREL_ACTIVITY_URL", stand_in.url)
    monkeypatch.setenv("LAUREL_TOKEN", "secret")
    monkeypatch.setattr(sending, "WAITS", (0.0, 0.01, 0.02))
    yield stand_in
    server.shutdown()
    server.server_close()


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.importing, [*map(str, arguments), "--community", "conlang"])


def log(directory: Path, *lines: str) -> Path:
    path = directory / "log.ndjson"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def like(number: int, note: str = "") -> str:
    return json.dumps({"id": f"like/{number}", "type": "Like", "note": note})


def test_a_dump_is_sent_members_first_and_only_once(laurel: Laurel) -> None:
    assert run("stackexchange", FACTS).exit_code == 0
    assert laurel.batches == [272, 1000, 493]
    assert laurel.tokens == {"Bearer secret"}
    again = run("stackexchange", FACTS)
    assert again.exit_code == 0
    assert "1,765 were sent by an earlier run" in again.output
    assert sum(laurel.batches) == MEMBERS + ACTIVITIES


def test_again_sends_everything_once_more(laurel: Laurel) -> None:
    run("stackexchange", FACTS)
    result = run("stackexchange", FACTS, "--again")
    assert "0 accepted, 1,765 already known" in result.output
    assert sum(laurel.batches) == 2 * (MEMBERS + ACTIVITIES)


def test_a_dry_run_counts_everything_and_sends_nothing(laurel: Laurel) -> None:
    result = run("stackexchange", FACTS, "--dry-run")
    assert result.exit_code == 0
    assert "nothing was sent" in result.output
    assert "950" in result.output
    assert not laurel.batches


def test_a_dry_run_finds_what_the_server_would_refuse(laurel: Laurel, tmp_path: Path) -> None:
    good = {"id": "1", "type": "Like", "published": "2026-01-01T00:00:00Z"}
    lines = [good, {**good, "published": "2026-01-01T00:00:00"}, {**good, "object": {"id": "x" * 1001}}]
    result = run("ndjson", log(tmp_path, *map(json.dumps, lines)), "--dry-run")
    assert result.exit_code == 1
    assert all(part in result.output for part in ("line 2", "/published", "line 3", "/object/id"))
    assert "line 1" not in result.output
    assert not laurel.batches


def test_a_stopped_import_goes_on_behind_the_last_acknowledged_batch(laurel: Laurel) -> None:
    laurel.fails_after = 5
    stopped = run("stackexchange", FACTS, "--batch-size", "100")
    assert stopped.exit_code == 1
    assert "401" in stopped.output
    assert "The server said no." in stopped.output
    laurel.fails_after = None
    assert run("stackexchange", FACTS).exit_code == 0
    assert sum(laurel.batches) == len(laurel.taken) == MEMBERS + ACTIVITIES


def test_a_changed_source_is_sent_from_its_beginning(laurel: Laurel, tmp_path: Path) -> None:
    run("ndjson", log(tmp_path, like(1), like(2)))
    result = run("ndjson", log(tmp_path, like(3), like(1), like(2)))
    assert "source has changed" in result.output
    assert set(laurel.taken) == {"like/1", "like/2", "like/3"}


def test_a_source_that_grew_is_sent_from_where_it_ended(laurel: Laurel, tmp_path: Path) -> None:
    run("ndjson", log(tmp_path, like(1), like(2)))
    run("ndjson", log(tmp_path, like(1), like(2), like(3)))
    assert laurel.batches == [2, 1]


def test_a_server_that_forgot_gets_everything_again(laurel: Laurel, tmp_path: Path) -> None:
    path = log(tmp_path, like(1), like(2))
    run("ndjson", path)
    laurel.taken.clear()
    assert "does not hold" in run("ndjson", path).output
    assert set(laurel.taken) == {"like/1", "like/2"}


def test_another_community_has_a_bookmark_of_its_own(laurel: Laurel, tmp_path: Path) -> None:
    path = log(tmp_path, like(1))
    run("ndjson", path)
    CliRunner().invoke(cli.importing, ["ndjson", str(path), "--community", "other"])
    assert laurel.batches == [1, 1]


def test_a_refused_item_is_shown_with_place_and_reason_and_tried_again_next_time(
    laurel: Laurel, tmp_path: Path
) -> None:
    path = log(tmp_path, like(1), like(2), like(3))
    laurel.unwanted = {"like/2"}
    result = run("ndjson", path)
    assert result.exit_code == 1
    assert all(part in result.output for part in ("log.ndjson, line 2", "like/2", "Not this one.", "/object"))
    laurel.unwanted = set()
    assert run("ndjson", path).exit_code == 0
    assert laurel.batches == [3, 1]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(laurel: Laurel, tmp_path: Path, status: int) -> None:
    laurel.failures = [status, status]
    assert run("ndjson", log(tmp_path, like(1))).exit_code == 0
    assert set(laurel.taken) == {"like/1"}


@pytest.mark.parametrize("status", [400, 401, 403, 413, 422, 500])
def test_a_refused_batch_stops_at_once(laurel: Laurel, tmp_path: Path, status: int) -> None:
    laurel.failures = [status]
    result = run("ndjson", log(tmp_path, like(1)))
    assert result.exit_code == 1
    assert f"answered {status}" in result.output
    assert not laurel.taken


@pytest.mark.usefixtures("laurel")
def test_a_server_that_stays_away_is_named(tmp_path: Path) -> None:
    result = run("ndjson", log(tmp_path, like(1)), "--url", "http://127.0.0.1:9")
    assert result.exit_code == 1
    assert "cannot be reached" in result.output


def test_batches_stay_below_the_body_limit(laurel: Laurel, tmp_path: Path) -> None:
    run("ndjson", log(tmp_path, *(like(number, "x" * 400_000) for number in range(12))))
    assert laurel.batches == [4, 4, 4]
    assert max(laurel.sizes) < 2_000_000


def test_standard_input_is_read(laurel: Laurel) -> None:
    arguments = ["ndjson", "-", "--community", "conlang"]
    assert CliRunner().invoke(cli.importing, arguments, input=like(1)).exit_code == 0
    assert set(laurel.taken) == {"like/1"}


def test_a_folder_that_is_no_dump_is_refused(laurel: Laurel, tmp_path: Path) -> None:
    result = run("stackexchange", tmp_path)
    assert result.exit_code == 1
    assert "no Stack Exchange dump" in result.output
    assert not laurel.batches


def test_no_token_is_said_with_the_command_that_makes_one(
    laurel: Laurel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAUREL_TOKEN")
    monkeypatch.delenv("LAUREL_TOKEN_SIGNING_KEY", raising=False)
    result = run("ndjson", log(tmp_path, like(1)))
    assert result.exit_code != 0
    assert "laurel tokens mint" in result.output
    assert not laurel.batches


@given(
    kinds=st.lists(st.sampled_from(["members", "activities"]), max_size=30),
    stops=st.lists(st.integers(0, 5), max_size=6),
    most=st.integers(1, 7),
    refused=st.sets(st.integers(0, 29)),
)
def test_however_often_it_dies_every_item_is_acknowledged(
    kinds: list[Any], stops: list[int], most: int, refused: set[int]
) -> None:
    items = [
        Item(kind=kind, label="", place="", id=str(number), body=b"%d" % number)
        for number, kind in enumerate(kinds)
    ]
    mark = Bookmark()
    acknowledged: set[int] = set()
    for stop in [*stops, len(items), len(items)]:
        assert bookmark.holds(items, mark)
        wrong = refused if stop != len(items) else set()
        for _, batch in zip(range(stop), bookmark.batches(items, mark, most, 1000), strict=False):
            positions = {position for position, _ in batch.items}
            assert len(positions) <= most
            assert len({item.kind for _, item in batch.items}) == 1
            assert not positions & acknowledged
            acknowledged |= positions - wrong
            mark = bookmark.moved(mark, batch, positions & wrong)
    assert acknowledged == set(range(len(items)))
    assert list(bookmark.batches(items, mark, most, 1000)) == []
