"""A town in which people recommend: programs, advocates with their links, clicks; and how friends are told of."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from shared import clock, identity, mongo
from tests.fixtures import MEMBER_KEY, REFERRAL, Door

NOW = clock.now()
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def text(moment: datetime) -> str:
    return clock.text(moment)


@dataclass
class Town:
    """A community of this test's own."""

    ask: Door

    @property
    def community(self) -> str:
        """The slug."""
        return self.ask.community

    def member(self, name: str) -> str:
        """The id of somebody."""
        return identity.member_id(MEMBER_KEY.encode(), self.community, name)

    def program(self, slug: str = "spring", **terms: Any) -> None:
        """Define a program that gives ten percent of each sale."""
        reward = {"name": "sale", "to": "advocate", "rate": "10%", "months": None}
        body = {
            "name": slug,
            "effective": text(LONG_AGO),
            "landing_url": "https://shop.example",
            "hold": "30d",
            "rewards": [reward],
        }
        said = self.ask("PUT", f"/v1/programs/{slug}", {**body, **terms})
        assert said.status_code == 200, said.text

    def advocate(self, name: str, program: str = "spring", since: datetime = LONG_AGO, **more: Any) -> str:
        """An advocate with a link. Returns its code."""
        said = self.ask("POST", "/v1/advocates", {"program": program, "member": name, "since": text(since)})
        assert said.status_code == 201, said.text
        said = self.ask(
            "POST", f"/v1/advocates/{name}/links", {"program": program, "channel": "mail", **more}
        )
        assert said.status_code == 201, said.text
        return str(said.json["code"])

    def click(self, name: str, moment: datetime, program: str = "spring", **more: Any) -> str:
        """A click on the link of an advocate. Returns its id."""
        identifier = uuid.uuid4().hex
        mongo.collection(REFERRAL, "clicks").insert_one(
            {
                "_id": identifier,
                "community": self.community,
                "program": program,
                "advocate": self.member(name),
                "link": f"of {name}",
                "moment": moment,
                "klass": "person",
                "visitor": uuid.uuid4().hex,
                "kept": moment,
                **more,
            }
        )
        return identifier

    def join(self, name: str, at: datetime = NOW, **more: Any) -> Any:
        """A friend joins."""
        return self.ask("POST", "/v1/joins", {"member": name, "at": text(at), **more})

    def buy(self, order: str, name: str = "bob", at: datetime = NOW, **more: Any) -> Any:
        """A friend buys for five euros."""
        body = {"order": order, "member": name, "amount_minor": 500, "currency": "EUR", "placed_at": text(at)}
        return self.ask("POST", "/v1/conversions", {**body, **more})

    def refund(self, order: str, refund: str, amount: int | None, at: datetime = NOW, **more: Any) -> Any:
        """Something is given back."""
        body = {"refund": refund, "at": text(at), **({} if amount is None else {"amount_minor": amount})}
        return self.ask("POST", f"/v1/conversions/{quote(order, safe='')}/refunds", {**body, **more})

    def order(self, order: str) -> Any:
        """An order as it is shown."""
        said = self.ask("GET", f"/v1/conversions/{quote(order, safe='')}")
        assert said.status_code == 200, said.text
        return said.json

    def advocate_of(self, order: str) -> str | None:
        """Who brought the buyer of an order."""
        found: str | None = self.order(order)["advocate"]
        return found

    def reasons(self, order: str) -> dict[str, str]:
        """Whom the record of an order names → what became of him."""
        record = self.ask("GET", f"/v1/attributions/{self.order(order)['attribution']}").json
        return {each["advocate"] or each["name"]: each["reason"] for each in record["candidates"]}
