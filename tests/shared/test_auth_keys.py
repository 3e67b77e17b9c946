"""Keys: made once, rotated without a restart, never shown."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest

from shared import auth
from shared.auth.keys import thumbprint
from shared.errors import Unauthenticated
from shared.settings import SettingsError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    auth.make_keys(tmp_path)
    return tmp_path


@pytest.fixture
def keys(directory: Path) -> auth.Keys:
    return auth.Keys.load(directory / "keys.json")


def mint(directory: Path, **changes: Any) -> str:
    wanted = {"community": "demo", "kind": "server", "now": NOW, **changes}
    return auth.mint(directory / "signing-key.pem", **wanted)


def test_making_keys_again_changes_nothing(directory: Path) -> None:
    before = [(directory / name).read_bytes() for name in ("signing-key.pem", "keys.json")]
    auth.make_keys(directory)
    assert before == [(directory / name).read_bytes() for name in ("signing-key.pem", "keys.json")]
    assert sorted(path.name for path in directory.iterdir()) == ["keys.json", "signing-key.pem"]


def test_a_lost_public_set_is_made_again_from_the_signing_key(directory: Path) -> None:
    token = mint(directory)
    (directory / "keys.json").unlink()
    auth.make_keys(directory)
    auth.verify(token, auth.Keys.load(directory / "keys.json"), NOW)


def test_only_the_owner_reads_the_signing_key_and_the_public_set_holds_no_secret(directory: Path) -> None:
    assert stat.S_IMODE((directory / "signing-key.pem").stat().st_mode) == 0o600
    [member] = json.loads((directory / "keys.json").read_text())["keys"]
    assert set(member) == {"kty", "crv", "x", "kid", "alg", "use"}


def test_the_kid_is_the_thumbprint_of_rfc_7638(tmp_path: Path) -> None:
    # The example of RFC 8037, appendix A.3.
    member = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "a"}
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [member]}))
    key = auth.Keys.load(tmp_path / "keys.json").find("a")
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_after_a_rotation_old_and_new_tokens_hold_without_a_restart(directory: Path, keys: auth.Keys) -> None:
    old = mint(directory)
    auth.make_keys(directory, rotate=True)
    new = mint(directory)
    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(new)["kid"]
    for token in (old, new):
        auth.verify(token, keys, NOW)
        auth.verify(token, auth.Keys.load(directory / "keys.json"), NOW)


def test_a_key_that_is_taken_out_of_the_set_takes_its_tokens_along(directory: Path, keys: auth.Keys) -> None:
    old = mint(directory)
    auth.verify(old, keys, NOW)
    auth.make_keys(directory, rotate=True)
    path = directory / "keys.json"
    path.write_text(json.dumps({"keys": json.loads(path.read_text())["keys"][:1]}))
    with pytest.raises(Unauthenticated, match="not known"):
        auth.verify(old, keys, NOW)
    auth.verify(mint(directory), keys, NOW)


def test_a_key_set_that_breaks_while_we_run_changes_nothing_for_the_known_keys(
    directory: Path, keys: auth.Keys
) -> None:
    token = mint(directory)
    (directory / "keys.json").write_text("{")
    auth.verify(token, keys, NOW)
    (directory / "keys.json").unlink()
    auth.verify(token, keys, NOW)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [{}]}',
        '{"keys": [{"kid": "a", "kty": "RSA"}]}',
        '{"keys": [{"kid": "a", "kty": "OKP", "crv": "Ed25519", "x": "AAAA"}]}',
        '{"keys": 7}',
        "\ud800".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_service_does_not_start_without_public_keys(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError):
        auth.Keys.load(path)
    with pytest.raises(SettingsError):
        auth.Keys.load(tmp_path / "missing.json")


def test_a_private_key_in_the_public_set_is_refused_and_not_repeated(directory: Path) -> None:
    path = directory / "keys.json"
    [member] = json.loads(path.read_text())["keys"]
    path.write_text(json.dumps({"keys": [{**member, "d": "secret-scalar"}]}))
    with pytest.raises(SettingsError, match="private key") as refusal:
        auth.Keys.load(path)
    assert "secret-scalar" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"not a key", None])
def test_a_signing_key_that_is_none_is_named(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "signing-key.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"signing-key\.pem"):
        mint(tmp_path)
