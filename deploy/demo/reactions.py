"""What people do about what others wrote: likes, dislikes, acceptances, joining; a quarrel, some cheating."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from deploy.demo import cast, rhythm
from deploy.demo.cast import Person
from deploy.demo.crowd import Crowd
from deploy.demo.deeds import Deed, Post
from deploy.demo.posts import BEFORE_EVENT

ACCEPTED = 0.55  # of the questions that were answered
DISLIKES = 0.13
ANONYMOUS = 0.06  # a visitor who is not logged in


def reactions(seed: int, people: Sequence[Person], posts: Sequence[Post]) -> Iterator[Deed]:
    """All of them, in no order; some fall behind the end of the story."""
    crowd = Crowd(people, Random(f"{seed}/reactions"))  # noqa: S311 (a story, no secret)
    rivals = {person.id for person in cast.named(people, "quarreller")}
    # Listeners are drawn apart: a story more or less changes nothing of what else happens.
    listeners = Crowd(people, Random(f"{seed}/listeners"))  # noqa: S311
    for post in posts:
        if post.type == "Story":
            yield from _votes(listeners, post, but={post.author})
        elif post.type == "Event":
            yield from _guests(crowd, post)
        else:
            yield from _votes(crowd, post, but=rivals if post.author in rivals else {post.author})
    yield from _acceptances(crowd, posts)
    yield from _quarrel(crowd, people, posts)
    yield from _cheating(crowd, people, posts)
    yield from _bots(crowd, people, posts)


def vote(kind: str, actor: str | None, post: Post, at: datetime, name: str = "") -> Deed:
    """A Like or a Dislike; its id says by whom and on what, since nobody votes twice on one thing."""
    deed_id = f"{kind.lower()}/{name or actor}/{post.id}"
    return Deed(id=deed_id, type=kind, actor=actor, object={"id": post.id}, at=at)


def _votes(crowd: Crowd, post: Post, but: set[str]) -> Iterator[Deed]:
    dice = crowd.dice
    voted = set(but)
    for number in range(rhythm.how_many(dice, post.appeal)):
        at = rhythm.after(dice, post.at, 30.0)
        if dice.random() < ANONYMOUS:
            yield vote("Like", None, post, at, name=f"visitor-{number}")
            continue
        kind = "Dislike" if dice.random() < DISLIKES else "Like"
        voter = crowd.someone("dislikes" if kind == "Dislike" else "likes", at, but=voted)
        if voter is not None:
            voted.add(voter.id)
            yield vote(kind, voter.id, post, at)


def _acceptances(crowd: Crowd, posts: Sequence[Post]) -> Iterator[Deed]:
    answers: dict[str, list[Post]] = {}
    for post in posts:
        if post.type == "Answer" and post.parent is not None:
            answers.setdefault(post.parent, []).append(post)
    for question, given in answers.items():
        if crowd.dice.random() < ACCEPTED:
            best = max(given, key=lambda answer: answer.appeal)
            at = rhythm.after(crowd.dice, best.at, 20.0)
            yield Deed(
                id=f"accept/{question}", type="Accept", actor=best.asker, object={"id": best.id}, at=at
            )


def _guests(crowd: Crowd, event: Post) -> Iterator[Deed]:
    begins = event.at + BEFORE_EVENT
    came = {event.author}
    for _ in range(rhythm.how_many(crowd.dice, event.appeal)):
        guest = crowd.someone("comes", begins, but=came)
        if guest is not None:
            came.add(guest.id)
            minutes = 5 * crowd.dice.randint(6, 30)
            yield Deed(
                id=f"join/{event.id}/{guest.id}",
                type="Join",
                actor=guest.id,
                object={"id": event.id},
                at=begins + timedelta(minutes=crowd.dice.randint(0, 40)),
                value=minutes,
            )


def _quarrel(crowd: Crowd, people: Sequence[Person], posts: Sequence[Post]) -> Iterator[Deed]:
    """Two members who vote down whatever the other writes."""
    one, other = (person.id for person in cast.named(people, "quarreller"))
    for post in posts:
        if post.author in {one, other} and crowd.dice.random() < 0.8:  # noqa: PLR2004 (nearly everything)
            angry = other if post.author == one else one
            yield vote(
                "Dislike", angry, post, rhythm.after(crowd.dice, post.at, 1.0), name=f"{angry}/quarrel"
            )


def _cheating(crowd: Crowd, people: Sequence[Person], posts: Sequence[Post]) -> Iterator[Deed]:
    """The promoter's other accounts like his answers, until the merge shows whose likes they are."""
    promoter = cast.named(people, "promoter")[0].id
    puppets = cast.named(people, "puppet")
    for post in posts:
        if post.author == promoter and post.type == "Answer":
            for puppet in crowd.dice.sample(puppets, crowd.dice.randint(5, len(puppets))):
                yield vote("Like", puppet.id, post, rhythm.after(crowd.dice, post.at, 3.0))


def _bots(crowd: Crowd, people: Sequence[Person], posts: Sequence[Post]) -> Iterator[Deed]:
    """The bots like each other's spam, and now and then a member's post, to look human."""
    bots = cast.named(people, "spambot")
    for post in posts:
        spam = post.id.startswith("comment/spam-")
        if spam or crowd.dice.random() < 0.02:  # noqa: PLR2004 (seldom)
            for bot in bots:
                at = rhythm.after(crowd.dice, post.at, 0.2)
                if bot.id != post.author and bot.here(at):
                    yield vote("Like", bot.id, post, at)
