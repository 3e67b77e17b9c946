"""What goes on behind the door of `/r/…`: clicks are kept and drained, and unknown codes asked for."""

from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from prometheus_client import REGISTRY

from services.referral import jobs
from services.referral.redirect import Redirect, routes
from services.referral.redirect.keeping import Keeping
from services.referral.redirect.visitors import Hashing
from services.referral.use_cases import attributing, click_keys, clicking, draining
from shared import clock, mongo, telemetry, work
from shared.errors import Fault
from shared.spool import Spool
from tests.fixtures import REFERRAL, Door
from tests.referral.doors import CHROME, Clicker, a_link, classes, clicks, keeping


def test_people_leave_a_mark_for_attribution(referral: Door) -> None:
    """Whoever named a click before it came is looked at again; a robot's does not count, and his record says why."""
    code, bob = a_link(referral), Clicker(referral)
    keeping(referral).turn()  # the door has its keys
    for member, user_agent in (("bob", CHROME), ("eve", "Twitterbot/1.0")):
        answer = Clicker(referral, user_agent)(code)
        named = parse_qs(urlsplit(answer.headers["Location"]).query)[routes.PARAMETER]
        friend = {"_id": f"{referral.community}-{member}", "community": referral.community, "clicks": named}
        mongo.collection(REFERRAL, "friends").insert_one(friend)
    bob(code)
    assert len(clicks(referral)) == 3
    query = {"community": referral.community, "kind": attributing.ATTRIBUTE}
    marks = mongo.collection(REFERRAL, work.COLLECTION).find(query)
    assert sorted(each["friend"] for each in marks) == [
        f"{referral.community}-{name}" for name in ("bob", "eve")
    ]


def test_keys_of_another_installation_beside_the_links_hold_nothing_up(
    referral: Door, tmp_path: Path
) -> None:
    """As after a folder was copied, or all else was deleted. Where our own secrets are wrong it is said."""
    opener, other = (click_keys.wrapper([each * 32]) for each in (b"a", b"b"))
    known = routes.Routes(tmp_path)
    known.keep({"visitor/2026": other.encrypt(b"k" * 32)})
    known.save()
    right = keeping(referral)._opener  # noqa: SLF001 (what the database was begun with)
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    Keeping(tmp_path, "referral", 1_000_000, right).attach(door)
    with pytest.raises(Fault, match="LAUREL_CLICK_KEYS"):
        Keeping(tmp_path, "referral", 1_000_000, opener).attach(door)


def test_whoever_comes_first_is_known_again(referral: Door, tmp_path: Path) -> None:
    """A door that has only just begun, in an empty folder: nobody has followed the keys yet."""
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    door.hashing = Hashing({})
    Keeping(tmp_path, "referral", 1_000_000, keeping(referral)._opener).attach(door)  # noqa: SLF001 (as above)
    assert door.hashing("visitor", referral.community, "0" * 32, clock.now().timestamp())


def test_a_click_that_is_drained_twice_is_one(referral: Door) -> None:
    """A process died between storing and removing."""
    code = a_link(referral)
    drained: list[bytes] = []
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    kept, door._keep = door._keep, lambda entry: drained.append(entry) is None  # noqa: SLF001
    Clicker(referral)(code)
    door._keep = kept  # noqa: SLF001
    for _ in range(2):
        clicking.keep([clicking.decode(each) for each in (*drained, *drained)], clock.now())
    assert classes(referral) == ["person"]


