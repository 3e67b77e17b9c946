"""What the members of the demo write: questions, answers, comments, reviews, events, and the bots' spam."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from deploy.demo import cast, rhythm
from deploy.demo.cast import TOPICS, Person
from deploy.demo.crowd import Crowd
from deploy.demo.deeds import Post

QUESTIONS_A_DAY = 3.0
REVIEWS_A_DAY = 1.0
SPAM_A_DAY = 0.5
STORIES_A_DAY = 0.35
PRODUCTS = ("grinder-one", "grinder-two", "kettle", "scale", "house-blend", "decaf", "dripper", "moka-pot")
SATURDAY = 5
EVENTS = 0.85  # of the Saturdays
BEFORE_EVENT = timedelta(days=6)  # that is when it is announced


def posts(seed: int, people: Sequence[Person], start: datetime, until: datetime) -> Iterator[Post]:
    """Everything that is written between the two moments, in no order."""
    crowd = Crowd(people, Random(f"{seed}/posts"))  # noqa: S311 (a story, no secret)
    threads = _threads(crowd, people, start, until)
    for one in (threads, _reviews(crowd, start, until), _events(crowd, people, start, until)):
        yield from one
    yield from _spam(crowd, people, start, until)
    yield from _stories(Crowd(people, Random(f"{seed}/stories")), start, until)  # noqa: S311


def _threads(crowd: Crowd, people: Sequence[Person], start: datetime, until: datetime) -> Iterator[Post]:
    dice = crowd.dice
    greeter = cast.named(people, "greeter")[0]
    numbers = count(1)
    for day in rhythm.days(start, until):
        for _ in range(rhythm.how_many(dice, QUESTIONS_A_DAY * rhythm.mood(day, start, until))):
            at = rhythm.moment(dice, day)
            asker = crowd.someone("asks", at)
            if asker is None or at < start:
                continue
            question = _question(dice, next(numbers), asker, at)
            yield question
            yield from _talk(crowd, question, until)
            if dice.random() < 0.15:  # noqa: PLR2004 (the bot greets some)
                yield _comment(question, "hello", greeter, at + timedelta(seconds=20), 0.2)


def _question(dice: Random, number: int, asker: Person, at: datetime) -> Post:
    topics = dice.sample(TOPICS, dice.choice((1, 1, 2)))
    appeal = 1.6 * asker.kind.skill * dice.lognormvariate(0, 0.7)
    return Post(
        id=f"question/{number}",
        type="Question",
        author=asker.id,
        at=at,
        appeal=appeal,
        tags=tuple(sorted(topics)),
    )


def _talk(crowd: Crowd, question: Post, until: datetime) -> Iterator[Post]:
    """The answers to a question, and the comments on all of it."""
    dice = crowd.dice
    answerers: set[str] = set()
    for number in range(rhythm.how_many(dice, 2.0)):
        # One in thirty comes months later, when somebody at last knows.
        hours = 24.0 * 75 if dice.random() < 1 / 30 else 9.0
        at = rhythm.after(dice, question.at, hours)
        person = crowd.someone("answers", at, knows=question.tags, but=answerers)
        if person is None or at >= until:
            continue
        answerers.add(person.id)
        if person.id == question.author and dice.random() < 0.7:  # noqa: PLR2004 (some do answer themselves)
            continue
        answer = _answer(dice, question, number, person, at)
        yield answer
        yield from _comments(crowd, answer, 0.6, until)
    yield from _comments(crowd, question, 0.5, until)


def _answer(dice: Random, question: Post, number: int, person: Person, at: datetime) -> Post:
    name = question.id.removeprefix("question/")
    return Post(
        id=f"answer/{name}-{number + 1}",
        type="Answer",
        author=person.id,
        at=at,
        appeal=1.7 * person.kind.skill * dice.lognormvariate(0, 0.8),
        parent=question.id,
        tags=question.tags,
        asker=question.author,
    )


def _comments(crowd: Crowd, post: Post, mean: float, until: datetime) -> Iterator[Post]:
    for number in range(rhythm.how_many(crowd.dice, mean)):
        at = rhythm.after(crowd.dice, post.at, 12.0)
        person = crowd.someone("comments", at)
        if person is not None and at < until:
            yield _comment(post, str(number + 1), person, at, 0.35)


def _comment(post: Post, name: str, person: Person, at: datetime, appeal: float) -> Post:
    comment_id = f"comment/{post.id}/{name}"
    return Post(id=comment_id, type="Comment", author=person.id, at=at, appeal=appeal, parent=post.id)


def _reviews(crowd: Crowd, start: datetime, until: datetime) -> Iterator[Post]:
    """Reviews of products, with one to five stars. The bad ones stay, and help as the good ones do."""
    dice = crowd.dice
    numbers = count(1)
    for day in rhythm.days(start, until):
        for _ in range(rhythm.how_many(dice, REVIEWS_A_DAY * rhythm.mood(day, start, until))):
            at = rhythm.moment(dice, day)
            person = crowd.someone("reviews", at)
            if person is None or at < start:
                continue
            stars = dice.choices(
                (1, 2, 3, 4, 5), (5, 4, 2, 1, 1) if person.part == "critic" else (1, 1, 3, 6, 7)
            )[0]
            yield Post(
                id=f"review/{next(numbers)}",
                type="Review",
                author=person.id,
                at=at,
                appeal=1.5 * dice.lognormvariate(0, 0.6),
                parent=f"product/{dice.choice(PRODUCTS)}",
                value=stars,
            )


def _stories(crowd: Crowd, start: datetime, until: datetime) -> Iterator[Post]:
    """What coffee has to do with one's life; some of it moves many people."""
    dice = crowd.dice
    numbers = count(1)
    for day in rhythm.days(start, until):
        for _ in range(rhythm.how_many(dice, STORIES_A_DAY * rhythm.mood(day, start, until))):
            at = rhythm.moment(dice, day)
            person = crowd.someone("comments", at)
            if person is not None and at >= start:
                appeal = 3.0 * dice.lognormvariate(0, 0.7)
                yield Post(id=f"story/{next(numbers)}", type="Story", author=person.id, at=at, appeal=appeal)


def _events(crowd: Crowd, people: Sequence[Person], start: datetime, until: datetime) -> Iterator[Post]:
    """A table in somebody's kitchen, most Saturdays: tasting, repairing, talking."""
    hosts = (*cast.named(people, "staff"), *cast.named(people, "guest")[:3])
    for day in rhythm.days(start + BEFORE_EVENT, until):
        at = day.replace(hour=16)
        takes_place = day.weekday() == SATURDAY and crowd.dice.random() < EVENTS
        if takes_place and at - BEFORE_EVENT >= start:
            host = crowd.dice.choice([host for host in hosts if host.here(at)])
            appeal = 13 * rhythm.mood(day, start, until)
            event_id = f"event/{day:%Y-%m-%d}"
            yield Post(id=event_id, type="Event", author=host.id, at=at - BEFORE_EVENT, appeal=appeal)


def _spam(crowd: Crowd, people: Sequence[Person], start: datetime, until: datetime) -> Iterator[Post]:
    bots = cast.named(people, "spambot")
    numbers = count(1)
    for day in rhythm.days(start, until):
        for _ in range(rhythm.how_many(crowd.dice, SPAM_A_DAY)):
            at = rhythm.moment(crowd.dice, day)
            bot = crowd.dice.choice(bots)
            if bot.here(at):
                yield Post(
                    id=f"comment/spam-{next(numbers)}", type="Comment", author=bot.id, at=at, appeal=0.0
                )
