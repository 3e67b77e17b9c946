"""One identity for e-mail: two spellings of one mailbox are one person. Addresses are never kept, only keyed hashes.

What matches is flagged and looked at by a person, never refused in silence: colleagues share a domain, and a relay or
a throw-away address may have its reasons.
"""

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass

_DIGEST_BYTES = 16
_LONGEST_KEY = 64
_GMAIL = {"gmail.com", "googlemail.com"}

_FREE = """
gmail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de live.com msn.com yahoo.com yahoo.co.uk
yahoo.co.jp yahoo.fr yahoo.de ymail.com icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me gmx.com
gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org tutanota.com tuta.com
fastmail.com hey.com zoho.com mail.com inbox.com orange.fr free.fr laposte.net sfr.fr libero.it wp.pl o2.pl onet.pl
interia.pl seznam.cz ukr.net i.ua meta.ua bigmir.net mail.ru bk.ru list.ru inbox.ru yandex.ru yandex.com rambler.ru
qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net rediffmail.com comcast.net verizon.net att.net
"""
_RELAYS = """
privaterelay.appleid.com duck.com mozmail.com simplelogin.com simplelogin.co simplelogin.fr aleeas.com slmails.com
silomails.com slmail.me passmail.net passinbox.com anonaddy.com anonaddy.me addy.io
"""

#: Where anybody may have a mailbox: to share one of these domains says nothing.
FREE = frozenset(_FREE.split())
#: Where people hide the address that they have: one of these is nobody in particular.
RELAYS = frozenset(_RELAYS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """What is kept of an address: keyed hashes of it and of its domain, and what its domain is known for."""

    address: str
    domain: str | None = None
    free: bool = False
    relay: bool = False
    disposable: bool = False


def fold(written: str) -> str:
    """The one form of an address: trimmed, lower case, without what follows a `+`, for Gmail without dots.

    What does not hold exactly one `@` stays as it is, trimmed and in lower case.
    """
    trimmed = written.strip().lower()
    if trimmed.count("@") != 1:
        return trimmed
    local, domain = trimmed.split("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def mailbox(key: bytes, community: str, written: str, disposable: Container[str] = frozenset()) -> Mailbox:
    """What is kept of an address; `disposable` are the domains that give one to anybody for minutes."""
    folded = fold(written)
    _, at, domain = folded.rpartition("@")
    if not at:
        return Mailbox(address=_hash(key, community, folded))
    return Mailbox(
        address=_hash(key, community, folded),
        domain=_hash(key, community, f"@{domain}"),
        free=domain in FREE,
        relay=domain in RELAYS,
        disposable=domain in disposable,
    )


def flags(
    friend: Iterable[Mailbox], advocate: Iterable[Mailbox], earlier_friends: Iterable[Mailbox] = ()
) -> tuple[str, ...]:
    """What is worth a look: the same mailbox, the same domain, that of an earlier friend, a throw-away, a relay.

    `earlier_friends` are for a first conversion alone. Domains of free providers and relays are never compared.
    """
    ours, theirs, others = list(friend), list(advocate), list(earlier_friends)
    found = {
        "same-email": bool({each.address for each in ours} & {each.address for each in theirs}),
        "same-domain": bool(domains(ours) & domains(theirs)),
        "domain-of-earlier-friend": bool(domains(ours) & domains(others)),
        "disposable-email": any(each.disposable for each in ours),
        "relay-email": any(each.relay for each in ours),
    }
    return tuple(name for name, holds in found.items() if holds)


def domains(some: Iterable[Mailbox]) -> set[str]:
    """The domains (keyed hashes) in which to have a mailbox says something: not those of free providers and relays."""
    return {each.domain for each in some if each.domain and not (each.free or each.relay)}


def _hash(key: bytes, community: str, text: str) -> str:
    written = f"email\0{community}\0{text}".encode()
    return hashlib.blake2b(written, key=key[:_LONGEST_KEY], digest_size=_DIGEST_BYTES).hexdigest()
