"""`laurel credentials …`: keys are rotated and retired, and what they signed holds or fails by it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.titles_and_badges.credentials import checking
from shared import clock
from tests.fixtures import Courier, Door, Said

Laurel = Callable[..., Said]
HERO = {"name": "Hero", "criterion": {"kind": "manual"}}


@pytest.fixture
def path(badges: Door, activity: Door, courier: Courier) -> str:
    """Where Ann's credential is."""
    activity("POST", "/v1/members", [{"id": "ann"}])
    courier.carry()
    badges("PUT", "/v1/badges/hero", HERO)
    badges("POST", "/v1/badges/hero/grants", {"member": "ann", "reason": "as agreed"})
    courier.carry()
    (award,) = badges("GET", "/v1/awards").json["items"]
    return str(award["credential"])


def keys(said: Said) -> dict[str, str]:
    """Keys and their states, as they are listed."""
    assert said.code == 0, said.err
    return {line.split()[0]: line.split()[1] for line in said.out.splitlines()}


def holds(badges: Door, credential: Any) -> bool:
    """Whether a copy holds by the keys that the issuer lists now."""
    issuer = badges.client.get(f"/issuers/{badges.community}").json
    key_of = checking.listed_by(issuer)
    answers = checking.check(credential, key_of=key_of, revoked=lambda _: False, now=clock.now())
    return checking.holds(answers)


def test_the_first_key_is_made_when_it_is_needed(laurel: Laurel, badges: Door) -> None:
    first = keys(laurel("credentials", "keys", "--community", badges.community))
    assert list(first.values()) == ["signs"]
    assert keys(laurel("credentials", "keys", "--community", badges.community)) == first


def test_after_a_rotation_the_new_key_signs_and_the_old_one_holds(
    laurel: Laurel, badges: Door, path: str
) -> None:
    old = badges.client.get(path).json
    listed = keys(laurel("credentials", "rotate", "--community", badges.community))
    assert list(listed.values()) == ["holds", "signs"]
    badges("PUT", "/v1/badges/hero", {**HERO, "name": "Heroine"})
    new = badges.client.get(path).json
    signers = [each["proof"]["verificationMethod"].rpartition("#")[2] for each in (old, new)]
    assert signers == list(listed)
    assert holds(badges, old)
    assert holds(badges, new)


def test_a_retired_key_is_trusted_no_longer_and_what_we_host_is_signed_anew(
    laurel: Laurel, badges: Door, path: str
) -> None:
    old = badges.client.get(path).json
    (leaked,) = keys(laurel("credentials", "keys", "--community", badges.community))
    listed = keys(laurel("credentials", "retire", leaked, "--community", badges.community))
    assert list(listed.values()) == ["retired", "signs"]
    assert not holds(badges, old)
    assert holds(badges, badges.client.get(path).json)
    status = badges.client.get(f"/issuers/{badges.community}/status/0").json
    assert leaked not in status["proof"]["verificationMethod"]


def test_a_file_is_verified(laurel: Laurel, badges: Door, path: str, tmp_path: Path) -> None:
    file = tmp_path / "badge"
    for name in ("", "/badge.svg", "/badge.png"):
        file.write_bytes(badges.client.get(path + name).data)
        assert laurel("credentials", "verify", str(file)).code == 0
    file.write_bytes(badges.client.get(path).data.replace(b'"name":"Hero"', b'"name":"Saint"'))
    said = laurel("credentials", "verify", str(file))
    assert (said.code, "proof: failed" in said.out) == (1, True)
    file.write_bytes(b"\xff no credential")
    assert laurel("credentials", "verify", str(file)).err.startswith(
        "laurel: There is no credential in this file"
    )


def test_the_secret_can_be_changed(
    laurel: Laurel, badges: Door, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert badges.client.get(path).status_code == 200
    said = laurel("credentials", "rewrap")
    assert (said.code, "encrypted with the first secret" in said.out) == (0, True)
    monkeypatch.setenv("LAUREL_CREDENTIAL_KEY", "another secret of thirty-two letters or more")
    said = laurel("credentials", "rewrap")
    assert (said.code, "none of the secrets" in said.err) == (1, True)


def test_without_the_secret_nothing_is_signed(
    laurel: Laurel, badges: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAUREL_CREDENTIAL_KEY")
    said = laurel("credentials", "rotate", "--community", badges.community)
    assert (said.code, "LAUREL_CREDENTIAL_KEY is not set" in said.err) == (2, True)


def test_who_is_not_known_gets_no_keys(laurel: Laurel) -> None:
    assert laurel("credentials", "keys", "--community", "nobody").code == 1
