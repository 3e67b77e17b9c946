"""Put the probes to Laurel: over HTTP, on the real store."""

from collections.abc import Callable
from datetime import timedelta

from shared import clock, mongo
from tests.fixtures import REFERRAL, Door, new_community
from tests.referral.doors import Clicker, a_link, classes
from tests.referral.town import Town

SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"


class Asked:
    """A community of its own, in which Ann recommends."""

    def __init__(self, door: Door, rate: str = "10%") -> None:
        self.door = Door(door.client, door.settings, new_community().community)
        self.town = Town(self.door)
        self.town.program(rewards=[{"name": "sale", "to": "advocate", "rate": rate, "months": None}])

    @property
    def owed(self) -> str:
        """What is owed to Ann, in cents."""
        found = self.door("GET", "/v1/members/ann/balances").json["items"]
        return f"{sum(each['held_minor'] + each['payable_minor'] for each in found)} cents"

    def same_sign_up_twice(self) -> str:
        """Somebody signs up twice: how many sign-ups are kept."""
        code = self.town.advocate("ann")
        for _ in range(2):
            self.town.join("bob", code=code)
        return str(mongo.collection(REFERRAL, "joins").count_documents({"community": self.town.community}))

    def orders_of_1000(self, *orders: str) -> str:
        """What is owed after such orders of ten euros each."""
        code = self.town.advocate("ann")
        for order in orders:
            self.town.buy(order, code=code, amount_minor=1000)
        return self.owed

    def order_of_500(self, *refunds: int) -> str:
        """What is owed after an order of five euros and such refunds."""
        self.town.buy("o1", code=self.town.advocate("ann"))
        for number, cents in enumerate(refunds):
            self.town.refund("o1", f"r{number}", cents)
        return self.owed

    def own_code(self) -> str:
        """Ann uses her own code."""
        self.town.buy("o1", "ann", code=self.town.advocate("ann"))
        [found] = self.town.reasons("o1").values()
        return "refused" if found == "recipient-is-the-advocate" else found

    def counted(self) -> str:
        """How many clicks were."""
        return str(classes(self.door).count("person"))

    def same_visitor_twice(self) -> str:
        """How many clicks are counted of one browser that comes twice."""
        code, bob = a_link(self.door), Clicker(self.door)
        for _ in range(2):
            bob(code)
        return self.counted()

    def preview(self) -> str:
        """How many clicks are counted of Slack's preview."""
        Clicker(self.door, SLACK)(a_link(self.door))
        return self.counted()

    def head(self) -> str:
        """How many clicks are counted of a HEAD."""
        Clicker(self.door)(a_link(self.door), "HEAD")
        return self.counted()

    def expired_link(self) -> str:
        """What the link answers when its time is over, and how many clicks are counted."""
        code = a_link(self.door)
        mongo.collection(REFERRAL, "links").update_one(
            {"_id": code}, {"$set": {"until": clock.now() - timedelta(days=1)}}
        )
        return f"{Clicker(self.door)(code).status_code}, {self.counted()} counted"

    def unknown_code(self) -> str:
        """What is made of a code that nobody has."""
        Clicker(self.door)("nobody")
        self.town.buy("o1", code="nobody")
        return f"{len(self.door('GET', '/v1/advocates').json['items'])} advocates"

    def code(self) -> str:
        """Whoever has the same name elsewhere has another code."""
        codes = {a_link(self.door), a_link(Asked(self.door).door)}
        return "random" if len(codes) > 1 else "follows from the member"


#: A probe's name → what it does. The peers' scripts use the same names.
PROBES: dict[str, Callable[[Door], str]] = {
    "same sign-up twice": lambda door: Asked(door).same_sign_up_twice(),
    "same order twice": lambda door: Asked(door).orders_of_1000("o1", "o1"),
    "second purchase": lambda door: Asked(door).orders_of_1000("o1", "o2"),
    "500 cents at 2.9 %": lambda door: Asked(door, "2.9%").order_of_500(),
    "refunds of 100, then 400": lambda door: Asked(door, "2.9%").order_of_500(100, 400),
    "own code": lambda door: Asked(door).own_code(),
    "same visitor twice": lambda door: Asked(door).same_visitor_twice(),
    "preview by Slack": lambda door: Asked(door).preview(),
    "HEAD": lambda door: Asked(door).head(),
    "expired link": lambda door: Asked(door).expired_link(),
    "unknown code": lambda door: Asked(door).unknown_code(),
    "code": lambda door: Asked(door).code(),
}
