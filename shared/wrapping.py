"""Keys at rest: wrapped by secrets that the database never sees."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LENGTH = 32


def wrapper(secrets: Sequence[bytes], purpose: bytes) -> MultiFernet:
    """Wraps with the first secret, unwraps with any of them: so the secret is changed while all goes on.

    What is wrapped for one purpose is not opened for another.
    """
    return MultiFernet([_fernet(secret, purpose) for secret in secrets])


def _fernet(secret: bytes, purpose: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=_LENGTH, salt=None, info=purpose).derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))
