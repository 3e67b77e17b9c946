"""Requests, and which answers to them are right: the same again is the same, another body under an id is refused."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask.testing import FlaskClient

from shared import clock
from tests.fixtures import Door
from tests.journeys.referral_truth.dying import dying

OK, CREATED = 200, 201
#: Whoever is answered so has asked the wrong way.
_WRONG = frozenset({400, 401, 405, 415})
_KINDS = {"shop": "server", "rita": "rep"}
#: What is kept under an id for ever.
Name = tuple[str, ...]


class Asked(NamedTuple):
    """A request. What it is kept under is its `name`; without one it has none."""

    who: str
    method: str
    path: str
    body: Any = None
    name: Name | None = None


@dataclass
class Desk:
    """Asks the door of `referral` as somebody, and remembers what was taken."""

    door: Door
    taken: dict[Name, Any] = field(default_factory=dict)
    heard: dict[Name, Asked] = field(default_factory=dict)
    #: Refunds that were taken as what fits into their order.
    fitted: set[Name] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, asked: Asked, *, dies: int | str | None = None) -> Any:
        """Ask; who got no answer asks again. Returns the answer, and holds that it is a right one."""
        with dying(dies) as died:
            answer = self.send(asked)
        if died:
            answer = self.send(asked)
        self.check(asked, answer, again=bool(died))
        return answer

    def send(self, asked: Asked, client: FlaskClient | None = None) -> Any:
        """Ask, and look at nothing."""
        headers = {"Authorization": f"Bearer {self._token(asked.who)}"}
        door = client or self.door.client
        return door.open(asked.path, method=asked.method, json=asked.body, headers=headers)

    def check(self, asked: Asked, answer: Any, *, again: bool = False) -> None:
        """Hold an answer against what was taken before; `again`: an earlier try may have gone through."""
        status = answer.status_code
        assert status not in _WRONG, f"{asked}: {answer.text}"
        assert status < 500, f"{asked}: {answer.text}"
        if asked.name is None:
            return
        known = self.taken.get(asked.name)
        if status == CREATED:
            assert known is None, f"taken twice: {asked}"
            self.taken[asked.name], self.heard[asked.name] = asked.body, asked
            if asked.name[0] == "refund" and answer.json["waits_for"] is None:
                self.fitted.add(asked.name)
        elif status == OK:
            assert known == asked.body or (again and known is None), f"another one was taken: {asked}"
            self.taken[asked.name] = asked.body
            self.heard[asked.name] = asked
        else:
            assert known != asked.body, f"the same was refused: {asked} {answer.text}"

    def _token(self, who: str) -> str:
        if who not in self.tokens:
            self.tokens[who] = self.door.token(_KINDS.get(who, "admin"), subject=who)
        return self.tokens[who]


def join(name: str, at: Any, named: dict[str, Any]) -> Asked:
    """A friend joined."""
    return Asked("shop", "POST", "/v1/joins", {"member": name, "at": clock.text(at), **named}, ("join", name))


def order(order: str, name: str, at: Any, amount: int, named: dict[str, Any], **more: Any) -> Asked:
    """A friend bought."""
    body = {"order": order, "member": name, "amount_minor": amount, "currency": "EUR", **more}
    body |= {"placed_at": clock.text(at), **named}
    return Asked("shop", "POST", "/v1/conversions", body, ("order", order))


def refund(order: str, said: dict[str, Any]) -> Asked:
    """Something was given back."""
    body = {**said, "at": clock.text(said["at"])}
    if body["kind"] != "partial":
        body.pop("amount_minor")
    return Asked("shop", "POST", f"/v1/conversions/{order}/refunds", body, ("refund", order, said["refund"]))


def failure(order: str, name: str, at: Any) -> Asked:
    """A refund failed."""
    path = f"/v1/conversions/{order}/refunds/{name}/failure"
    return Asked("shop", "POST", path, {"at": clock.text(at)})


def answered(identifier: str, name: str, nps: int, at: Any) -> Asked:
    """A member said how satisfied he is."""
    body = {"id": identifier, "member": name, "nps": nps, "at": clock.text(at)}
    return Asked("shop", "POST", "/v1/satisfaction", body, ("answer", identifier))


def grant(identifier: str, name: str, amount: int) -> Asked:
    """A rep gives a member something out of the one budget."""
    body = {"id": identifier, "member": name, "amount_minor": amount, "currency": "EUR", "budget": "gifts"}
    return Asked("rita", "POST", "/v1/grants", {**body, "reason": "So it is."}, ("grant", identifier))
