"""What a transaction knows of merges is never older than what it wrote itself."""

from services.referral.repository import people
from shared import mongo
from tests.fixtures import REFERRAL


def test_a_merge_within_a_transaction_is_seen_by_it(community: str) -> None:
    names = [f"{community} {name}" for name in ("ann", "old ann")]
    ann, old = names

    def body() -> None:
        people.ensure(community, dict(zip(names, names, strict=True)))
        assert people.survivors(names) == {ann: ann, old: old}
        assert people.merged([ann]) == {ann: ann}
        people.keep([{"_id": old, "community": community, "revision": 1, "merged_into": ann}])
        assert people.survivors(names) == {ann: ann, old: ann}
        assert people.merged([ann]) == {ann: ann, old: ann}
        assert people.merged([ann, old]) == {ann: ann, old: ann}

    mongo.transact(REFERRAL, body)
    assert people.survivors([old]) == {old: ann}
