"""Who is who: ids, pseudonyms, aliases."""

from shared import identity

KEY = b"a key of the village, 32 bytes.."


def test_an_id_depends_on_key_community_network_and_name_alone() -> None:
    ids = [
        identity.member_id(KEY, "village", "ann"),
        identity.member_id(KEY[::-1], "village", "ann"),
        identity.member_id(KEY, "town", "ann"),
        identity.member_id(KEY, "village", "bob"),
        identity.member_id(KEY, "village", "ann", "mastodon"),
        identity.member_id(KEY, "village", "mastodon\0ann"),
        identity.member_id(KEY, "village", "b\0ann", "a"),
        identity.member_id(KEY, "village", "ann", "a\0b"),
    ]
    assert len(set(ids)) == len(ids)
    assert identity.member_id(KEY, "village", "ann") == ids[0]
    assert {len(each) for each in ids} == {25}  # one length: keys are made of them


def test_a_pseudonym_is_a_stranger_of_his_own_whom_nobody_can_reach() -> None:
    ann, bob = (identity.member_id(KEY, "village", name) for name in ("ann", "bob"))
    assert identity.pseudonym(KEY, ann) == identity.pseudonym(KEY, ann) != identity.pseudonym(KEY, bob)
    assert [identity.is_reachable(each) for each in (ann, identity.pseudonym(KEY, ann))] == [True, False]


def test_aliases_are_followed_to_their_end() -> None:
    aliases = {"a": "b", "b": "c"}
    assert [identity.resolve(name, aliases) for name in "abcd"] == ["c", "c", "c", "d"]


def test_a_fingerprint_tells_keys_apart() -> None:
    assert identity.fingerprint(KEY) == identity.fingerprint(KEY) != identity.fingerprint(KEY[::-1])
