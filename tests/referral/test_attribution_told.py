"""How an attribution is explained: to an advocate, to a rep, to an auditor, to a server."""

from tests.referral.records import record
from tests.referral.town import DAY, HOUR, NOW, Town


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


def test_what_may_still_change_it_is_said_where_it_may(town: Town) -> None:
    town.buy("o1", code=town.advocate("ann"))
    town.buy("o2", "eve", click=town.click("ann", NOW - DAY))
    named, clicked = (record(town, order, audience="rep")["text"].splitlines()[-1] for order in ("o1", "o2"))
    assert named.startswith("Until ")
    assert ("a click" in named, "a click that comes late may change it." in clicked) == (False, True)


def test_an_advocate_who_won_nothing_is_told_why(town: Town) -> None:
    town.advocate("dan")
    town.buy("o1", click=town.click("dan", NOW - 31 * DAY))
    town.buy("o2", "eve")
    said = {order: record(town, order, audience="advocate")["text"] for order in ("o1", "o2")}
    assert (
        "is not yours. A link was clicked, but the click is older than the window. (clicked 31 d"
        in said["o1"]
    )
    assert "is nobody's: nothing that was named or clicked counts." in said["o2"]


def test_who_won_before_does_not_lose_against_somebody_else(town: Town) -> None:
    town.program("first", model="first")
    town.advocate("ann", "first")
    click = town.click("ann", NOW - DAY, "first")
    town.buy("o1", at=NOW - HOUR, click=click)
    town.buy("o2", click=click)
    lost = [each for each in record(town, "o2")["candidates"] if each["reason"] == "already-referred"]
    assert [(each["advocate"], each["words"]) for each in lost] == [
        ("ann", "the friend had been brought before")
    ]


def test_a_server_is_told_what_an_advocate_may_know(town: Town) -> None:
    town.buy("o1", code=town.advocate("ann"))
    identifier = town.order("o1")["attribution"]
    town.ask.kind = "server"
    assert town.ask("GET", f"/v1/attributions/{identifier}").json["friend"] is None
    assert town.ask("GET", "/v1/attributions").json["items"][0]["friend"] is None
