"""Rules left out or turned round, one at a time, on the real store: histories that do not notice prove nothing."""

import itertools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

from services.referral import jobs
from services.referral.domain import budgets, disqualifying, money, payouts, refunds, settling
from services.referral.domain.budgets import State
from services.referral.domain.reasons import Reason
from services.referral.domain.visits import Class
from services.referral.repository import attributions, friends, ledger, orders
from services.referral.use_cases import clicking, keeping, looping, merging
from shared import outbox
from tests.journeys.broken import Broken, Patch


def a_friend_is_not_held(patch: Patch) -> None:
    """Two who decide of one friend at once do not meet."""
    patch.setattr(friends, "hold", lambda *_: None)


def an_order_is_taken_again(patch: Patch) -> None:
    """Its key is another one each time."""
    right, number = orders.key, itertools.count()
    patch.setattr(orders, "key", lambda community, order: right(community, f"{order} {next(number)}"))


def another_body_is_taken(patch: Patch) -> None:
    """Whatever is sent under an id that is there is as good as what was sent first."""
    patch.setattr(keeping, "check_same", lambda *_: None)


def shares_are_cut_off(patch: Patch) -> None:
    """14 of 500 at 2.9 %."""
    patch.setattr(money, "share", lambda amount, rate: int(amount * rate))


def refunds_take_back_at_another_rate(patch: Patch) -> None:
    """At that of today, whatever it was then."""

    def back(amount_minor: int, conversion: Any) -> int:
        return min(amount_minor, money.share(conversion.refunded_minor, Fraction(3, 100)))

    patch.setattr(settling, "back", back)


def refunds_have_no_bound(patch: Patch) -> None:
    """All that was ever given back is taken back."""

    def back(amount_minor: int, conversion: Any) -> int:
        return money.share(
            amount_minor, Fraction(2 * conversion.refunded_minor, conversion.amount_minor or 1)
        )

    patch.setattr(settling, "back", back)


def a_failed_refund_stands(patch: Patch) -> None:
    """It is taken back for good."""
    patch.setattr(refunds, "counted", lambda some, _: sorted(some, key=lambda each: each.name))


def what_is_released_is_not_frozen(patch: Patch) -> None:
    """Somebody else may have brought him after that."""
    patch.setattr(attributions, "freeze", lambda _: None)


def what_waits_is_not_reserved(patch: Patch) -> None:
    """Two grants that wait may both take what is left."""
    patch.setitem(budgets.EFFECTS, (None, State.WAITING), budgets._Effect(0, 0))  # noqa: SLF001 (what is broken here)


def a_budget_is_not_asked(patch: Patch) -> None:
    """Nobody looks at what is left."""
    patch.setattr(budgets, "_check_amount", lambda *_: None)


def circles_are_not_looked_for(patch: Patch) -> None:
    """Ann brought Bob, who brought Cy, who turns out to be Ann."""
    others = tuple(each for each in disqualifying._REFUSALS if each[0] is not Reason.CIRCLE)  # noqa: SLF001
    patch.setattr(disqualifying, "_REFUSALS", others)
    patch.setattr(looping, "_closes_a_circle", lambda *_: False)


def a_line_is_paid_whatever_it_is(patch: Patch) -> None:
    """What was paid may fail, and what failed be paid, each time by another transfer."""
    right, number = payouts._transfer, itertools.count()  # noqa: SLF001
    patch.setattr(payouts, "check_mark", lambda *_: None)
    patch.setattr(
        payouts, "_transfer", lambda order, effect, *more: right(order, f"{effect}|{next(number)}", *more)
    )


def announcements_do_not_wait_for_the_commit(patch: Patch) -> None:
    """Who dies has announced what never was, and announces it again."""
    right = outbox.add

    def add(service: str, community: str, topic: str, messages: Any) -> None:
        with ThreadPoolExecutor(1) as beside:  # another thread is in no transaction
            beside.submit(right, service, community, topic, list(messages)).result()

    patch.setattr(outbox, "add", add)


def robots_recommend(patch: Patch) -> None:
    """A click is a click."""
    patch.setattr(disqualifying, "_COUNTING", frozenset(Class))


def late_clicks_are_not_told(patch: Patch) -> None:
    """Whoever was decided without one stays so."""
    patch.setattr(clicking, "tell", lambda *_: None)


def a_merge_is_not_followed(patch: Patch) -> None:
    """What two did stays that of two."""
    patch.setitem(jobs.STEPS, merging.MERGED, lambda _: None)


def balances_stand_still(patch: Patch) -> None:
    """Transfers are kept, and what lies on accounts is not."""
    patch.setattr(ledger, "_move", lambda _: None)


ALL: Mapping[str, Broken] = {
    breaks.__name__: Broken(breaks, seed)
    for breaks, seed in (
        (a_friend_is_not_held, 0),
        (an_order_is_taken_again, 6),
        (another_body_is_taken, 0),
        (shares_are_cut_off, 0),
        (refunds_take_back_at_another_rate, 0),
        (refunds_have_no_bound, 0),
        (a_failed_refund_stands, 0),
        (what_is_released_is_not_frozen, 0),
        (what_waits_is_not_reserved, 0),
        (a_budget_is_not_asked, 0),
        (circles_are_not_looked_for, None),
        (a_line_is_paid_whatever_it_is, 1),
        (announcements_do_not_wait_for_the_commit, 0),
        (robots_recommend, 0),
        (late_clicks_are_not_told, 0),
        (a_merge_is_not_followed, 0),
        (balances_stand_still, 0),
    )
}
