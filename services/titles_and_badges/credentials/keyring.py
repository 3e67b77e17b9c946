"""Communities' signing keys, at rest wrapped by a secret that the database never sees."""

from collections.abc import Sequence

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.titles_and_badges.credentials import multikey
from shared import wrapping
from shared.errors import Fault

_PURPOSE = b"laurel: signing keys of credentials"


class Keyring:
    """Wraps with the first secret, unwraps with any of them: so the secret is changed while all goes on."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._fernet = wrapping.wrapper(secrets, _PURPOSE)

    def new(self) -> tuple[str, bytes]:
        """A new key: the public one as Multikey, the private one wrapped."""
        private = Ed25519PrivateKey.generate()
        return multikey.encode(private.public_key()), self._fernet.encrypt(private.private_bytes_raw())

    def open(self, public: str, wrapped: bytes) -> Ed25519PrivateKey:
        """The private key. Raises Fault when no secret opens it, or it belongs to another public key."""
        try:
            private = Ed25519PrivateKey.from_private_bytes(self._fernet.decrypt(wrapped))
        except InvalidToken:
            message = (
                "LAUREL_CREDENTIAL_KEY is not the secret that this database's signing keys are wrapped with"
            )
            raise Fault(message) from None
        if multikey.encode(private.public_key()) != public:
            message = "a signing key does not belong to its public key: the database was tampered with"
            raise Fault(message)
        return private

    def wrap_again(self, wrapped: bytes) -> bytes:
        """The same private key, wrapped with the first secret. Raises Fault."""
        try:
            return self._fernet.rotate(wrapped)
        except InvalidToken:
            message = "none of the secrets in LAUREL_CREDENTIAL_KEY opens a signing key of this database"
            raise Fault(message) from None
