"""When a milestone is reached: by purchases in event order. Pure rules, no server."""

from datetime import timedelta

from services.referral.domain import milestones, rewards
from services.referral.domain.milestones import Name, Purchase
from services.referral.domain.programs import Beneficiary, Occasion, Program, Reward, Terms, Version
from shared import clock

BEGAN = clock.from_text("2026-01-15T10:00:00Z")


def rule(friends: int, amount: int) -> Reward:
    """So much for so many friends."""
    to, on = Beneficiary.ADVOCATE, Occasion.MILESTONE
    return Reward(name="many", to=to, on=on, amount_minor=amount, currency="EUR", friends=friends)


def promising(*rules: Reward, since: int = 0) -> Program:
    """A program that promises nothing at first, and from a day on this."""
    said = [Terms(landing_url="https://shop.example", rewards=each) for each in ((), rules)]
    moments = (clock.BEGINNING, BEGAN + timedelta(days=since))
    versions = [
        Version(number=number, effective=moment, terms=terms)
        for number, (moment, terms) in enumerate(zip(moments, said, strict=True), start=1)
    ]
    return Program(slug="spring", name="Spring", versions=tuple(versions))


def bought(*friends: str) -> list[Purchase]:
    """One purchase a day."""
    return [
        Purchase(BEGAN + timedelta(days=day), f"o{day}", name) for day, name in enumerate(friends, start=1)
    ]


def reached(program: Program, *friends: str) -> dict[int, tuple[int, tuple[str, ...]]]:
    """So many friends → on which day, and by which purchases."""
    found = milestones.reached(program, bought(*friends), milestones.names(program))
    return {name.friends: ((each.last.at - BEGAN).days, each.by) for name, each in found.items()}


def test_a_milestone_is_reached_once_so_many_friends_have_bought_however_often_each_did() -> None:
    program = promising(rule(2, 700), rule(3, 900))
    assert reached(program, "bob", "bob") == {}
    assert reached(program, "bob", "bob", "eve", "bob") == {2: (3, ("o1", "o3"))}
    assert reached(program, "bob", "eve", "eve", "kim") == {2: (2, ("o1", "o2")), 3: (4, ("o1", "o2", "o4"))}


def test_one_that_is_promised_later_is_reached_with_the_next_purchase_of_anybody() -> None:
    program = promising(rule(2, 700), since=4)
    assert reached(program, "bob", "eve", "kim") == {}
    assert reached(program, "bob", "eve", "kim", "bob") == {2: (4, ("o1", "o2", "o4"))}


def test_purchases_are_looked_at_no_further_than_it_takes() -> None:
    some = iter(bought("bob", "eve", "kim", "joe"))
    milestones.reached(promising(rule(2, 700)), some, {Name("many", 2)})
    assert next(some).friend == "kim"
    assert milestones.reached(promising(rule(2, 700)), some, set()) == {}
    assert next(some).friend == "joe"


def test_each_is_due_by_itself() -> None:
    program = promising(rule(1, 700), rule(2, 900))
    found = milestones.reached(program, bought("bob", "eve"), milestones.names(program))
    due = [milestones.due("spring", "ann", each) for _, each in sorted(found.items())]
    assert [(each.amount_minor, each.version, each.at) for each in due] == [
        (700, 2, BEGAN + timedelta(days=1)),
        (900, 2, BEGAN + timedelta(days=2)),
    ]
    assert len({rewards.identifier("c", each) for each in due}) == 2
