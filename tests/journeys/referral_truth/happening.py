"""What happens to a community, by its name: each takes what belongs to it, and where it dies."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from services.referral.use_cases import recognition
from shared import clock
from shared.events.titles_and_badges import BadgeAwarded, BadgeRevoked
from tests.journeys.referral_truth import asking, judging, promises
from tests.journeys.referral_truth.asking import OK, Asked
from tests.journeys.referral_truth.dying import dying
from tests.journeys.referral_truth.living import Life

Place = int | str | None
#: The name of what happens, all that belongs to it, and at which access to the store it dies.
Act = tuple[Any, ...]

_WHY = {"reason": "So it is."}
_REFUSED = 400


def happens(life: Life, act: Act) -> None:
    """Let it happen."""
    name, *belongs, dies = act
    if name in _FACTS:
        life.desk.ask(asked(life, act[:-1]), dies=dies)
    else:
        ACTS[name](life, *belongs, dies)


def asked(life: Life, fact: Act) -> Asked:
    """A fact as it is sent."""
    match fact:
        case ("join", name, at, naming):
            return asking.join(name, _past(life, at), life.named(naming))
        case ("order", order, name, at, amount, naming):
            return asking.order(order, name, _past(life, at), amount, life.named(naming))
        case ("refund", order, given):
            return asking.refund(order, given)
        case ("failure", order, refund, at):
            return asking.failure(order, refund, at)
        case ("answer", answer, name, nps, at):
            return asking.answered(answer, name, nps, _past(life, at))
    raise LookupError(fact[0])


def enrol(life: Life, name: str, program: str, since: datetime, dies: Place) -> None:
    """Somebody recommends from a moment on, which may be long past."""
    life.enrol(name, program, clock.text(_past(life, since)), dies=dies)


def change(life: Life, name: str, program: str, state: str, dies: Place) -> None:
    """An advocate pauses, or goes on."""
    body = {"program": program, "state": state}
    life.desk.ask(Asked("ada", "PATCH", f"/v1/advocates/{name}", body), dies=dies)


def click(life: Life, link: int, at: datetime, visitor: str, late: bool, robot: bool, dies: Place) -> None:  # noqa: FBT001, PLR0917
    """Somebody clicked; we learn of it now."""
    del dies
    code, moment = life.codes[link % len(life.codes)], _past(life, at) if late else life.now
    life.click(f"{life.community}-{len(life.clicks)}", code, moment, visitor, robot=robot)


def repeat(life: Life, seed: int, dies: Place) -> None:
    """Something that was taken is said again: the same answer, and nothing changes."""
    heard = list(life.desk.heard.values())
    if heard:
        assert life.desk.ask(heard[seed % len(heard)], dies=dies).status_code == OK


def race(life: Life, one: Act, given: Any, other: Any, kind: str, forced: bool, dies: Place) -> None:  # noqa: FBT001, PLR0917
    """Two ask at once: two orders of a friend, one order twice, two refunds of an order, an order and its refund."""
    del dies
    order = one[1]
    first = ("refund", order, {**given, "refund": "r8"})
    second = ("refund", order, {**other, "refund": "r9"})
    pairs = {
        "orders": (one, ("order", f"{order}b", *one[2:])),
        "order": (one, one),
        "refunds": (first, second),
        "refund": (one, first),
    }
    life.race(*(asked(life, each) for each in pairs[kind]), forced=forced)


def invite(life: Life, name: str, program: str, dies: Place) -> None:
    """A member is invited to recommend, and accepts."""
    body = {"program": program, "member": name}
    answer = life.desk.ask(Asked("ada", "POST", "/v1/invitations", body), dies=dies)
    invitation = answer.json.get("invitation")
    if answer.status_code < _REFUSED and invitation:
        path = f"/v1/invitations/{invitation['id']}/acceptance"
        life.desk.ask(Asked("ada", "POST", path), dies=dies)
        life.learn(name)


def grant(life: Life, number: int, name: str, amount: int, dies: Place) -> None:
    """A rep gives somebody something."""
    life.desk.ask(asking.grant(f"g{number}", name, amount), dies=dies)


def decide(life: Life, number: int, decision: str, dies: Place) -> None:
    """A second person decides on it."""
    life.desk.ask(Asked("bea", "POST", f"/v1/grants/g{number}/{decision}", _WHY), dies=dies)


def review(life: Life, seed: int, decision: str, dies: Place) -> None:
    """A person decides on something that is, or was, held."""
    items = life.desk.ask(Asked("ada", "GET", "/v1/reviews")).json["items"]
    if items:
        path = f"/v1/reviews/{items[seed % len(items)]['id']}/decision"
        life.desk.ask(Asked("ada", "POST", path, {"decision": decision, **_WHY}), dies=dies)


def pay(life: Life, seed: int, dies: Place) -> None:
    """Last month's pay-out goes one step on: it is begun, decided, and its lines are paid or fail."""
    chance = Random(seed)  # noqa: S311 (no secret)
    period = (life.now.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    life.desk.ask(Asked("ada", "POST", "/v1/payouts", {"period": period}), dies=dies)
    while life.work():
        pass
    for each in life.desk.ask(Asked("ada", "GET", "/v1/payouts")).json["items"]:
        if each["state"] == "prepared":
            decision = chance.choice(["approval", "approval", "approval", "refusal"])
            life.desk.ask(Asked("bea", "POST", f"/v1/payouts/{each['id']}/{decision}", _WHY), dies=dies)
        if each["state"] in {"prepared", "approved"}:
            _mark(life, each["id"], chance, dies)


def bounce(life: Life, seed: int, dies: Place) -> None:
    """What was paid comes back from the bank, some of it."""
    chance = Random(seed)  # noqa: S311 (no secret)
    for each in life.desk.ask(Asked("ada", "GET", "/v1/payouts")).json["items"]:
        for line in life.desk.ask(Asked("ada", "GET", f"/v1/payouts/{each['id']}/lines")).json["items"]:
            if chance.choice([True, False]):
                path = f"/v1/payouts/{each['id']}/lines/{line['id']}/bounced"
                life.desk.ask(Asked("shop", "POST", path, _WHY), dies=dies)


def rotate(life: Life, link: int, dies: Place) -> None:
    """A link gets another code; the old one counts for a while."""
    path = f"/v1/links/{life.codes[link % len(life.codes)]}/rotation"
    made = life.desk.ask(Asked("ada", "POST", path, {"grace": "2d"}), dies=dies)
    if made.status_code < _REFUSED and made.json["code"] not in life.codes:
        life.codes.append(made.json["code"])


def coupon(life: Life, name: str, program: str, dies: Place) -> None:
    """A coupon is somebody else's from now on."""
    body = {"program": program, "advocate": name}
    life.desk.ask(Asked("ada", "PUT", "/v1/coupons/ten", body), dies=dies)


def agree(life: Life, name: str, program: str, rule: str, rate: str | None, dies: Place) -> None:
    """A rate is agreed with one advocate, from now on."""
    body = {"program": program, "rule": rule, "rate": rate, **_WHY}
    life.desk.ask(Asked("ada", "PUT", f"/v1/advocates/{name}/rates", body), dies=dies)
    life.agreed.setdefault((program, rule), set()).add(rate)


def stand(life: Life, name: str, held: bool, dies: Place) -> None:  # noqa: FBT001
    """A member is trusted, or no longer; we hear of it twice where we died of it."""
    life.awarded += 1
    body = {"community": life.community, "award": f"{life.community}:{name}", "version": life.awarded}
    body |= {"member": life.member(name), "badge": promises.TRUSTED, "level": None, "object": None}
    event = (
        BadgeAwarded(**body, badge_version=1, awarded_at=life.now, decided_by=None)
        if held
        else BadgeRevoked(**body, revoked_at=life.now)
    )
    with dying(dies) as died:
        recognition.take([event], {})
    if died:
        recognition.take([event], {})


def promise(life: Life, program: str, terms: str, dies: Place) -> None:
    """A program says something else from now on."""
    del dies
    life.now += timedelta(
        seconds=1
    )  # what is done at the very moment of a change is not said to be before it
    life.promise(program, terms)


def wait(life: Life, span: timedelta, dies: Place) -> None:
    """Time passes."""
    life.passes(span, dies=dies)


def work(life: Life, dies: Place) -> None:
    """The jobs do something."""
    life.work(dies=dies)


def merge(life: Life, loser: str, survivor: str, dies: Place) -> None:
    """Two members turn out to be one."""
    if loser != survivor:
        life.activity("POST", f"/v1/members/{loser}/merge", {"into": survivor})
        life.follow_profiles(dies=dies)


def erase(life: Life, name: str, dies: Place) -> None:
    """A member is forgotten."""
    life.activity("DELETE", f"/v1/members/{name}")
    life.follow_profiles(dies=dies)


def settle(life: Life, dies: Place) -> None:
    """All is done that is to be done, and judged."""
    del dies
    judging.judge(life)


def _mark(life: Life, payout: str, chance: Random, dies: Place) -> None:
    for line in life.desk.ask(Asked("ada", "GET", f"/v1/payouts/{payout}/lines")).json["items"]:
        what = chance.choice(["paid", "paid", "failed"])
        body = _WHY if what == "failed" else {}
        path = f"/v1/payouts/{payout}/lines/{line['id']}/{what}"
        life.desk.ask(Asked("shop", "POST", path, body), dies=dies)


def _past(life: Life, at: datetime) -> datetime:
    return min(at, life.now)


_FACTS = frozenset({"join", "order", "refund", "failure", "answer"})
ACTS: Mapping[str, Callable[..., None]] = {
    each.__name__: each
    for each in (
        enrol, change, click, repeat, race, invite, grant, decide, review, pay, bounce, rotate, coupon, agree, stand,
        promise, wait, work, merge, erase, settle,
    )
}  # fmt: skip
