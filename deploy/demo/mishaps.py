"""What makes a history real: things come late or early, are edited, taken back, deleted, done elsewhere."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from deploy.demo import cast
from deploy.demo.cast import TOPICS, Person
from deploy.demo.deeds import Deed

EARLY = 0.03  # of the votes reach Laurel before what they are about
LATE = 0.02  # of all deeds come weeks after they happened
OFFLINE = 0.4  # of the lists of guests are brought in later
EDITED = 0.03
TAKEN_BACK = 0.012
DELETED = 0.5  # of the spam: the rest nobody has seen yet
ELSEWHERE = 0.3  # of the likes of those who also have an account on another network
NETWORK = "mastodon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishaps:
    """The deeds with everything that befell them, and what is to be done beside them."""

    deeds: tuple[Deed, ...]
    deleted: tuple[str, ...]
    identities: tuple[tuple[str, str, str], ...]


def mishaps(seed: int, people: Sequence[Person], deeds: Sequence[Deed], until: datetime) -> Mishaps:
    """Everything that befalls these deeds before `until`."""
    dice = Random(f"{seed}/mishaps")  # noqa: S311 (a story, no secret)
    accounts = {
        person.id: f"{person.id}@coffee.example" for person in dice.sample(cast.named(people, "regular"), 5)
    }
    befallen = list(_elsewhere(dice, accounts, _delayed(dice, deeds, until)))
    extra = [*_edits(dice, befallen, until), *_taken_back(dice, befallen, until)]
    return Mishaps(
        deeds=(*befallen, *extra),
        deleted=tuple(_deleted(dice, befallen)),
        identities=tuple((member, NETWORK, account) for member, account in accounts.items()),
    )


def _delayed(dice: Random, deeds: Sequence[Deed], until: datetime) -> Iterator[Deed]:
    created = {deed.object["id"]: deed.at for deed in deeds if deed.type == "Create"}
    brought_later = {thing for thing in created if thing.startswith("event/") and dice.random() < OFFLINE}
    for deed in deeds:
        thing = deed.object["id"]
        if deed.type in {"Like", "Dislike", "Accept"} and dice.random() < EARLY:
            yield replace(deed, arrived=created[thing] - timedelta(minutes=dice.randint(1, 90)))
        elif thing in brought_later or dice.random() < LATE:
            late = deed.at + timedelta(days=dice.uniform(8, 45))
            yield replace(deed, arrived=late) if late < until else deed
        else:
            yield deed


def _elsewhere(dice: Random, accounts: dict[str, str], deeds: Iterable[Deed]) -> Iterator[Deed]:
    """Some members also like from their account on another network."""
    for deed in deeds:
        account = accounts.get(deed.actor) if isinstance(deed.actor, str) else None
        if account is not None and deed.type == "Like" and dice.random() < ELSEWHERE:
            yield replace(deed, actor={"id": account, "network": NETWORK})
        else:
            yield deed


def _edits(dice: Random, deeds: Sequence[Deed], until: datetime) -> Iterator[Deed]:
    """Questions get better tags."""
    for deed in deeds:
        if deed.type == "Create" and deed.object["type"] == "Question" and dice.random() < EDITED:
            edited = max(deed.at, deed.arrives) + timedelta(hours=dice.uniform(0.1, 60))
            tags = sorted({*deed.object["tag"][:1], dice.choice(TOPICS), "improved"})
            if edited < until:
                yield replace(deed, object={**deed.object, "tag": tags}, edited=edited, arrived=edited)


def _taken_back(dice: Random, deeds: Sequence[Deed], until: datetime) -> Iterator[Deed]:
    """Likes that their givers think better of; where the like comes late, its undoing may come first."""
    for deed in deeds:
        if deed.type == "Like" and dice.random() < TAKEN_BACK:
            at = deed.at + timedelta(minutes=dice.randint(1, 3 * 24 * 60))
            if at < until:
                yield Deed(id=f"undo/{deed.id}", type="Undo", actor=deed.actor, object={"id": deed.id}, at=at)


def _deleted(dice: Random, deeds: Sequence[Deed]) -> Iterator[str]:
    for deed in deeds:
        if deed.id.startswith("create/comment/spam-") and dice.random() < DELETED:
            yield deed.id
