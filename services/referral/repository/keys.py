"""Keys of what is named by ids that may hold any character."""

import hashlib
import json

_DIGEST_BYTES = 16


def key(*parts: str) -> str:
    """One key for several ids, whatever characters they hold; other ids make another key."""
    written = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(written.encode(), digest_size=_DIGEST_BYTES).hexdigest()
