"""The hash of a seal, which anybody can compute again."""

import hashlib
from collections.abc import Iterable

from services.titles_and_badges.domain import sealing


def test_a_line_is_the_same_whatever_the_order_of_its_keys() -> None:
    assert (
        sealing.line({"b": 1, "a": "Ж"}) == sealing.line({"a": "Ж", "b": 1}) == '{"a":"Ж","b":1}\n'.encode()
    )


def test_the_root_is_the_merkle_tree_hash_of_rfc_6962() -> None:
    def node(one: bytes, other: bytes) -> bytes:
        return hashlib.sha256(b"\x01" + one + other).digest()

    leaves = [hashlib.sha256(b"\x00" + text).digest() for text in (b"a", b"b", b"c", b"d", b"e")]
    assert [sealing.leaf(text) for text in (b"a", b"b", b"c", b"d", b"e")] == leaves
    a, b, c, d, e = leaves
    assert sealing.root([]) == hashlib.sha256(b"").hexdigest()
    assert sealing.root(leaves[:1]) == a.hex()
    assert sealing.root(leaves[:3]) == node(node(a, b), c).hex()
    assert sealing.root(leaves) == node(node(node(a, b), node(c, d)), e).hex()


def test_a_changed_missing_or_moved_line_changes_the_root() -> None:
    def exported(lines: Iterable[bytes]) -> str:
        return sealing.root_of_export([([b"m\n"], 3), (lines, 3)])

    rows = [f"{number}\n".encode() for number in range(10)]
    root = exported(rows)
    others = [[*rows[:4], b"x\n", *rows[5:]], rows[:-1], [rows[1], rows[0], *rows[2:]], [*rows, b"y\n"]]
    assert root not in {exported(other) for other in others}
    assert root == exported(iter(rows))
