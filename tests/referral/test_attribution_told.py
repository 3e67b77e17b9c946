"""How an attribution is explained: to an advocate, to a rep, to an auditor, to a server."""

from tests.referral.records import record
from tests.referral.town import DAY, NOW, Town


def test_it_is_explained_to_advocate_rep_and_auditor(town: Town) -> None:
    town.advocate("ann")
    dan = town.advocate("dan")
    town.click("ann", NOW - 3 * DAY, visitor="v1")
    town.buy("o1", click=town.click("ann", NOW - DAY, visitor="v1"), code=dan, email="bob@office.example")
    rep, auditor = record(town, audience="rep"), record(town)
    assert "dan brought him, since a code that is named beats clicks" in rep["text"]
    assert "(clicked 3 d 0 h 0 min 0 s before; window 30 d.)" in rep["text"]
    assert rep["friend"] == "bob"
    assert town.member("dan") in auditor["text"]
    assert "decided by version 1 of its program; rule code" in auditor["text"]


def test_an_advocate_sees_neither_the_friend_nor_other_advocates(town: Town) -> None:
    town.advocate("ann")
    dan = town.advocate("dan")
    town.join("bob", at=NOW - 9 * DAY)
    town.buy("secret order", click=town.click("ann", NOW - DAY), code=dan)
    for member, said in (("dan", "is yours"), ("ann", "is not yours")):
        found = record(town, "secret order", audience="advocate", member=member)
        assert said in found["text"]
        shown = repr(found)
        other = {"ann": "dan", "dan": "ann"}[member]
        for hidden in ("bob", "secret", f"'{other}'", dan if member == "ann" else "of ann"):
            assert hidden not in shown
    assert "Until " in record(town, "secret order", audience="advocate")["text"]


def test_a_server_is_told_what_an_advocate_may_know(town: Town) -> None:
    town.buy("o1", code=town.advocate("ann"))
    identifier = town.order("o1")["attribution"]
    town.ask.kind = "server"
    assert town.ask("GET", f"/v1/attributions/{identifier}").json["friend"] is None
    assert town.ask("GET", "/v1/attributions").json["items"][0]["friend"] is None
