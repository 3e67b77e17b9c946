"""Who lives in the demo: about 300 people, most of them quiet, as in every real community."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

TOPICS = ("espresso", "filter", "beans", "roasting", "grinders", "milk", "water", "repair")

# fmt: off
FIRST = (
    "Olena", "Марія", "Taras", "Iryna", "Петро", "Daryna", "Yurii", "Софія", "Bohdan", "Kateryna",
    "Остап", "Lesia", "Maksym", "Наталя", "Andrii", "Zoriana", "Emma", "Jonas", "Amélie", "Tomasz",
    "Ingrid", "Marco", "Zsófia", "Henrik", "Aisha", "Luca", "Noor", "Felix", "Chiara", "Mateusz",
)
LAST = (
    "Shevchuk", "Коваль", "Bondar", "Melnyk", "Ткаченко", "Kravets", "Lysenko", "Гончар", "Savchuk",
    "Polishchuk", "Мороз", "Rudenko", "Weber", "Novák", "Rossi", "Jensen", "Dubois", "Kowalska",
    "Nagy", "Silva", "Berg", "Haddad", "Meyer", "Costa",
)
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How people of one kind spend their time: weights against the others'; `skill` is how good they are."""

    many: int
    asks: float = 0.0
    answers: float = 0.0
    comments: float = 0.0
    likes: float = 0.0
    dislikes: float = 0.0
    reviews: float = 0.0
    comes: float = 0.0  # to events
    skill: float = 1.0
    role: str = "member"


PARTS = {
    "staff": Part(many=4, answers=2, comments=4, likes=6, comes=6, skill=1.3, role="staff"),
    "helper": Part(many=24, asks=0.3, answers=14, comments=6, likes=6, dislikes=0.5, comes=1.5, skill=1.8),
    "regular": Part(many=38, asks=2, answers=3, comments=5, likes=8, dislikes=1, reviews=2, comes=2),
    "asker": Part(many=80, asks=4, answers=0.3, comments=1.5, likes=2, reviews=1, skill=0.9),
    "guest": Part(many=16, comments=0.5, likes=2, comes=12),
    "critic": Part(many=12, asks=0.4, answers=1, comments=4, likes=1, dislikes=9, reviews=6),
    "reader": Part(many=84, comments=0.1, likes=3, reviews=0.3),
    "silent": Part(many=30),  # they joined and did nothing, as many do
    "quarreller": Part(many=2, asks=2, answers=9, comments=9, likes=3, dislikes=2, skill=1.2),
    "promoter": Part(many=1, asks=0.5, answers=12, comments=2, likes=0.5, skill=0.35),
    "puppet": Part(many=7),  # the promoter's other accounts: they like what he writes, and nothing else
    "spambot": Part(many=4, role="bot"),
    "greeter": Part(many=1, role="bot"),
    "modest": Part(many=1, answers=14, comments=3, likes=4, skill=2.0),  # as good as the best, and opted out
    "leaver": Part(many=1, asks=4, answers=3, comments=4, likes=5),  # will ask to be forgotten
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of them. `knows` are the topics on which they answer gladly."""

    id: str
    name: str
    part: str
    joined: datetime
    left: datetime
    knows: tuple[str, ...]
    zeal: float

    @property
    def kind(self) -> Part:
        """What people of this part do."""
        return PARTS[self.part]

    def here(self, moment: datetime) -> bool:
        """Whether they were around at that time."""
        return self.joined <= moment < self.left


def people(seed: int, start: datetime, until: datetime) -> tuple[Person, ...]:
    """The whole cast, in an order of its own."""
    dice = Random(f"{seed}/cast")  # noqa: S311 (a story, no secret)
    return tuple(_people(dice, start, until))


def named(cast: Sequence[Person], part: str) -> tuple[Person, ...]:
    """Everybody who plays that part."""
    return tuple(person for person in cast if person.part == part)


def _people(dice: Random, start: datetime, until: datetime) -> Iterator[Person]:
    number = 0
    for part, kind in PARTS.items():
        for _ in range(kind.many):
            number += 1
            joined, left = _stay(dice, part, start, until)
            yield Person(
                id=f"{part}-{number}" if kind.role == "bot" else f"m{number:03}",
                name=_name(dice, part, number),
                part=part,
                joined=joined,
                left=left,
                knows=tuple(dice.sample(TOPICS, 3)),
                zeal=min(4.0, dice.paretovariate(2.2)),  # a few do much, most do little
            )


def _stay(dice: Random, part: str, start: datetime, until: datetime) -> tuple[datetime, datetime]:
    whole = (until - start).total_seconds()
    early = part in {"staff", "helper", "promoter", "puppet", "quarreller", "modest", "leaver", "greeter"}
    joined = start if early else start + timedelta(seconds=whole * 0.9 * dice.random() ** 1.6)
    stays = dice.random() < 0.6 or early  # noqa: PLR2004 (six of ten)
    return joined, until if stays else joined + (until - joined) * dice.uniform(0.1, 0.9)


def _name(dice: Random, part: str, number: int) -> str:
    if part == "spambot":
        return f"CheapBeans{number}"
    if part == "greeter":
        return "Welcome Bot"
    return f"{dice.choice(FIRST)} {dice.choice(LAST)}"
