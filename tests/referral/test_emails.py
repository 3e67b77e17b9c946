"""One identity for e-mail. Pure rules, no server."""

import pytest

from services.referral.domain import emails

KEY = b"a key for tests"


def box(written: str, community: str = "town") -> emails.Mailbox:
    return emails.mailbox(KEY, community, written, {"mailinator.com"})


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        (" Ann.B+x@GMAIL.com", "annb@gmail.com"),
        ("annb@googlemail.com", "annb@gmail.com"),
        ("a.b+x@example.com", "a.b@example.com"),
        ("a.b+x+y@example.com", "a.b@example.com"),
        ("+x@example.com", "+x@example.com"),
        ("No At", "no at"),
        ("two@at@example.com", "two@at@example.com"),
    ],
)
def test_spellings_of_one_mailbox_are_one(written: str, folded: str) -> None:
    assert emails.fold(written) == folded
    assert box(written).address == box(folded).address


def test_nothing_of_an_address_is_kept() -> None:
    assert "ann" not in repr(box("ann@example.com"))
    assert box("ann@example.com").address != box("ann@example.com", "village").address


def test_the_same_mailbox_is_flagged() -> None:
    assert "same-email" in emails.flags([box("a.nn+1@gmail.com")], [box("ann@googlemail.com")])


def test_jackpot_does_not_match_jack() -> None:
    assert emails.flags([box("jackpot2lte@gmail.com")], [box("jack@gmail.com")]) == ()


def test_colleagues_on_one_domain_are_flagged_and_users_of_free_providers_are_not() -> None:
    assert emails.flags([box("ann@office.example")], [box("bob@office.example")]) == ("same-domain",)
    assert emails.flags([box("ann@gmail.com")], [box("bob@gmail.com")]) == ()


def test_the_domain_of_an_earlier_friend_is_flagged() -> None:
    flags = emails.flags([box("eve@farm.example")], [box("bob@office.example")], [box("dan@farm.example")])
    assert flags == ("domain-of-earlier-friend",)


@pytest.mark.parametrize("domain", ["privaterelay.appleid.com", "duck.com", "simplelogin.com", "mozmail.com"])
def test_a_relay_is_flagged_at_most(domain: str) -> None:
    assert emails.flags([box(f"a1@{domain}")], [box(f"b2@{domain}")]) == ("relay-email",)


def test_a_throw_away_address_is_flagged() -> None:
    assert emails.flags([box("ann@mailinator.com")], []) == ("disposable-email",)
