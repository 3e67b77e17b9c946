"""Byte for byte what 1EdTech and the W3C published."""

import socket
from datetime import UTC, datetime
from typing import Any

import base58
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.titles_and_badges.credentials import data_integrity, multikey
from services.titles_and_badges.credentials.data_integrity import BadProof
from tests.titles_and_badges.credentials.published import (
    ALUMNI,
    KEY,
    MULTIBASE,
    SIMPLE,
    VECTOR,
    VECTOR_METHOD,
    Json,
    edited,
)

CREATED = datetime(2010, 1, 1, 19, 23, 24, tzinfo=UTC)
OPTIONS = {
    "type": "DataIntegrityProof",
    "created": "2010-01-01T19:23:24Z",
    "verificationMethod": VECTOR_METHOD,
    "cryptosuite": "eddsa-rdfc-2022",
    "proofPurpose": "assertionMethod",
}


def test_the_key_of_the_specification() -> None:
    public = KEY.public_key()
    assert (
        public.public_bytes_raw().hex() == "4bdeafde2ea8beefadd8c699b5c7e0704cf51154d52e17b20b71337ca04cc5a5"
    )
    assert multikey.encode(public) == MULTIBASE
    assert multikey.decode(MULTIBASE).public_bytes_raw() == public.public_bytes_raw()


def test_the_canonical_form_of_the_specification() -> None:
    lines = data_integrity.canonical(VECTOR).splitlines()
    assert len(lines) == 16
    assert lines[15].startswith("_:c14n0 <https://purl.imsglobal.org/spec/vc/ob/vocab.html#narrative> ")


def test_the_hashes_of_the_specification() -> None:
    proof, document = (
        "d34009cea0dbc1ca941e09dc01c8c9d3e3ce3c5b853f67ee44698dcea10f5d19",
        "87f65a76d40146205e3b3e06cb0fbd153f97f9ce70372390f52566bb7f9e0773",
    )
    assert data_integrity.digest(VECTOR).hex() == document
    assert data_integrity.signed_data(VECTOR, OPTIONS).hex() == proof + document


def test_the_signature_of_the_specification() -> None:
    signed = data_integrity.sign(VECTOR, KEY, method=VECTOR_METHOD, created=CREATED)
    value = "z5x9aCBYovW3CQCbKdNyhEm7ffYSw1YpEdPywQJoNbzDD2gkzQDKJ1sYKJaWvqZtkMtSbz35HcbgXVEDYHxCzgkCr"
    assert signed == {**VECTOR, "proof": {**OPTIONS, "proofValue": value}}
    assert base58.b58decode(value[1:]).hex() == (
        "f7a017acf7d27983267ec362657c0fb08e955549f49dac5bf36a03c4f2c3a4f1"
        "e3738a6c5ecd7ffba7135cb9cd754e6196f4b73082ea8df8e703c8ecd4333503"
    )


W3C = [
    pytest.param(
        "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq",
        "https://vc.example/issuers/5678#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        {},
        "z21EVs3eXERqTn4acNHT9viboqgzUaQ3kTmhPT3eA8qrVPE7CrQq78WkzctnMX5W4CrzcKnHw8V6dvy5pgWYCU5e9",
        id="eddsa-rdfc-2022",
    ),
    pytest.param(
        "z3u2W4YnTstS1nSSBAgZcYSJF43JuZ9uLV6bF38B1Bf8NugW",
        "https://vc.example/issuers/56781#z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7",
        {"id": "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544"},
        "z5KTX5yikM4eUukZW9qh66LGT3KZEUCACGpWcT2t4Yd54NMoFRchGmH4778omyNFAD3weSt6sNk5fuaMQmhhzNmEC",
        id="proof-set",
    ),
]


@pytest.mark.parametrize(("secret", "method", "more", "value"), W3C)
def test_the_signatures_of_the_w3c(secret: str, method: str, more: Json, value: str) -> None:
    # A secret key as multibase: 0x8026 and the seed.
    key = Ed25519PrivateKey.from_private_bytes(base58.b58decode(secret[1:])[2:])
    options = {**OPTIONS, **more, "created": "2023-02-24T23:36:38Z", "verificationMethod": method}
    signature = key.sign(data_integrity.signed_data(ALUMNI, options))
    assert "z" + base58.b58encode(signature).decode() == value
    data_integrity.verify(ALUMNI, {**options, "proofValue": value}, key.public_key())


def test_the_hashes_of_the_w3c() -> None:
    method = "https://vc.example/issuers/5678#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    options = {**OPTIONS, "created": "2023-02-24T23:36:38Z", "verificationMethod": method}
    assert data_integrity.signed_data(ALUMNI, options).hex() == (
        "4c4d3890a157f8d611b13c265c2c22f39aa0a567c7c7dd9ba3e45cd579784eeb"
        "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        edited(SIMPLE, motto="not in any context"),
        edited(SIMPLE, credentialSubject__motto="not in any context"),
        {**SIMPLE, "@context": ["https://evil.example/context.json"]},
        {**SIMPLE, "@context": [*SIMPLE["@context"], "http://127.0.0.1:1/context.json"]},
        {**SIMPLE, "@context": 7},
    ],
)
def test_what_no_context_knows_is_not_signed(wrong: Json) -> None:
    with pytest.raises(BadProof):
        data_integrity.sign(wrong, KEY, method=VECTOR_METHOD, created=CREATED)


def test_no_network_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        pytest.fail("somebody opens a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    data_integrity.canonical(VECTOR)
