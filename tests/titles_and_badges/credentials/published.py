"""What others published about Open Badges 3.0 and `eddsa-rdfc-2022`: keys, documents, hashes, signatures.

* 1EdTech/openbadges-specification, `ob_v3p0/impl/linked-data-proof-ob.html`: the vector.
* 1EdTech/digital-credentials-public-validator, `inspector-vc/src/test/resources/ob30`: the samples (Apache-2.0).
* w3c/vc-di-eddsa, `TestVectors`: the vectors of the cryptosuite (W3C Software and Document License).
"""

from copy import deepcopy
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Json = dict[str, Any]

#: 1EdTech's published test key.
SEED = bytes.fromhex("6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4")
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
MULTIBASE = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"

V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

_ACHIEVEMENT = {
    "id": "https://example.com/achievements/21st-century-skills/teamwork",
    "type": ["Achievement"],
    "criteria": {
        "narrative": "Team members are nominated for this badge by their peers and recognized upon review by "
        "Example Corp management."
    },
    "description": "This badge recognizes the development of the capacity to collaborate within a group environment.",
    "name": "Teamwork",
}
SIMPLE: Json = {
    "@context": [V2, OB],
    "id": "http://example.com/credentials/3527",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "https://example.com/issuers/876543", "type": ["Profile"], "name": "Example Corp"},
    "validFrom": "2010-01-01T00:00:00Z",
    "name": "Teamwork Badge",
    "credentialSubject": {
        "id": "did:example:ebfeb1f712ebc6f1c276e12ec21",
        "type": ["AchievementSubject"],
        "achievement": _ACHIEVEMENT,
    },
}
#: The credential of the specification's vector.
VECTOR: Json = {
    **SIMPLE,
    "issuer": {
        "id": "https://example.edu/issuers/565049",
        "type": ["Profile"],
        "url": "https://www.imsglobal.org",
        "name": "Example Corp",
    },
}
VECTOR_METHOD = f"https://example.edu/issuers/565049#{MULTIBASE}"

#: The W3C's credential; the context of its examples is written out, since it is one line.
ALUMNI: Json = {
    "@context": [V2, {"@vocab": "https://www.w3.org/ns/credentials/examples#"}],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}


def edited(document: Json, **at: Any) -> Json:
    """A copy of a document with other members: `issuer__name="…"`; None takes one out."""
    copy = deepcopy(document)
    for path, value in at.items():
        *way, last = path.split("__")
        place = copy
        for name in way:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return copy
