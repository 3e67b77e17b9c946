"""The operator's door of `activity`: communities and tokens, and one clear line when something is wrong."""

import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from shared import auth, clock
from shared.settings import Settings
from tests.fixtures import Door, Said

Laurel = Callable[..., Said]


@pytest.fixture
def slug() -> str:
    """A slug that nobody has."""
    return f"test-{uuid.uuid4().hex[:12]}"


def test_a_community_is_founded_once(laurel: Laurel, slug: str) -> None:
    first = laurel("communities", "create", slug, "--time-zone", "Europe/Kyiv", "--name", "Спільнота")
    again = laurel("communities", "create", slug, "--time-zone", "Europe/Kyiv")
    assert (first.code, again.code) == (0, 0)
    assert "is founded" in first.out
    assert "is there already" in again.out
    shown = laurel("communities", "show", slug).out
    assert shown == f"slug: {slug}\nname: Спільнота\nlocale: en\ntime_zone: Europe/Kyiv\n"


def test_founding_it_with_another_zone_is_refused(laurel: Laurel, slug: str) -> None:
    laurel("communities", "create", slug, "--time-zone", "Europe/Kyiv")
    other = laurel("communities", "create", slug, "--time-zone", "UTC")
    assert (other.code, other.out) == (1, "")
    assert "Europe/Kyiv" in other.err
    assert "PATCH /v1/community" in other.err


@pytest.mark.parametrize("wrong", ["Upper", "a_b", "-a", "a-", "", "a/b", "x" * 65, "a:b", "ї", "a\n"])
def test_a_slug_is_plain(laurel: Laurel, wrong: str) -> None:
    refused = laurel("communities", "create", "--time-zone", "UTC", "--", wrong)
    assert (refused.code, refused.out) == (1, "")
    assert "A slug is" in refused.err


@pytest.mark.parametrize("zone", ["Mars/Base", "", "+02:00", "localtime", "../UTC"])
def test_a_zone_is_one_of_the_iana_database(laurel: Laurel, slug: str, zone: str) -> None:
    refused = laurel("communities", "create", slug, "--time-zone", zone)
    assert refused.code == 1
    assert "There is no such time zone" in refused.err
    assert laurel("communities", "show", slug).code == 1


def test_what_is_not_there_is_named(laurel: Laurel, slug: str) -> None:
    for command in (
        ("communities", "show", slug),
        ("tokens", "mint", "--community", slug, "--kind", "server"),
        ("tokens", "revoke", "some-id", "--community", slug),
        ("activity", "republish", "--community", slug),
    ):
        refused = laurel(*command)
        assert (command, refused.code, refused.out) == (command, 1, "")
        assert refused.err == f"laurel: There is no community '{slug}'.\n"


def test_mint_prints_the_token_alone(laurel: Laurel, activity: Door) -> None:
    said = laurel("tokens", "mint", "--community", activity.community, "--kind", "server", "--days", "1")
    assert (said.code, said.err) == (0, "")
    assert said.out.count("\n") == 1
    headers = {"Authorization": f"Bearer {said.out.strip()}"}
    assert activity("GET", "/v1/community", headers=headers).json["slug"] == activity.community
    claims = jwt.decode(said.out.strip(), options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 86_400


def test_a_publishable_token_names_its_pages(laurel: Laurel, community: str) -> None:
    mint = ("tokens", "mint", "--community", community, "--kind", "publishable")
    without = laurel(*mint)
    assert (without.code, without.out) == (1, "")
    assert "/origins" in without.err
    wrong = laurel(*mint, "--origin", "https://a.example", "--origin", "*")
    assert "/origins/1" in wrong.err
    good = laurel(
        *mint, "--origin", "https://a.example", "--origin", "http://localhost:5173", "--subject", "shop"
    )
    claims = jwt.decode(good.out.strip(), options={"verify_signature": False})
    assert claims["origins"] == ["https://a.example", "http://localhost:5173"]
    assert claims["sub"] == "shop"


def test_a_revoked_token_holds_no_more(laurel: Laurel, activity: Door) -> None:
    token = activity.token()
    identifier = jwt.decode(token, options={"verify_signature": False})["jti"]
    revoke = ("tokens", "revoke", identifier, "--community", activity.community)
    assert [laurel(*revoke).code, laurel(*revoke).code] == [0, 0]
    headers = {"Authorization": f"Bearer {token}"}
    assert activity("GET", "/v1/community", headers=headers).status_code == 401
    assert activity("GET", "/v1/community").status_code == 200


def test_keys_are_made_once(laurel: Laurel, tmp_path: Path) -> None:
    keys = ("tokens", "keys", "--directory", str(tmp_path / "keys"))
    assert laurel(*keys).code == 0
    private = (tmp_path / "keys" / "signing-key.pem").read_bytes()
    assert laurel(*keys).code == 0
    assert (tmp_path / "keys" / "signing-key.pem").read_bytes() == private
    assert laurel(*keys, "--rotate").code == 0
    assert (tmp_path / "keys" / "signing-key.pem").read_bytes() != private
    old = auth.mint(tmp_path / "keys" / "signing-key.pem", community="a", kind="server", now=clock.now())
    assert auth.verify(old, auth.Keys.load(tmp_path / "keys" / "keys.json"), clock.now()).community == "a"


def test_republish_is_ordered(laurel: Laurel, community: str) -> None:
    ordered = laurel("activity", "republish", "--community", community)
    assert (ordered.code, "laurel status --wait" in ordered.out) == (0, True)


def test_a_wrong_call_is_explained(laurel: Laurel) -> None:
    for command in (
        ("tokens", "mint"),
        ("tokens", "mint", "--kind", "king"),
        ("communities", "create"),
        ("nope",),
    ):
        wrong = laurel(*command)
        assert (command, wrong.code, wrong.out) == (command, 2, "")
        assert wrong.err.startswith("Usage: ")


def test_without_settings_every_missing_one_is_named(
    laurel: Laurel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LAUREL_HOME", str(tmp_path))
    monkeypatch.delenv("LAUREL_MONGO_URL")
    monkeypatch.delenv("LAUREL_TOKEN_KEYS")
    for command in (("communities", "show", "a"), ("status",), ("activity", "relay"), ("init",)):
        said = laurel(*command)
        assert (said.code, said.out) == (2, "")
        assert "LAUREL_MONGO_URL is not set\nLAUREL_TOKEN_KEYS is not set\n" in said.err
        assert "make up" in said.err


def test_the_stacks_own_settings_are_read_from_its_folder(
    laurel: Laurel, community: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "stack.env").write_text(
        f"# by hand\nLAUREL_MONGO_URL={settings.mongo_url}\nLAUREL_LOG_LEVEL=warning\n"
    )
    monkeypatch.delenv("LAUREL_MONGO_URL")
    monkeypatch.setenv("LAUREL_LOG_LEVEL", "error")
    monkeypatch.setenv("LAUREL_HOME", str(tmp_path))
    assert laurel("communities", "show", community).code == 0


def test_a_database_that_is_away_is_one_line_and_no_traceback(
    laurel: Laurel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert laurel("--help").code == 0  # the rest of the environment is that of the fixture
    monkeypatch.setenv("LAUREL_MONGO_URL", "mongodb://127.0.0.1:1/?replicaSet=rs0")
    command = [str(Path(sys.executable).with_name("laurel")), "communities", "show", "a"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own program)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("laurel: MongoDB does not answer")
    assert done.stderr.count("\n") == 1
