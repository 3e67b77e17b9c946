"""What must hold at every moment, and what must hold once all is settled."""

from collections import Counter
from collections.abc import Iterable, Iterator

from services.referral.domain.loops import to_the_root
from services.referral.queries import auditing
from services.referral.repository import friends, ledger, people
from services.referral.use_cases import attributing, considering
from shared import mongo, outbox
from shared.mongo import Document
from tests.fixtures import REFERRAL
from tests.journeys.referral_truth import exporting, replaying
from tests.journeys.referral_truth.living import Life
from tests.journeys.referral_truth.owing import Owing
from tests.journeys.referral_truth.reaching import Reaching

_STANDS = ("waiting", "granted")
#: What lines of a state were moved by: what bounced was paid before.
_MOVED = (
    ({"paid", "bounced"}, "payout-paid"),
    ({"failed"}, "payout-failed"),
    ({"returned"}, "payout-returned"),
)


def look(life: Life) -> None:
    """What holds at every moment, whatever is under way: the ledger sums to zero, and the audit finds nothing."""
    _none(auditing.audit(life.community).findings)


def judge(life: Life) -> None:
    """What holds when all is done that is to be done."""
    life.settle()
    look(life)
    for faults in (_sums, _budgets, _payouts, _taken, _announced, _frozen, _circles, _descents, _trees):
        _none(faults(life))
    _none(Owing(life).faults())
    _none(Reaching(Owing(life)).faults())
    _none(replaying.faults(life))
    before = exporting.export(life.community)
    follow_all(life)
    life.settle()
    _none(exporting.differences(before, exporting.export(life.community)))


def _none(faults: Iterable[object]) -> None:
    found = [str(each) for each in faults]
    assert not found, "\n".join(found)


def follow_all(life: Life) -> None:
    """Let everything follow again, of everybody."""
    for each in _all(life, "friends"):
        mongo.transact(REFERRAL, lambda each=each: _follow(life, each["_id"]))  # type: ignore[misc]


def _follow(life: Life, member: str) -> None:
    friend = people.survivors([member])[member]
    friends.hold(life.community, friend)
    attributing.settle(life.community, friend, life.now)
    considering.follow(life.community, friend, life.now)


def _sums(life: Life) -> Iterator[str]:
    """Every currency sums to zero."""
    sums = Counter[str]()
    for _, currency, amount in ledger.sums(life.community):
        sums[currency] += amount
    yield from (f"{amount} {currency}" for currency, amount in sums.items() if amount)


def _budgets(life: Life) -> Iterator[str]:
    """No budget is overspent, and what is kept of it is what its grants and the ledger say."""
    booked = Counter[str]()
    for name, _, amount in ledger.sums(life.community):
        booked[name] += amount
    given = _all(life, "grants")
    for budget in _all(life, "budgets"):
        ours = [each for each in given if each["budget"] == budget["slug"] and each["state"] in _STANDS]
        by_state = Counter[str]()
        for each in ours:
            by_state[each["state"]] += each["amount_minor"]
        if sum(by_state.values()) > budget["limit_minor"]:
            yield f"overspent: {budget} {ours}"
        if [by_state[each] for each in _STANDS] != [budget["reserved_minor"], budget["spent_minor"]]:
            yield f"kept otherwise: {budget} {ours}"
        if -booked[f"budget:{budget['slug']}"] != by_state["granted"]:
            yield f"booked otherwise: {budget} {booked}"


def _payouts(life: Life) -> Iterator[str]:
    """What was paid is what lines say was paid, each once; what is being paid are the open ones."""
    lines = _all(life, "payout_lines")
    for payout in _all(life, "payouts"):
        ours = [each for each in lines if each["payout"] == payout["_id"]]
        for status, reason in _MOVED:
            wanted = sorted(each["amount_minor"] for each in ours if each["status"] in status)
            moved = mongo.collection(REFERRAL, "transfers").find({
                "community": life.community, "reason": reason, "debit": f"paying:{payout['name']}"
            })  # fmt: skip
            if sorted(each["amount_minor"] for each in moved) != wanted:
                yield f"{status} otherwise: {payout['name']} {ours}"
        open_minor = sum(each["amount_minor"] for each in ours if each["status"] == "open")
        kept = {currency: amount for _, currency, amount in _paying(life, payout["name"])}
        if sum(kept.values()) != open_minor:
            yield f"{kept} are being paid, {open_minor} are open: {payout['name']}"


