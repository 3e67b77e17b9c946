"""Credentials are signed when they are asked for, and kept as they were signed while what they say stays the same."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from services.titles_and_badges.credentials import data_integrity, open_badges, status_list
from services.titles_and_badges.credentials.keyring import Keyring
from services.titles_and_badges.credentials.open_badges import Claim, Json, Place
from services.titles_and_badges.repository import communities, credentials, issuers
from services.titles_and_badges.repository.credentials import Row
from services.titles_and_badges.repository.issuers import Issuer
from services.titles_and_badges.use_cases import claims, signing_keys
from shared import timeline
from shared.errors import Gone, NotFound
from shared.mongo import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What signing needs: the address under which everybody finds us, and the keyring."""

    address: str
    keyring: Keyring

    def issuer(self, community: str, name: str) -> open_badges.Issuer:
        """A community as its credentials name it."""
        return open_badges.Issuer(address=self.issuer_address(community), name=name)

    def issuer_address(self, community: str) -> str:
        """Where a community answers as an issuer."""
        return f"{self.address}/issuers/{quote(community, safe='')}"

    def list_address(self, community: str, number: int) -> str:
        """Where a status list of a community lies."""
        return f"{self.issuer_address(community)}/status/{number}"

    def place(self, row: Row) -> Place:
        """Where a credential lives."""
        number, index = divmod(row.position, status_list.LENGTH)
        return Place(
            address=f"{self.address}/credentials/{row.identifier}",
            status_list=self.list_address(row.community, number),
            status_index=index,
        )


class Hosted(NamedTuple):
    """A credential as it is served: its signed text, what it says, the community's profile, and the member's."""

    text: str
    claim: Claim
    community: Document
    member: Document

    @property
    def name(self) -> str | None:
        """The member's name, where the community shows its people to everybody."""
        return self.member.get("name") if self.community.get("pages", {}).get("public") else None

    @property
    def document(self) -> Json:
        """The signed credential."""
        document: Json = json.loads(self.text)
        return document


def credential(identifier: str, office: Office, now: datetime) -> Hosted:
    """A credential, signed if it must be. Raises NotFound, and Gone when its member was erased."""
    row = credentials.load([identifier]).get(identifier)
    if row is None:
        raise NotFound("credential", identifier)
    community, member = _parties(row, now)
    claim = claims.SOURCES[row.source].claim(row.award, member["external_id"])
    if claim is None:
        raise NotFound("credential", identifier)
    return Hosted(_text(row, claim, community, office, now), claim, community, member)


def profile(community: str, office: Office) -> Json:
    """A community as an issuer, with the keys that are trusted. Raises NotFound."""
    known, issuer = _issuer(community)
    return open_badges.profile(office.issuer(community, known["name"]), issuer.trusted)


def signed_list(community: str, number: int, office: Office, now: datetime) -> str:
    """A status list as signed JSON, made anew when a bit or the keys changed. Raises NotFound."""
    _, issuer = _issuer(community)
    if not 0 <= number <= max(0, issuer.issued - 1) // status_list.LENGTH:
        raise NotFound("status list", str(number))
    revision, text = credentials.status_list(community, number)
    if text is not None and _is_trusted(json.loads(text), issuer):
        return text
    first = number * status_list.LENGTH
    places = credentials.revoked_places(community, first, first + status_list.LENGTH)
    unsigned = status_list.credential(
        office.list_address(community, number),
        office.issuer_address(community),
        [place - first for place in places],
        now,
    )
    text = _sign(unsigned, community, office, now)
    credentials.keep_list(community, number, revision, text)
    return text


def _parties(row: Row, now: datetime) -> tuple[Document, Document]:
    """The community and the member of a credential, if the community shows him."""
    member = {} if row.gone else _survivor(row.member)
    if row.gone or member.get("erased"):
        message = "This credential was revoked for good, and what it said is no longer kept."
        raise Gone(message)
    hidden = not member.get("external_id") or timeline.at(
        communities.standing(member).opt_outs, now, default=False
    )
    if hidden:
        raise NotFound("credential", row.identifier)
    return _issuer(row.community)[0], member


def _survivor(member: str) -> Document:
    """The profile of a member, or of whom he became; nothing while it is not known."""
    now = communities.survivors([member])[member]
    return communities.profiles([now]).get(now, {})


def _text(row: Row, claim: Claim, community: Document, office: Office, now: datetime) -> str:
    issuer = office.issuer(row.community, community["name"])
    unsigned = open_badges.credential(claim, issuer, office.place(row), salt=row.identifier)
    if row.text is not None:
        signed = json.loads(row.text)
        same = {name: value for name, value in signed.items() if name != "proof"} == unsigned
        if same and _is_trusted(signed, _issuer(row.community)[1]):
            return row.text
    text = _sign(unsigned, row.community, office, now)
    credentials.keep_text(row.identifier, text)
    return text


def _sign(unsigned: Json, community: str, office: Office, now: datetime) -> str:
    public, private = signing_keys.current(community, office.keyring, now)
    method = f"{office.issuer_address(community)}#{public}"
    signed = data_integrity.sign(unsigned, private, method=method, created=now)
    return json.dumps(signed, ensure_ascii=False, separators=(",", ":"))


def _is_trusted(signed: Json, issuer: Issuer) -> bool:
    return signed["proof"]["verificationMethod"].rpartition("#")[2] in issuer.trusted


def _issuer(community: str) -> tuple[Document, Issuer]:
    known = communities.load([community]).get(community)
    issuer = issuers.load(community)
    if known is None or issuer is None or "name" not in known:
        raise NotFound("issuer", community)
    return known, issuer
