"""The demo's other half: a recommendation comes full circle, through three generations, told through the public API."""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from services.activity.importers import sending
from shared import clock

PROGRAM, BUDGET = "friends", "thank-you"
LAST_ORDER = "order-1003"
SATISFIED = 9  # of 10, as a program asks for that says nothing else
_LOOK_AGAIN_SECONDS = 0.2
_PATIENCE_SECONDS = 30.0

Json = dict[str, Any]


class Friend(NamedTuple):
    """Somebody who comes by a recommendation: what he opens the link with, buys, and says of it."""

    id: str
    name: str
    browser: str
    address: str
    order: str
    amount_minor: int
    nps: int

    @property
    def content(self) -> bool:
        """Whether he answers as somebody who recommends."""
        return self.nps >= SATISFIED


FRIENDS = (
    Friend(
        "mia", "Mia Lindqvist",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Mobile/15E148 Safari/604.1",
        "127.0.1.11", "order-1001", 8_900, 10,
    ),
    Friend(
        "jan", "Ян Кравець",
        "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 "
        "Mobile Safari/537.36",
        "127.0.1.12", "order-1002", 4_250, 9,
    ),
    Friend(
        "olu", "Olu Adeyemi",
        "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0",
        "127.0.1.13", LAST_ORDER, 12_000, 4,
    ),
)  # fmt: skip
#: What looks at a link that is posted, and is nobody.
PREVIEW = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"