def _paying(life: Life, payout: str) -> list[tuple[str, str, int]]:
    return ledger.balances(life.community, "paying", owners=[payout])


def _taken(life: Life) -> Iterator[str]:
    """What was taken under an id is there once."""
    for kind, name in (("orders", "order"), ("grants", "id")):
        wanted = sorted(each[1] for each in life.desk.taken if each[0] == name.replace("id", "grant"))
        found = sorted(each[name] for each in _all(life, kind))
        if found != wanted:
            yield f"{kind}: {wanted} were taken, {found} are kept"
    for order in _all(life, "orders"):
        yield from _fits(life, order)


def _fits(life: Life, order: Document) -> Iterator[str]:
    """What was taken as a refund that fits does fit; those that came before their order may have been too much."""
    of = mongo.collection(REFERRAL, "refunds").find({"order_key": order["_id"], "kind": {"$exists": True}})
    standing = [each for each in of if not each.get("failed")]
    fitted = any(("refund", order["order"], each["refund"]) in life.desk.fitted for each in standing)
    if fitted and sum(each.get("amount_minor") or 0 for each in standing) > order["amount_minor"]:
        yield f"more was given back than was paid: {order} {standing}"


def _announced(life: Life) -> Iterator[str]:
    """Each step of a reward was announced once."""
    found = Counter[str]()
    for parcel in mongo.collection(REFERRAL, outbox.COLLECTION).find({"community": life.community}):
        found.update(dict(each.headers)["ce_id"] for each in outbox.messages(parcel))
    yield from (f"announced {count} times: {name}" for name, count in found.items() if count > 1)


def _frozen(life: Life) -> Iterator[str]:
    """For what somebody may have been paid, it stays as it was decided."""
    by_key = {each["_id"]: each for each in _all(life, "attributions")}
    for reward in _all(life, "rewards"):
        record = by_key.get(reward["subject"])
        if reward["released"] and record is not None and not record.get("frozen"):
            yield f"released, and not frozen: {reward} {record}"


def _circles(life: Life) -> Iterator[str]:
    """Nobody descends from himself."""
    for program, came in _parents(life).items():
        for friend in came:
            seen, now = {friend}, came.get(friend)
            while now is not None and now not in seen:
                seen.add(now)
                now = came.get(now)
            if now is not None:
                yield f"a circle in {program}: {friend} {came}"


def _descents(life: Life) -> Iterator[str]:
    """Nobody is credited with whoever he descends from, but for what was decided for ever before that was known."""
    credited = [
        each for each in _all(life, "attributions") if each.get("advocate") and not each.get("frozen")
    ]
    now = people.survivors({each[who] for each in credited for who in ("advocate", "friend")})
    for each in credited:
        came = _parents(life).get(each["program"], {})
        if now[each["friend"]] in to_the_root(now[each["advocate"]], came.get):
            yield f"he descends from his friend: {each} {came}"


def _trees(life: Life) -> Iterator[str]:
    """Ancestors are who is found by walking up, and counts what is found by walking down."""
    counts = Counter[tuple[str, str, int]]()
    for loop in _loops(life):
        came = _parents(life)[loop["program"]]
        walked = list(to_the_root(loop["advocate"], came.get))
        if loop["anc"] != walked[: loop["bound"]]:
            yield f"above are {walked}: {loop}"
        counts.update((member, loop["program"], place) for place, member in enumerate(loop["anc"], start=1))
    kept = Counter[tuple[str, str, int]]()
    for part in _all(life, "descendants"):
        for number, count in part["counts"].items():
            kept[part["ancestor"], part["program"], int(number)] += count
    if {key: count for key, count in kept.items() if count} != counts:
        yield f"counted {kept}, there are {counts}"


def _parents(life: Life) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for loop in _loops(life):
        found.setdefault(loop["program"], {})[loop["friend"]] = loop["advocate"]
    return found


def _loops(life: Life) -> list[Document]:
    return [each for each in _all(life, "loops") if not each.get("gone")]


def _all(life: Life, name: str) -> list[Document]:
    return list(mongo.collection(REFERRAL, name).find({"community": life.community}))
