"""Signing keys at rest: wrapped by a secret, and only with it of any use."""

import pytest

from services.titles_and_badges.credentials import multikey
from services.titles_and_badges.credentials.keyring import Keyring
from shared.errors import Fault

OLD, NEW = b"the old secret of thirty-two letters", b"the new secret of thirty-two letters"


def test_a_key_opens_with_its_secret_alone() -> None:
    public, wrapped = Keyring([OLD]).new()
    assert multikey.encode(Keyring([OLD]).open(public, wrapped).public_key()) == public
    with pytest.raises(Fault, match="LAUREL_CREDENTIAL_KEY is not the secret"):
        Keyring([NEW]).open(public, wrapped)


def test_what_is_stored_holds_nothing_of_the_private_key() -> None:
    keyring = Keyring([OLD])
    public, wrapped = keyring.new()
    assert keyring.open(public, wrapped).private_bytes_raw() not in wrapped


def test_the_secret_is_changed_in_three_steps() -> None:
    public, wrapped = Keyring([OLD]).new()
    both = Keyring([NEW, OLD])
    assert multikey.encode(both.open(public, wrapped).public_key()) == public
    again = both.wrap_again(wrapped)
    assert multikey.encode(Keyring([NEW]).open(public, again).public_key()) == public
    with pytest.raises(Fault):
        Keyring([OLD]).open(public, again)


def test_a_key_that_was_put_under_another_name_does_not_sign() -> None:
    keyring = Keyring([OLD])
    (one, _), (_, other) = keyring.new(), keyring.new()
    with pytest.raises(Fault, match="tampered"):
        keyring.open(one, other)


@pytest.mark.parametrize("written", ["", "u1234", "z6Mk", "zO0Il", "z" + "1" * 40])
def test_what_is_no_key_is_not_read(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each says it in words of its own)
        multikey.decode(written)
