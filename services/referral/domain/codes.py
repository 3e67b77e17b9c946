"""Codes of links: easy to say and to type, and not to be guessed.

A random code has nine of 24 characters: 24⁹ ≈ 2.6 × 10¹², 41 bits. With a million codes in use, whoever guesses meets
one in 2.6 million tries, each a request that is counted; and a code that was met opens nothing and pays only its own
advocate. The characters come from `secrets`, so that a thousand codes say nothing of the next one. No vowels, so that
none spells a word; of characters that look alike only one.

People type what they see: whatever they make of a code is folded to one form (`fold`), under which it is known. Names
that people choose are folded in the same way, so that nobody takes `0livia` beside `Olivia`.
"""

import re
import unicodedata
from collections.abc import Callable

ALPHABET = "23456789cdfghjkmnpqrtvwx"
LENGTH = 9
SHORTEST, LONGEST = 3, 32
#: What is tried as a code may be written with spaces and hyphens; nothing longer is looked up.
LONGEST_TRIED = 64

#: One of a sequence, by chance: `secrets.choice`.
Choose = Callable[[str], str]

_PARTED = re.compile(r"[\s._-]+")
_ALIKE = str.maketrans(
    {
        "o": "0", "i": "1", "l": "1", "z": "2", "s": "5", "b": "8", "u": "v",
        # Cyrillic, for who has not switched the keyboard.
        "а": "a", "в": "8", "е": "e", "і": "1", "ј": "j", "к": "k", "м": "m", "н": "h", "о": "0", "р": "p", "с": "c",
        "ѕ": "5", "т": "t", "у": "y", "х": "x",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FOLDED = re.compile(r"[a-z0-9]+")

#: What stands in our addresses, or would look as if somebody else spoke.
_RESERVED = (
    "account", "admin", "api", "app", "assets", "billing", "blog", "checkout", "click", "codes", "default", "docs",
    "favicon", "health", "help", "home", "index", "info", "join", "landing", "laurel", "legal", "link", "links",
    "livez", "login", "logout", "mail", "metrics", "none", "null", "official", "password", "payment", "preview",
    "privacy", "readyz", "refund", "register", "robots", "root", "security", "settings", "signup", "sitemap", "staff",
    "static", "status", "support", "system", "terms", "test", "undefined", "verify", "well-known", "widgets", "www",
)  # fmt: skip
#: What offends wherever it stands, also with its vowels left out or written as digits.
_OFFENDS = (
    "bitch", "btch", "blyad", "cnt", "cunt", "dck", "f4g", "fck", "fgt", "fuck", "fvck", "hitler", "hvj", "kkk",
    "kurwa", "ngg", "ngr", "nigg", "pidor", "pizd", "prn", "pssy", "sht", "shit", "vagina", "whore", "xxx",
)  # fmt: skip
#: What offends as a word, and stands harmlessly in others, such as `canal`, `peacock` and `grapes`.
_WORDS = (
    "anal", "anus", "bastard", "bollocks", "chink", "clit", "cock", "cunts", "dick", "dyke", "fag", "fags", "gook",
    "huy", "jizz", "kike", "nazi", "nazis", "paki", "penis", "porn", "pussy", "rape", "slut", "sperm", "tits", "twat",
    "wank", "wanker",
)  # fmt: skip


def fold(written: str) -> str:
    """The one form of whatever somebody typed: case, hyphens, spaces and look-alikes make no difference.

    Returns "" for what can be no code.
    """
    plain = unicodedata.normalize("NFKC", written).casefold()
    folded = _PARTED.sub("", plain).translate(_ALIKE)
    return folded if len(folded) <= LONGEST and _FOLDED.fullmatch(folded) else ""


def make(choose: Choose) -> str:
    """A new random code, in its folded form already. It may be in use: whoever keeps it finds out."""
    while True:
        code = "".join(choose(ALPHABET) for _ in range(LENGTH))
        if not _offends(code):
            return code


def fault(wanted: str) -> str | None:
    """What speaks against a code that somebody chose, in words; None where nothing does."""
    if not _WORD.fullmatch(wanted.lower()) or not SHORTEST <= len(wanted) <= LONGEST:
        return f"letters, digits and single hyphens are wanted here, {SHORTEST} to {LONGEST} of them"
    folded = fold(wanted)
    if len(folded) < SHORTEST:
        return f"at least {SHORTEST} letters and digits are wanted here"
    if folded in _RESERVED_FOLDED:
        return "this word is reserved"
    parts = {folded, *map(fold, wanted.split("-"))}
    return "this word may offend" if _offends(folded) or parts & _WORDS_FOLDED else None


def _offends(folded: str) -> bool:
    return any(each in folded for each in _OFFENDS_FOLDED)


_RESERVED_FOLDED = frozenset(map(fold, _RESERVED))
_OFFENDS_FOLDED = frozenset(map(fold, _OFFENDS))
_WORDS_FOLDED = frozenset(map(fold, _WORDS))
