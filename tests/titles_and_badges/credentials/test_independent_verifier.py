"""The npm packages of Digital Bazaar check what we sign: they take it as it is, and nothing of it changed.

They bring their own canonicalisation, signatures and status lists; the contexts are those of two further packages.
"""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.titles_and_badges.credentials import data_integrity, multikey, open_badges, status_list
from services.titles_and_badges.credentials.open_badges import Claim, Issuer, Place
from tests.titles_and_badges.credentials import independent
from tests.titles_and_badges.credentials.published import KEY, MULTIBASE, VECTOR, VECTOR_METHOD, Json

CREATED = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
ISSUER = Issuer(address="https://badges.example/issuers/bees", name="Бджоли")
OURS, OLD, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2, 3))
PLACE = Place(
    address="https://badges.example/credentials/GqVAgeqY074ly1e_iM-vBQ",
    status_list="https://badges.example/issuers/bees/status/0",
    status_index=77,
)
CLAIM = Claim(
    achievement=open_badges.badge("nice-answer", {
        "name": "Nice Answer", "description": "An answer reaches a score.",
        "levels": [{"name": "bronze", "at": 10}, {"name": "срібло", "at": 50}],
    }, "срібло"),
    member="ann@home",
    awarded_at=CREATED,
    valid_until=datetime(2028, 1, 1, tzinfo=UTC),
    evidence=("https://forum.example/answers/1", "https://forum.example/?q=a%20b"),
)  # fmt: skip


def public(key: Ed25519PrivateKey) -> str:
    """The public half as Multikey."""
    return multikey.encode(key.public_key())


def signed(document: Json, key: Ed25519PrivateKey) -> Json:
    """A document as the issuer signs it with a key."""
    return data_integrity.sign(document, key, method=open_badges.method(ISSUER, public(key)), created=CREATED)


CREDENTIAL = signed(open_badges.credential(CLAIM, ISSUER, PLACE, salt="a salt"), OURS)
LIST = signed(status_list.credential(PLACE.status_list, ISSUER.address, [0, 77, 131_071], CREATED), OURS)
PROFILE = open_badges.profile(ISSUER, [public(OLD), public(OURS)])


def changed(path: str, value: Any) -> Json:
    """The credential with another value somewhere."""
    copy = deepcopy(CREDENTIAL)
    *way, last = path.split("/")
    place: Any = copy
    for name in way:
        place = place[int(name) if name.isdigit() else name]
    place[last] = value
    return copy


def resigned(key: Ed25519PrivateKey) -> Json:
    """The credential with somebody else's signature under our key's name."""
    forged = signed({name: value for name, value in CREDENTIAL.items() if name != "proof"}, key)
    return {
        **forged,
        "proof": {**forged["proof"], "verificationMethod": CREDENTIAL["proof"]["verificationMethod"]},
    }


IDENTITY = "credentialSubject/identifier/0"
TAMPERED = {
    "name": changed("name", "Nicer Answer"),
    "date": changed("validFrom", "2020-01-01T00:00:00.000Z"),
    "expiry": changed("validUntil", "2099-01-01T00:00:00.000Z"),
    "subject": changed(f"{IDENTITY}/identityHash", open_badges.identity_hash("bob", "a salt")),
    "salt": changed(f"{IDENTITY}/salt", "another"),
    "achievement": changed("credentialSubject/achievement/name", "Best Answer"),
    "issuer": changed("issuer/name", "Wasps"),
    "status": changed("credentialStatus/statusListIndex", "78"),
    "evidence": changed("evidence/0/id", "https://forum.example/answers/2"),
    "proof-value": changed("proof/proofValue", LIST["proof"]["proofValue"]),
    "proof-date": changed("proof/created", "2026-11-01T12:31:00Z"),
    "another-key": resigned(STRANGER),
    "key-not-listed": signed({k: v for k, v in CREDENTIAL.items() if k != "proof"}, STRANGER),
}
VECTOR_CASE = {
    "credential": data_integrity.sign(
        VECTOR, KEY, method=VECTOR_METHOD, created=datetime(2010, 1, 1, 19, 23, 24, tzinfo=UTC)
    ),
    "issuer": open_badges.profile(Issuer(address=VECTOR["issuer"]["id"], name="Example Corp"), [MULTIBASE]),
}
CASES: dict[str, Json] = {
    "vector": VECTOR_CASE,
    "ours": {"credential": CREDENTIAL, "issuer": PROFILE},
    "old-key": {"credential": signed(CREDENTIAL, OLD), "issuer": PROFILE},
    "status-list": {"credential": LIST, "issuer": PROFILE},
    "retired-key": {"credential": CREDENTIAL, "issuer": open_badges.profile(ISSUER, [public(OLD)])},
    **{f"tampered-{name}": {"credential": each, "issuer": PROFILE} for name, each in TAMPERED.items()},
    "bits": {
        "encodedList": LIST["credentialSubject"]["encodedList"],
        "positions": [0, 1, 76, 77, 78, 131_071],
    },
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Json]:
    """What their verifier says of every case, asked at once: Node takes longer to start than to answer."""
    return dict(zip(CASES, independent.verdicts(list(CASES.values())), strict=True))


@pytest.mark.parametrize("case", ["vector", "ours", "old-key", "status-list"])
def test_what_we_sign_is_accepted(verdicts: dict[str, Json], case: str) -> None:
    assert verdicts[case] == {"verified": True, "error": None}


@pytest.mark.parametrize("case", ["retired-key", *(f"tampered-{name}" for name in TAMPERED)])
def test_what_is_tampered_with_is_refused(verdicts: dict[str, Json], case: str) -> None:
    assert verdicts[case]["verified"] is False


def test_a_changed_text_is_refused_for_its_signature(verdicts: dict[str, Json]) -> None:
    assert "Invalid signature" in verdicts["tampered-name"]["error"]


def test_our_status_lists_are_read(verdicts: dict[str, Json]) -> None:
    assert verdicts["bits"] == {"length": 131_072, "set": [True, False, False, True, False, True]}
