"""What comes late: found by its name, within the grace and not after it; what is frozen never changes."""

import threading
import uuid
from urllib.parse import quote

from services.referral.domain import codes
from services.referral.repository import attributions, friends
from services.referral.use_cases import attributing, clicking, converting
from services.referral.use_cases.attributing import settle_alone
from shared import clock, mongo
from tests.fixtures import MEMBER_KEY, REFERRAL
from tests.referral.records import record, stored, work_off
from tests.referral.town import DAY, HOUR, NOW, Town, text

BROWSER = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36"
)


def late(town: Town) -> str:
    """The id of a click that has not come yet."""
    return f"late {town.community}"


def test_a_click_that_comes_late_is_found_by_its_name(town: Town) -> None:
    town.advocate("ann")
    town.buy("o1", click=late(town))
    assert (town.advocate_of("o1"), record(town)["state"]) == (None, "provisional")
    town.click("ann", NOW - DAY, _id=late(town), kept=NOW + HOUR)
    with_mark(town, clicks=[late(town)])
    assert town.advocate_of("o1") == "ann"


def test_a_click_that_comes_after_the_grace_changes_nothing(town: Town) -> None:
    town.advocate("ann")
    town.buy("o1", at=NOW - DAY, click=late(town))
    town.click("ann", NOW - 2 * DAY, _id=late(town), kept=NOW + 3 * DAY)
    with_mark(town, clicks=[late(town)])
    assert town.reasons("o1") == {"ann": "too-late"}


def with_mark(town: Town, clicks: list[str]) -> None:
    """What keeps clicks does in its transaction."""
    concerned = friends.concerned(town.community, clicks, [])
    assert concerned == [town.member("bob")]
    mongo.transact(REFERRAL, lambda: attributing.mark(town.community, concerned))
    work_off()


def test_who_waits_for_a_click_in_vain_is_looked_at_once_more(town: Town) -> None:
    town.advocate("ann")
    town.buy("o1", click=late(town))
    town.click("ann", NOW - DAY, _id=late(town), kept=NOW + HOUR)
    while attributing.look_again(NOW + 2 * DAY):
        pass
    work_off()
    assert town.advocate_of("o1") == "ann"


def test_what_is_frozen_never_changes(town: Town) -> None:
    town.advocate("ann")
    dan = town.advocate("dan")
    town.buy("o1", click=town.click("ann", NOW - DAY, visitor="v1"))
    mongo.transact(REFERRAL, lambda: attributions.freeze([record(town)["id"]]))
    before = stored(town)
    town.click("dan", NOW - HOUR, visitor="v1")
    town.join("bob", at=NOW - 2 * DAY, code=dan)
    settle_alone(town.community, town.member("bob"), NOW)
    assert [each for each in stored(town) if each["kind"] == "order"] == before
    assert record(town)["state"] == "frozen"


def test_deciding_anew_gives_the_same_record(town: Town) -> None:
    ann, dan = town.advocate("ann"), town.advocate("dan")
    town.join("bob", at=NOW - 40 * DAY, code=ann)
    for number in range(3):
        clicked = town.click("dan", NOW - number * DAY - HOUR, visitor="v1")
        town.buy(f"o{number}", at=NOW - number * DAY, click=clicked, coupon=dan if number else ann)
    before = stored(town)
    settle_alone(town.community, town.member("bob"), NOW + 9 * DAY)
    assert stored(town) == before


def test_the_terms_of_the_time_decide(town: Town) -> None:
    town.advocate("ann")
    later = clock.now() + HOUR
    town.program(window="1d", effective=text(later))
    click = town.click("ann", NOW - 20 * DAY)
    town.buy("o1", click=click)
    town.buy("o2", "eve", at=later + HOUR, click=click)
    assert (town.advocate_of("o1"), town.advocate_of("o2")) == ("ann", None)
    assert record(town)["version"] == 1


def test_what_was_named_before_anybody_stood_behind_it_is_found_once_somebody_does(town: Town) -> None:
    drawn = (f"w{uuid.uuid4().hex[:9]}" for _ in range(99))
    word, coupon = next(each for each in drawn if codes.fault(each) is None), f"C{uuid.uuid4().hex}"
    town.advocate("dan")
    for order, named in (
        ("of a link to come", {"code": word}),
        ("of it, as a coupon", {"coupon": word}),
        ("of a coupon to come, as a code", {"code": coupon}),
        ("of a coupon of no advocate yet", {"coupon": f"{coupon} of Eve"}),
    ):
        town.buy(order, f"buyer {order}", **named)
        assert town.advocate_of(order) is None
    for owner, name in (("eve", f"{coupon} of Eve"), ("dan", coupon)):
        town.ask("PUT", f"/v1/coupons/{quote(name)}", {"program": "spring", "advocate": owner})
    town.ask("POST", "/v1/advocates/dan/links", {"program": "spring", "channel": "word", "code": word})
    town.advocate("eve")
    work_off()
    found = town.ask("GET", "/v1/conversions").json["items"]
    assert {each["id"]: each["advocate"] for each in found} == {
        "of a link to come": "dan",
        "of it, as a coupon": "dan",
        "of a coupon to come, as a code": "dan",
        "of a coupon of no advocate yet": "eve",
    }
    assert not any(
        each.get("wants") for each in friends.load(each["friend"] for each in stored(town)).values()
    )


def test_what_a_friend_named_is_known_as_before_once_it_is_frozen(town: Town) -> None:
    """It is frozen behind his back, when something is released."""
    town.join("bob", NOW - DAY, code=town.advocate("ann"))
    town.buy("o1", "bob", code="nobodyscode")
    [before] = friends.load([town.member("bob")]).values()
    mongo.transact(REFERRAL, lambda: attributions.freeze(each["_id"] for each in stored(town)))
    settle_alone(town.community, town.member("bob"), NOW)
    [after] = friends.load([town.member("bob")]).values()
    assert after["wants"] == before["wants"] != []


def test_a_click_that_is_drained_later_attributes_who_waits_for_it(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", click=late(town))
    clicking.keep([seen(town, code)], NOW + HOUR)
    work_off()
    assert (town.advocate_of("o1"), record(town)["rule"]) == ("ann", "last-click")


def test_a_click_that_is_kept_in_the_moment_of_its_order_attributes_it(town: Town) -> None:
    """Neither transaction sees what the other one writes: each would think that the other is still to come."""
    code = town.advocate("ann")
    order = {
        "order": "o1", "member": "bob", "at": NOW, "amount_minor": 500, "currency": "EUR", "quantity": 1,
        "click": late(town),
    }  # fmt: skip
    drain = threading.Thread(target=clicking.keep, args=([seen(town, code)], NOW))

    def meanwhile() -> None:
        converting.convert.__wrapped__(MEMBER_KEY.encode(), town.community, order, NOW)  # type: ignore[attr-defined]
        if drain.ident is None:
            drain.start()
            drain.join(timeout=1)  # it is kept by then, where nothing holds it up

    mongo.transact(REFERRAL, meanwhile)
    drain.join()
    work_off()
    assert town.advocate_of("o1") == "ann"


def seen(town: Town, code: str) -> clicking.Seen:
    """The late click, as the door saw it."""
    return clicking.Seen(
        id=late(town),
        at=(NOW - HOUR).timestamp(),
        code=codes.fold(code),
        community=town.community,
        method="GET",
        user_agent=BROWSER,
        prefetch=False,
        cookie=True,
        visitor="v1",
        address="a1",
        referrer=None,
        sent=None,
        source={},
        paid=[],
    )
