"""A rate is agreed with one advocate alone: it holds from now on, and what happened keeps what held then."""

from datetime import datetime
from fractions import Fraction

from services.referral.domain import advocates as rules
from services.referral.domain import money
from services.referral.domain.programs import Beneficiary, Reward
from services.referral.domain.refusals import NoAdvocate
from services.referral.repository import DATABASE, advocates, audit, programs, rates
from shared import mongo
from shared.errors import Invalid
from shared.mongo import Document


@mongo.in_transaction(DATABASE)
def agree(  # noqa: PLR0913 (who agrees what with whom, and why)
    community: str,
    program: str,
    member: str,
    rule: str,
    rate: Fraction | None,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> Document:
    """Agree a rate of a rule with an advocate, or None: as everybody. The same again changes nothing.

    Raises NotFound, or Invalid where the program has no such rule for advocates.
    """
    stored = advocates.one(community, program, member)
    if stored is None:
        raise NoAdvocate(program)
    _check_rule(community, program, rule, now)
    before = rules.rates_at(rates.read(stored), now).get(rule)
    if before == rate:
        return stored
    after = rates.agree(stored, now, rule, rate)
    audit.note(
        community,
        by=by,
        act="advocate.rate",
        thing=f"advocate:{program}:{stored['member']}",
        now=now,
        reason=reason,
        before={"rule": rule, "rate": _text(before)},
        after={"rule": rule, "rate": _text(rate)},
    )
    return after


def _check_rule(community: str, program: str, rule: str, now: datetime) -> None:
    found = programs.load(community, program)
    version = found.at(now) if found is not None else None
    if version is None or not any(each.name == rule and _is_his(each) for each in version.terms.rewards):
        message = f"The program has no rule {rule!r} that gives advocates a share of sales."
        raise Invalid(message, errors=[{"pointer": "/rule", "detail": message}])


def _is_his(rule: Reward) -> bool:
    return rule.to is Beneficiary.ADVOCATE and rule.rate is not None


def _text(rate: Fraction | None) -> str | None:
    return None if rate is None else money.rate_text(rate)
