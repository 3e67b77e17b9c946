"""What programs say in the histories: few variants, so that much meets; and rates at which rounding shows."""

from typing import Any

from tests.journeys import lived

_PAGE = "https://shop.example/"


def _rate(name: str, to: str, rate: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "to": to, "rate": rate, "months": None, **more}


def _fixed(name: str, to: str, amount: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "to": to, "amount_minor": amount, "currency": "EUR", **more}


#: Who holds this badge has a shorter hold, and other caps.
TRUSTED = "trusted"
_STANDING = {"badges": [TRUSTED], "hold": "1h"}

#: A commission for ever, a share for whoever brought the advocate, and a welcome.
PLAIN: dict[str, Any] = {
    "landing_url": _PAGE,
    "model": "last",
    "window": "10d",
    "grace": "6h",
    "hold": "5d",
    "rewards": [
        _rate("sale", "advocate", "2.9%"),
        _rate("above", "upstream", "10%"),
        _fixed("welcome", "friend", 250, months=0),
    ],
}
#: The first purchase alone, a share of the advocate's own reward, and something for the second friend.
FIRST: dict[str, Any] = {
    "landing_url": _PAGE,
    "model": "first",
    "window": "5d",
    "grace": "1h",
    "hold": "1h",
    "least_order_minor": 5,
    "rewards": [
        _rate("first", "advocate", "15%", months=0),
        _rate("again", "advocate", "1.5%"),
        _rate("share", "upstream", "50%", base="reward"),
        _fixed("second", "advocate", 700, on="milestone", friends=2),
    ],
}
#: Tiers and caps: what came first decides in them.
BOUND: dict[str, Any] = {
    "landing_url": _PAGE,
    "model": "sticky",
    "window": "30d",
    "grace": "12h",
    "hold": "1h",
    "rewards": [
        _rate("tier", "advocate", "5%", tiers=[{"reached": 2, "rate": "12.5%"}]),
        _fixed("joined", "friend", 40, on="join"),
    ],
    "caps": {"advocate_month_minor": 150, "friend_minor": 60, "program_minor": 400},
}
#: Where many histories are lived, programs say more: months that end, another milestone, what good standing changes.
if lived.HISTORIES:
    PLAIN["rewards"] += [
        _rate("month", "advocate", "1%") | {"months": 1},
        _fixed("third", "advocate", 90, on="milestone", friends=3),
    ]
    PLAIN["standing"] = _STANDING
    BOUND["standing"] = {**_STANDING, "caps": {"advocate_month_minor": 300}}
ALL = {"plain": PLAIN, "first": FIRST, "bound": BOUND}
#: Those in which the order of arrival decides nothing.
FREE = ("plain", "first")
PROGRAMS = ("spring", "autumn")
