"""Tokens: what is minted holds, and nothing else does."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import auth
from shared.auth.keys import read_private_key, thumbprint
from shared.errors import Invalid, Unauthenticated

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


def forge(
    directory: Path,
    *,
    key: Any = None,
    algorithm: str = "EdDSA",
    kid: Any = None,
    drop: Sequence[str] = (),
    **changes: Any,
) -> str:
    """A token whose claims or header are not what `mint` would write."""
    private = read_private_key(directory / "signing-key.pem")
    claims = {
        "iss": "laurel",
        "aud": "laurel",
        "sub": "server:demo",
        "community": "demo",
        "kind": "server",
        "origins": [],
        "jti": "one",
        "iat": int(NOW.timestamp()),
        **changes,
    }
    for name in drop:
        del claims[name]
    headers = {"kid": kid or thumbprint(private.public_key())}
    return jwt.encode(claims, private if key is None else key, algorithm=algorithm, headers=headers)


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_minted_token_says_what_it_was_minted_for(directory: Path, keys: auth.Keys) -> None:
    token = mint(directory, kind="rep", subject="rep-7", lifetime=timedelta(hours=1))
    grant = auth.verify(token, keys, NOW)
    assert (grant.community, grant.kind, grant.subject) == ("demo", auth.Kind.REP, "rep-7")
    assert grant.expires_at == NOW + timedelta(hours=1)
    assert grant.origins == ()


def test_two_tokens_never_share_an_id(directory: Path, keys: auth.Keys) -> None:
    one, two = (auth.verify(mint(directory), keys, NOW) for _ in range(2))
    assert one.token_id != two.token_id


def test_a_token_without_a_lifetime_holds_until_it_is_revoked(directory: Path, keys: auth.Keys) -> None:
    grant = auth.verify(mint(directory), keys, NOW + timedelta(days=4_000))
    assert grant.expires_at is None


def test_a_token_holds_until_the_second_of_its_expiry(directory: Path, keys: auth.Keys) -> None:
    token = mint(directory, lifetime=timedelta(minutes=1))
    auth.verify(token, keys, NOW + timedelta(seconds=59))
    with pytest.raises(Unauthenticated, match="expired"):
        auth.verify(token, keys, NOW + timedelta(seconds=60))


def test_a_clock_that_is_a_little_ahead_is_forgiven_and_one_far_ahead_is_not(
    directory: Path, keys: auth.Keys
) -> None:
    token = mint(directory)
    auth.verify(token, keys, NOW - timedelta(seconds=30))
    with pytest.raises(Unauthenticated, match="future"):
        auth.verify(token, keys, NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "someone"}, "not made for Laurel"),
        ({"aud": "elsewhere"}, "not made for Laurel"),
        ({"aud": ["laurel", "elsewhere"]}, "not made for Laurel"),
        ({"kind": "owner"}, "wrong form"),
        ({"kind": ["server"]}, "wrong form"),
        ({"community": ""}, "wrong form"),
        ({"community": {"$gt": ""}}, "wrong form"),
        ({"community": None}, "lacks the claim community"),
        ({"jti": 7}, "cannot be read"),
        ({"sub": ["x"]}, "cannot be read"),
        ({"origins": "https://a.example"}, "wrong form"),
        ({"origins": ["https://a.example"]}, "publishable tokens have origins"),
        ({"kind": "publishable"}, "publishable tokens have origins"),
        ({"kind": "publishable", "origins": ["*"]}, "wrong form"),
        ({"iat": "yesterday"}, "wrong form"),
        ({"iat": True}, "wrong form"),
        ({"exp": "never"}, "wrong form"),
        ({"exp": 1e300}, "wrong form"),
        ({"exp": float("nan")}, "cannot be read|wrong form"),
        ({"exp": None}, "wrong form"),
        ({"nbf": 99_999_999_999}, "does not hold yet"),
    ],
)
def test_a_claim_that_does_not_fit_is_refused(
    directory: Path, keys: auth.Keys, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unauthenticated, match=reason):
        auth.verify(forge(directory, **changes), keys, NOW)


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "community", "kind", "origins", "jti", "iat"])
def test_a_missing_claim_is_refused(directory: Path, keys: auth.Keys, claim: str) -> None:
    with pytest.raises(Unauthenticated):
        auth.verify(forge(directory, drop=[claim]), keys, NOW)


def test_a_token_of_another_key_is_refused_under_our_kid_and_under_its_own(
    directory: Path, keys: auth.Keys
) -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(Unauthenticated, match="signature"):
        auth.verify(forge(directory, key=stranger), keys, NOW)
    with pytest.raises(Unauthenticated, match="not known"):
        auth.verify(forge(directory, key=stranger, kid=thumbprint(stranger.public_key())), keys, NOW)


def test_no_algorithm_but_ours_is_taken(directory: Path, keys: auth.Keys) -> None:
    private = read_private_key(directory / "signing-key.pem")
    kid = thumbprint(private.public_key())
    body = mint(directory).split(".")[1]
    unsigned = f"{segment({'alg': 'none', 'kid': kid})}.{body}."
    signed_with_public_key = f"{segment({'alg': 'HS256', 'kid': kid})}.{body}"
    mac = hmac.new(
        private.public_key().public_bytes_raw(), signed_with_public_key.encode(), hashlib.sha256
    ).digest()
    forged = f"{signed_with_public_key}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    for token in (unsigned, forged):
        with pytest.raises(Unauthenticated, match="algorithm"):
            auth.verify(token, keys, NOW)


def test_a_changed_token_is_refused(directory: Path, keys: auth.Keys) -> None:
    header, body, signature = mint(directory).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = segment({**claims, "community": "another"})
    with pytest.raises(Unauthenticated, match="signature"):
        auth.verify(f"{header}.{other}.{signature}", keys, NOW)


@pytest.mark.parametrize("kid", [None, 7, ["x"], "", "unknown", {"$ne": 1}])
def test_a_kid_that_we_do_not_know_is_refused(directory: Path, keys: auth.Keys, kid: Any) -> None:
    header = {"alg": "EdDSA", "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    _, body, signature = mint(directory).split(".")
    with pytest.raises(Unauthenticated):
        auth.verify(f"{segment(header)}.{body}.{signature}", keys, NOW)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "не токен", "\x00", "e30.e30.e30", "x" * 10_000])
def test_nonsense_is_refused_without_being_repeated(keys: auth.Keys, token: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        auth.verify(token, keys, NOW)
    assert not token.strip(".") or token not in refusal.value.detail


def test_a_publishable_token_carries_its_origins_as_browsers_send_them(
    directory: Path, keys: auth.Keys
) -> None:
    written = ["HTTPS://Shop.Example:443/", "http://localhost:5173", "https://shop.example"]
    grant = auth.verify(mint(directory, kind="publishable", origins=written), keys, NOW)
    assert grant.origins == ("https://shop.example", "http://localhost:5173")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://a.example", "https://a.example"),
        ("https://A.example:8443", "https://a.example:8443"),
        ("http://a.example:80", "http://a.example"),
        ("https://магазин.рф", "https://xn--80aairftm.xn--p1ai"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_brought_to_its_one_form(written: str, normal: str) -> None:
    assert auth.normal_origin(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        "*",
        "null",
        "",
        "shop.example",
        "https://*.example",
        "https://shop.example/path",
        "https://user@shop.example",
        "https://shop.example?x",
        "https://shop.example#x",
        "ftp://shop.example",
        "https://",
        "https://shop.example:port",
        "https://shop.example:99999",
        "https://a b.example",
        "https://a\\b.example",
        f"https://{'a' * 70}.example",
        "https://[::1",
        "https://user@[::1]",
        "https://a..example",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_origin_is_refused_with_its_place(directory: Path, written: str) -> None:
    with pytest.raises(Invalid) as refusal:
        mint(directory, kind="publishable", origins=["https://a.example", written])
    assert refusal.value.errors[0]["pointer"] == "/origins/1"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"kind": "owner"}, "/kind"),
        ({"community": ""}, "/community"),
        ({"kind": "publishable"}, "/origins"),
        ({"kind": "server", "origins": ["https://a.example"]}, "/origins"),
        ({"lifetime": timedelta(0)}, "/lifetime"),
        ({"lifetime": timedelta(seconds=-1)}, "/lifetime"),
    ],
)
def test_claims_that_do_not_fit_together_are_not_signed(
    directory: Path, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        mint(directory, **changes)
    assert refusal.value.errors[0]["pointer"] == pointer
