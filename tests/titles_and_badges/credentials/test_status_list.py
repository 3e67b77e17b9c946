"""The bits of revoked credentials."""

import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.titles_and_badges.credentials import status_list

POSITIONS = st.integers(0, status_list.LENGTH - 1)


@given(st.sets(POSITIONS, max_size=20), POSITIONS)
def test_a_bit_is_set_where_it_was_set_and_nowhere_else(revoked: set[int], asked: int) -> None:
    encoded = status_list.encode(revoked)
    assert encoded == status_list.encode(sorted(revoked, reverse=True))
    assert status_list.is_set(encoded, asked) == (asked in revoked)
    assert all(status_list.is_set(encoded, each) for each in revoked)


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "u",
        "u!!",
        "uAAAA",
        status_list.encode([])[1:],
        "u" + base64.urlsafe_b64encode(gzip.compress(b"0", mtime=0)).decode(),
    ],
)
def test_what_is_no_list_is_not_read(encoded: str) -> None:
    with pytest.raises(ValueError, match="status list"):
        status_list.is_set(encoded, 0)