class Circle:
    """Tells the story once; told again it changes nothing."""

    def __init__(self, admin: httpx.Client, rep: httpx.Client, page: str) -> None:
        self._admin, self._rep, self._page = admin, rep, page

    def is_told(self) -> bool:
        """Whether an earlier run came to the end of it."""
        response = sending.patiently(lambda: self._admin.get(f"/v1/conversions/{LAST_ORDER}"))
        return bool(response.status_code == httpx.codes.OK)

    def tell(self, first: str, settle: Callable[[], object]) -> None:
        """`first` recommends; each friend joins, buys, is satisfied, and recommends to the next one."""
        self._promise()
        self._ask("POST", "/v1/advocates", {"program": PROGRAM, "member": first})
        advocate = first
        for friend in FRIENDS:
            self._recommended(advocate, friend)
            settle()
            self._answer(friend)
            advocate = friend.id
        self._refund()
        self._thank(first)
        settle()

    def last(self) -> Json:
        """The last loop, with every edge."""
        (found,) = self._ask("GET", f"/v1/loops?friend={FRIENDS[-1].id}")["items"]
        return self._ask("GET", f"/v1/loops/{found['id']}")

    def tree(self) -> Json:
        """Who descends from whoever recommended first."""
        first = quote(self.last()["ancestors"][-1], safe="")
        return self._ask("GET", f"/v1/advocates/{first}/tree?program={PROGRAM}")

    def rewards(self) -> list[Json]:
        """Every reward, with where it is."""
        return list(self._ask("GET", "/v1/rewards?limit=100")["items"])

    def grants(self) -> list[Json]:
        """What reps gave."""
        return list(self._ask("GET", "/v1/grants?limit=100")["items"])

    def clicks(self) -> list[Json]:
        """Every click, with what it was."""
        return list(self._ask("GET", "/v1/clicks?limit=100")["items"])

    def _promise(self) -> None:
        rewards: Sequence[Json] = (
            {"name": "sale", "to": "advocate", "rate": "10%", "months": 12},
            {"name": "welcome", "to": "friend", "amount_minor": 500, "currency": "EUR"},
            {"name": "upstream", "to": "upstream", "rate": "20%", "base": "reward", "months": 12},
        )
        program = {
            "name": "Friends of the house",
            "landing_url": f"{self._page}/welcome",
            "model": "last",
            "window": "30d",
            "grace": "0d",
            "hold": "14d",
            "rewards": rewards,
            # Who holds this title has shown for long enough who he is.
            "standing": {"titles": ["most-helpful"], "hold": "0d"},
            "disclosure": "I get ten percent if you buy; you get five euros.",
        }
        self._ask("PUT", f"/v1/programs/{PROGRAM}", program)
        budget = {
            "name": "For help that no program knows",
            "reps": ["demo"],
            "currency": "EUR",
            "limit_minor": 10_000,
            "approval_above_minor": 3_000,
        }
        self._ask("PUT", f"/v1/budgets/{BUDGET}", budget)

    def _recommended(self, advocate: str, friend: Friend) -> None:
        """A preview looks at the link, the friend opens it, joins and buys."""
        code = self._ask("GET", f"/v1/advocates/{quote(advocate, safe='')}/links")["items"][0]["code"]
        self._open(code, PREVIEW, "127.0.1.200")
        click = self._open(code, friend.browser, friend.address)
        self._await_click(click)
        self._ask("POST", "/v1/joins", {"member": friend.id, "at": clock.text(clock.now()), "click": click})
        self._buy(friend, friend.order, friend.amount_minor)

    def _open(self, code: str, browser: str, address: str) -> str:
        """Every one of the loopback's addresses is ours: each comes from his own, as people do."""
        with httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=30) as browsing:
            response = sending.patiently(
                lambda: browsing.get(f"{self._admin.base_url}/r/{code}", headers={"User-Agent": browser})
            )
        return parse_qs(urlsplit(response.headers["Location"]).query)["laurel_click"][0]

    def _await_click(self, click: str) -> None:
        """Clicks are handed on a moment after they are answered; a join would wait for its click, the story not."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while all(each["id"] != click for each in self.clicks()) and time.monotonic() < until:
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _buy(self, friend: Friend, order: str, amount_minor: int) -> None:
        bought = {"order": order, "member": friend.id, "amount_minor": amount_minor, "currency": "EUR"}
        self._ask("POST", "/v1/conversions", {**bought, "placed_at": clock.text(clock.now())})

    def _answer(self, friend: Friend) -> None:
        """Who is satisfied is invited by a person, and accepts; who is not gets service."""
        said = {"id": f"asked-{friend.id}", "member": friend.id, "nps": friend.nps, "order": friend.order}
        self._ask("POST", "/v1/satisfaction", {**said, "at": clock.text(clock.now())})
        candidates = self._ask("GET", f"/v1/candidates?program={PROGRAM}&state=candidate&limit=100")["items"]
        if any(each["member"] == friend.id for each in candidates):
            asked = self._ask(
                "POST", "/v1/invitations", {"program": PROGRAM, "member": friend.id}, self._rep
            )["invitation"]
            self._ask("POST", f"/v1/invitations/{asked['id']}/acceptance")

    def _refund(self) -> None:
        """The last friend sends a part of it back: it is taken back of every generation."""
        refund = {"refund": "back-1", "amount_minor": 4_000, "at": clock.text(clock.now())}
        self._ask("POST", f"/v1/conversions/{LAST_ORDER}/refunds", refund)

    def _thank(self, member: str) -> None:
        """A rep grants within a budget; what is more than a bound waits for a second person."""
        grants = (
            ("thanks-1", 2_500, "Stayed on the phone until the grinder ran again."),
            ("thanks-2", 5_000, "Wrote the guide that everybody links to."),
        )
        for identifier, amount, reason in grants:
            grant = {"id": identifier, "member": member, "amount_minor": amount, "currency": "EUR"}
            self._ask("POST", "/v1/grants", {**grant, "budget": BUDGET, "reason": reason}, self._rep)

    def _ask(self, method: str, path: str, body: Any = None, client: httpx.Client | None = None) -> Json:  # noqa: ANN401
        asked = client or self._admin
        response = sending.patiently(lambda: asked.request(method, path, json=body))
        sending.stop_if_refused(response)
        answer: Json = response.json()
        return answer
