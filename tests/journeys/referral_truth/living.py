"""One community whose members recommend, on the real store: its clock, its door, its jobs, and what it learnt."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.activity.use_cases import fan_out, profiling
from services.referral import consumers, jobs
from services.referral.use_cases import clicking
from shared import clock, consumer, identity, mongo, work
from shared.mongo import Document
from tests.fixtures import ACTIVITY, MEMBER_KEY, REFERRAL, Catcher, Courier, Door
from tests.journeys.referral_truth import promises, racing, said
from tests.journeys.referral_truth.asking import OK, Asked, Desk
from tests.journeys.referral_truth.dying import dying
from tests.referral.doors import CHROME

LONG_AGO = "2025-01-01T00:00:00.000Z"
_ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@dataclass
class Life:
    """A community and what is known of it. Whatever dies is done again by another process, as it would be."""

    activity: Door
    referral: Door
    courier: Courier
    now: datetime = said.NOW
    desk: Desk = field(init=False)
    #: Codes and clicks, in the order in which they were made: whom a join or an order can name.
    codes: list[str] = field(default_factory=list)
    clicks: list[str] = field(default_factory=list)
    #: What was promised: (program, number of its version) → the terms as they were sent.
    promised: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    #: (program, rule) → every rate that was agreed with somebody.
    agreed: dict[tuple[str, str], set[str | None]] = field(default_factory=dict)
    #: How many awards were given and taken.
    awarded: int = 0
    #: Attributions as they were when they were seen frozen.
    frozen: dict[str, Document] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = Desk(self.referral)

    @property
    def community(self) -> str:
        """Its slug."""
        return self.referral.community

    def member(self, name: str) -> str:
        """The id of somebody."""
        return identity.member_id(MEMBER_KEY.encode(), self.community, name)

    def found(self, terms: Sequence[str]) -> None:
        """People, programs, a budget, coupons; Ann recommends since long ago."""
        self.activity("POST", "/v1/members", [{"id": name} for name in said.PEOPLE])
        self.follow_profiles()
        for program, each in zip(promises.PROGRAMS, terms, strict=False):
            self.promise(program, each, LONG_AGO)
            self.enrol("ann", program, LONG_AGO)
        budget = {"currency": "EUR", "limit_minor": 150, "approval_above_minor": 50, "reps": ["rita"]}
        self.need("PUT", "/v1/budgets/gifts", budget)
        self.need("PUT", "/v1/coupons/ten", {"program": "spring", "advocate": "ann"})
        self.need("PUT", "/v1/coupons/deals", {"channel": "deals.example"})

    def need(self, method: str, path: str, body: Any = None) -> None:
        """Ask for what must be granted."""
        answer = self.desk.ask(Asked("ada", method, path, body))
        assert answer.status_code in {200, 201}, answer.text

    def promise(self, program: str, named: str, effective: str | None = None) -> None:
        """Define a program, or change it from now on."""
        terms = promises.ALL[named]
        body = {"name": program, **terms, **({"effective": effective} if effective else {})}
        answer = self.desk.ask(Asked("ada", "PUT", f"/v1/programs/{program}", body))
        if answer.status_code == OK:
            self.promised[program, answer.json["version"]] = terms

    def enrol(self, name: str, program: str, since: str, *, dies: int | str | None = None) -> None:
        """Somebody is an advocate since a moment, and has a link."""
        body = {"program": program, "member": name, "since": since}
        self.desk.ask(Asked("ada", "POST", "/v1/advocates", body), dies=dies)
        self.learn(name)

    def learn(self, name: str) -> None:
        """Learn the codes of somebody's links."""
        items = self.desk.ask(Asked("ada", "GET", f"/v1/advocates/{name}/links")).json.get("items", ())
        self.codes += [each["code"] for each in items if each["code"] not in self.codes]

    def named(self, naming: dict[str, Any]) -> dict[str, Any]:
        """How a join or an order names somebody, as it is sent."""
        known = {"code": self.codes, "click": self.clicks, "token": self.clicks, "coupon": said.COUPONS}
        return {
            how: value if how == "email" else _one(known[how], value, f"no-{how}")
            for how, value in naming.items()
        }

    def click(self, name: str, code: str, at: datetime, visitor: str, *, robot: bool = False) -> None:
        """A click comes out of the spool; what is kept already changes nothing."""
        seen = clicking.Seen(
            id=name, at=at.timestamp(), code=code, community=self.community, method="GET",
            user_agent=_ROBOT if robot else CHROME, prefetch=False, cookie=True,
            visitor=f"{self.community}/{visitor}", address=None, referrer=None, sent=None, source={}, paid=[],
        )  # fmt: skip
        clicking.keep([seen], clock.now())
        if name not in self.clicks:
            self.clicks.append(name)

    def race(self, first: Asked, second: Asked, *, forced: bool) -> None:
        """Two ask at once; `forced`: the first one is held where it has read all and written nothing."""
        client = self.referral.client.application.test_client
        one, other = (functools.partial(self.desk.send, each, client()) for each in (first, second))
        answers = (racing.held if forced else racing.freely)(one, other)
        # Whoever was taken was first.
        for asked, answer in sorted(zip((first, second), answers, strict=True), key=_was_repeated):
            self.desk.check(asked, answer)

    def follow_profiles(self, *, dies: int | str | None = None) -> None:
        """What `activity` says of people arrives."""
        while work.do_next(ACTIVITY, fan_out.STEPS):
            pass
        caught = Catcher([])
        profiling.send_profiles(caught)  # type: ignore[arg-type]
        records = [self.courier.record("activity.profiles", message) for message in caught.sent]
        if records:
            apply = functools.partial(
                consumer.apply, consumers.HANDLERS["activity.profiles"], records[0].partition, records
            )
            with dying(dies) as died:
                apply()
            if died:
                apply()

    def work(self, *, dies: int | str | None = None) -> bool:
        """One mark is worked off, or one of its steps."""
        with dying(dies) as died:
            did = work.do_next(REFERRAL, jobs.STEPS)
        if died:  # its claim runs out
            marks = mongo.collection(REFERRAL, work.COLLECTION)
            marks.update_many({"community": self.community}, {"$unset": {"claimed_until": ""}})
        return bool(died) or did

    def passes(self, span: timedelta, *, dies: int | str | None = None) -> None:
        """Time passes, and the jobs look at the clock."""
        self.now += span
        with dying(dies):
            jobs.look_at_the_clock()

    def settle(self) -> None:
        """All that is to be done is done."""
        self.follow_profiles()
        for _ in range(3):  # what follows may be ripe at once
            jobs.look_at_the_clock()
            while self.work():
                pass
        marks = list(mongo.collection(REFERRAL, work.COLLECTION).find({"community": self.community}))
        assert not marks, marks


def _one(known: Sequence[str], number: int, nothing: str) -> str:
    return known[number % len(known)] if number and known else nothing


def _was_repeated(pair: tuple[Asked, Any]) -> bool:
    return bool(pair[1].status_code != 201)