def test_unknown_codes_are_asked_for_only_so_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many a second: whoever tries many costs the database nothing."""
    asked_for: list[str] = []
    known = routes.Routes(tmp_path)
    known.look_up = asked_for.append
    for second in (1, 2):
        monkeypatch.setattr(routes, "time", SimpleNamespace(monotonic=lambda second=second: second + 0.5))
        undecided = 0
        for number in range(routes.LOOK_UPS * 3):
            try:
                assert known.find(f"unknown{number}") is None
            except routes.Undecided:
                undecided += 1
        assert (len(asked_for), undecided) == (second * routes.LOOK_UPS, 2 * routes.LOOK_UPS)


def test_a_code_of_which_nobody_can_tell_is_not_said_to_lead_nowhere(referral: Door) -> None:
    """The database is away: a link may have been made just now. Known ones lead on."""
    code, behind = a_link(referral), keeping(referral)
    assert Clicker(referral)(code).status_code == 302
    behind._away = True  # noqa: SLF001 (as after a look that failed)
    answer = Clicker(referral)("perhaps-new-9")
    assert (answer.status_code, answer.headers["Retry-After"], answer.data) == (503, "1", b"")
    assert Clicker(referral)(code).status_code == 302
    behind.turn()
    assert Clicker(referral)("perhaps-new-9").status_code == 404


def test_answers_are_counted_a_moment_later(referral: Door) -> None:
    """Each once, among the others of the service, as what it was, and with its time."""
    code, behind = a_link(referral), keeping(referral)
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    door.count()
    before = [_counted("GET", "3xx"), _counted("HEAD", "3xx"), _counted("GET", "4xx")]
    for asked, method in ((code, "GET"), ("nothing-here-9", "GET"), (code, "HEAD"), (code, "GET")):
        Clicker(referral)(asked, method)
    behind._synced(0.0)  # noqa: SLF001 (what its thread does all the time)
    behind._synced(0.0)  # noqa: SLF001
    gets, heads, lost = before
    now = [_counted("GET", "3xx"), _counted("HEAD", "3xx"), _counted("GET", "4xx")]
    assert now == [(gets[0] + 2, gets[1] + 3), (heads[0] + 1, heads[1] + 1), (lost[0] + 1, lost[1] + 3)]


def _counted(method: str, status: str) -> tuple[float, float]:
    """How many were answered so, and how many of that method were timed."""
    labels = {"service": "referral", "method": method, "route": "/r/{code}"}
    counted = REGISTRY.get_sample_value("laurel_http_requests_total", {**labels, "status": status})
    return counted or 0, REGISTRY.get_sample_value("laurel_http_request_seconds_count", labels) or 0


def test_a_full_spool_leads_on_and_says_what_it_lost(referral: Door, tmp_path: Path) -> None:
    """The bound is in bytes; a disk that refuses is the same."""
    lost = telemetry.SPOOL_DROPPED.labels("full")
    code, full = a_link(referral), Spool(tmp_path, "full", 1)
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    kept, door._keep = door._keep, full.add  # noqa: SLF001
    before = lost._value.get()  # noqa: SLF001 (its only way)
    assert [Clicker(referral)(code).status_code for _ in range(3)] == [302, 302, 302]
    door._keep = kept  # noqa: SLF001
    assert lost._value.get() - before == 3  # noqa: SLF001


def test_jobs_drain_what_the_door_keeps(referral: Door, tmp_path: Path) -> None:
    """From the folder that they share; one that is not there holds nothing up."""
    code, shared = a_link(referral), Spool(tmp_path, "referral", 1_000_000)
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    kept, door._keep = door._keep, shared.add  # noqa: SLF001
    Clicker(referral)(code)
    door._keep = kept  # noqa: SLF001
    shared.roll()
    # Marks of other tests may be in its way: it is stopped when it has come to the spool.
    jobs.run(lambda: not list(tmp_path.iterdir()), tmp_path)
    assert classes(referral) == ["person"]
    assert not draining.drain(tmp_path / "nowhere", "referral")


def test_what_cannot_be_read_holds_up_nothing(referral: Door) -> None:
    """An entry of another version is left out, and said; the others arrive."""
    keeping(referral).keep(b"nothing that we wrote")
    Clicker(referral)(a_link(referral))
    assert classes(referral) == ["person"]
