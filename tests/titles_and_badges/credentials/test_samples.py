"""1EdTech's validator has samples with verdicts; ours are beside theirs.

Those of the data model 2.0 are made here from the simplest one, and signed with the published key: where the signature
is theirs to the last letter, so is the sample. Not read at all, and therefore refused: the data model 1.1 (which their
validator takes with a warning), Ed25519Signature2020, JWT, BBS, did:web (their test of it is switched off) and contexts
other than 3.0.3. What stands under an unknown type has no meaning in any context, so that no signature covers it: with
us, its proof fails too.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from services.titles_and_badges.credentials import checking, data_integrity, status_list
from services.titles_and_badges.credentials.checking import Question
from tests.titles_and_badges.credentials.published import KEY, MULTIBASE, OB, SIMPLE, V2, Json, edited

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CREATED = datetime(2010, 1, 1, 19, 23, 24, tzinfo=UTC)
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
V1 = "https://www.w3.org/2018/credentials/v1"
LIST = "https://lists.example/testlist"
ALIGNED = {
    "type": "Alignment",
    "targetCode": "project",
    "targetDescription": "Project description",
    "targetName": "Final Project",
    "targetFramework": "1EdTech University Program and Course Catalog",
    "targetType": "CFItem",
    "targetUrl": "https://1edtech.edu/catalog/degree/project/result/1",
}
DESCRIBED = "urn:uuid:f6ab24cd-86e8-4eaf-b8c6-ded74e8fd41c"
RESULTS = [
    {"type": ["Result"], "alignment": [ALIGNED], "resultDescription": DESCRIBED, "value": "A"},
    {
        "type": ["InvalidResult"],
        "achievedLevel": "urn:uuid:d05a0867-d0ad-4b03-bdb5-28fb5d2aab7a",
        "alignment": [ALIGNED],
        "resultDescription": DESCRIBED,
    },
    {"type": ["Result"], "resultDescription": DESCRIBED, "status": "Completed"},
]
DID_KEY: Json = {
    "@context": [V2, OB, EXTENSIONS],
    "id": "urn:uuid:280c19b6-9680-4a37-ba84-e38b1a4e4584",
    "type": ["VerifiableCredential", "AchievementCredential"],
    "issuer": {
        "type": ["Profile"],
        "name": "Andy F. Miller",
        "id": "urn:uuid:6f2e33e5-7a29-4155-840a-59483ba10164",
    },
    "validFrom": "2022-11-10T07:38:00-08:00",
    "name": "test 1",
    "credentialSubject": {
        "id": "urn:uuid:6f2e33e5-7a29-4155-840a-59483ba10164",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "urn:uuid:35258e6f-4c05-4215-8ada-38a5a5b80510",
            "type": ["Achievement"],
            "achievementType": "Achievement",
            "name": "test 1",
            "description": "This is a test achievement",
            "criteria": {"narrative": "There is no criteria"},
        },
    },
}
SCHEMA = [
    {
        "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
        "type": "1EdTechJsonSchemaValidator2019",
    }
]
STATUS = {
    "id": f"{LIST}#23",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "23",
    "statusListCredential": LIST,
}
OWN_KEY = f"https://example.com/issuers/876543#{MULTIBASE}"


class Sample(NamedTuple):
    """A sample, the published signature where there is one, and what of it fails."""

    name: str
    document: Json
    fails: set[Question]
    value: str | None = None
    method: str = OWN_KEY


SAMPLES = [
    Sample("simple", SIMPLE, set(),
           "z41ZsNkz78FHSGkAD5J4b8EN49DkywMMJSL3UdUNffbsCAWmTLPvtnJpd3JGGooYX7TNrzgsTLkXUWiGsRRZ788ML"),
    Sample("simple-context-alias", edited(SIMPLE, validFrom="2024-03-21T14:56:35Z"), set(),
           "z4sG6oe7cR9GszKfEkjoYr4Kig1k9R8CTBEeqxhNt1qj3MKZW3w8AjE86k3QQpkYYyD74QDj2maQX8pbKHem9Bs6B"),
    Sample("simple-did-key-method", DID_KEY, set(),
           "z5v2mkEWTLxzJ4VCxvUx5dRoy54Hp81GpyABUk7NswQECwDH6Ecwv5F3Mqso7t18UY6WScm5Qszo6nqiiqmevRWHc",
           f"did:key:{MULTIBASE}"),
    Sample("simple-err-type", edited(SIMPLE, type=["VerifiableCredential", "OtherCredential"]), {"form"}),
    Sample("simple-err-issuer", edited(SIMPLE, issuer=None), {"form", "proof"}),
    Sample("simple-err-issuer-type", edited(SIMPLE, issuer__type=["InvalidProfile"]), {"form"}),
    Sample("simple-err-issuer-parentorg-type",
           edited(SIMPLE, issuer__parentOrg={"id": "https://example.com/issuers/876543", "type": ["InvalidProfile"],
                                             "name": "Example Parent Corp"}), {"form"}),
    Sample("simple-err-issuer-otheridentifier-type",
           edited(SIMPLE, issuer__otherIdentifier=[
               {"type": "IdentifierEntry", "identifier": "12345", "identifierType": "sourcedId"},
               {"type": "InvalidIdentifierEntry", "identifier": "67890", "identifierType": "nationalIdentityNumber"},
           ]), {"form", "proof"}),
    Sample("simple-err-credential-subject-type",
           edited(SIMPLE, credentialSubject__type=["InvalidAchievementSubject"]), {"form", "proof"}),
    Sample("simple-err-credential-subject-identifier-type",
           edited(SIMPLE, credentialSubject__identifier=[
               {"type": "InvalidIdentityObject", "hashed": True, "identityHash": "asdjhsadas",
                "identityType": "lisSourcedId"}]), {"form", "proof"}),
    Sample("simple-err-credential-subject-no-id-no-identifier", edited(SIMPLE, credentialSubject__id=None), {"form"}),
    Sample("simple-err-credential-subject-result-type",
           edited(SIMPLE, credentialSubject__result=RESULTS), {"form", "proof"}),
    Sample("simple-err-credential-subject-achievement-result-description-type",
           edited(SIMPLE, credentialSubject__achievement__resultDescription=[
               {"id": "urn:uuid:b07c0387-f2d6-4b65-a3f4-f4e4302ea8f7", "type": "InvalidResultDescription",
                "name": "Project Status", "resultType": "Status"}]), {"form", "proof"}),
    Sample("simple-err-credential-subject-profile-type",
           edited(SIMPLE, credentialSubject__source={"id": "https://school.edu/issuers/201234",
                                                     "type": "InvalidProfile", "name": "1EdTech College of Arts"}),
           {"form"}),
    Sample("simple-err-evidence-type",
           edited(SIMPLE, evidence=[{"id": "https://github.com/somebody/project", "type": "InvalidEvidence",
                                     "name": "Final Project Code"}]), {"form"}),
    Sample("simple-err-context", {**SIMPLE, "@context": [OB]}, {"form", "proof"}),
    Sample("simple-context-version",
           {**SIMPLE, "@context": [V2, OB.replace("3.0.3", "3.0.2")]}, {"proof"}),
    Sample("simple_v1",
           {**edited(SIMPLE, validFrom=None), "@context": [V1, OB], "issuanceDate": "2010-01-01T00:00:00Z"},
           {"form", "proof", "issued"}),
    Sample("simple-err-expired", edited(SIMPLE, validUntil="2020-01-20T00:00:00Z"), {"expired"}),
    Sample("simple-err-issued", edited(SIMPLE, validFrom="2040-01-01T00:00:00Z"), {"issued"}),
    Sample("simple-err-proof-method", SIMPLE, {"proof"}, None, OWN_KEY.replace("ZRZv3", "ZRsdasZv3")),
    Sample("simple-err-proof-method-no-scheme", SIMPLE, {"proof"}, None, MULTIBASE),
    Sample("simple-err-proof-method-unknown-scheme", SIMPLE, {"proof"}, None, f"mailto:{MULTIBASE}"),
    Sample("simple-err-proof-method-unknown-did-method", SIMPLE, {"proof"}, None, f"did:unknown:{MULTIBASE}"),
    Sample("bit-string-list/credential-status-revoked", edited(SIMPLE, credentialStatus=STATUS), {"revoked"}),
    Sample("complete", edited(SIMPLE, credentialSchema=SCHEMA), {"form"}),
]  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_holds_or_fails_where_it_should(sample: Sample) -> None:
    credential = signed(sample)
    if sample.value is not None:
        assert credential["proof"]["proofValue"] == sample.value
    assert failures(credential) == sample.fails


@pytest.mark.parametrize("value", ["z41Zs", "41ZsNkz78", "zO0Il", None, 7])
def test_a_broken_proof_value_fails(value: object) -> None:
    proof = {**signed(SAMPLES[0])["proof"], "proofValue": value}
    assert failures({**SIMPLE, "proof": proof}) == {"proof"}


def test_without_a_proof_nothing_holds() -> None:
    assert failures(SIMPLE) == {"proof"}


def test_a_proof_beside_others_is_found() -> None:
    other = {"type": "SomeProofType", "created": "2022-11-16T18:54:22Z", "proofPurpose": "assertionMethod"}
    credential = signed(SAMPLES[0])
    assert failures({**credential, "proof": [other, credential["proof"]]}) == set()


@pytest.mark.parametrize(
    "changed",
    [
        {"proofPurpose": "authentication"},
        {"created": "2011-01-01T19:23:24Z"},
        {"cryptosuite": "eddsa-2022"},
        {"expires": "2030-01-01T00:00:00Z"},
    ],
)
def test_a_changed_proof_fails(changed: Json) -> None:
    credential = signed(SAMPLES[0])
    assert failures({**credential, "proof": {**credential["proof"], **changed}}) == {"proof"}


@pytest.mark.parametrize(
    "entry", [{**STATUS, "statusListIndex": "131072"}, {**STATUS, "statusListIndex": "-1"}, "a text"]
)
def test_a_status_that_cannot_be_read_is_not_passed(entry: object) -> None:
    assert failures(signed(Sample("", SIMPLE, set())) | {"credentialStatus": entry}) >= {"revoked"}


def signed(sample: Sample) -> Json:
    """The sample as 1EdTech would sign it; what cannot be signed has a signature of another document."""
    method, document = sample.method, sample.document
    try:
        return data_integrity.sign(document, KEY, method=method, created=CREATED)
    except data_integrity.BadProof:
        other = data_integrity.sign(SIMPLE, KEY, method=method, created=CREATED)
        return {**document, "proof": other["proof"]}


def failures(credential: Json) -> set[Question]:
    """The questions that are not answered with yes."""
    answers = checking.check(credential, key_of=checking.key_in_method, revoked=is_revoked, now=NOW)
    return {answer.question for answer in answers if answer.verdict != "passed"}


def is_revoked(entry: Any) -> bool:
    """1EdTech's published list, of which bit 23 is set."""
    encoded = "uH4sIAAAAAAAA_-3BMQEAAAzDoMy_6cnoA9QFAAAAAAAAAAAAAAAAAAAAbD3uPa2cAEAAAA"
    return status_list.is_set(encoded, int(entry["statusListIndex"]))
