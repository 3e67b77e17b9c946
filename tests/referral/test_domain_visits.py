"""What a visit was: every line about clicks of the anchor, section 3, that needs no server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.referral.domain import visits
from services.referral.domain.visits import Class, Reason, Visit

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
    "Mobile/15E148 Safari/604.1"
)
IN_APP = {
    "Viber": f"{IPHONE.replace(' Safari/604.1', '')} Viber/25.1.0",
    "Slack desktop": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.41.105 "
        "Chrome/130.0.6723.118 Electron/33.2.0 Safari/537.36 Slack_SSB/4.41.105"
    ),
    "Instagram": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22B83 "
        "Instagram 359.1.0.22.64 (iPhone15,2; iOS 18_1; en_US; en; scale=3.00; 1179x2556; 669000000)"
    ),
    "TikTok": (
        "Mozilla/5.0 (Linux; Android 14; SM-S911B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/130.0.6723.102 Mobile Safari/537.36 musical_ly_2023708050 JsSdk/1.0 NetType/WIFI "
        "Channel/googleplay AppName/musical_ly app_version/37.8.5 ByteLocale/en Region/GB BytedanceWebview/d8a21c6"
    ),
    "Baidu": (
        "Mozilla/5.0 (Linux; Android 12; V2055A Build/SP1A.210812.003; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/97.0.4692.98 Mobile Safari/537.36 T7/13.57 BDOS/1.0 baiduboxapp/13.57.0.10 (Baidu; P1 12)"
    ),
    "Bing": f"{IPHONE} BingSapphire/29.4.421020001",
}  # fmt: skip


def visit(name: str = "a", **said: object) -> Visit:
    """A person's first visit to a link, unless something else is said."""
    return replace(Visit(id=name, moment=NOON, user_agent=CHROME, link="k7m2q9x"), **said)  # type: ignore[arg-type]


def after(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def classes(*given: Visit) -> list[Class]:
    """The classes of visits, as they were given."""
    found = visits.verdicts(given)
    return [found[each.id].klass for each in given]


def test_a_preview_by_x_is_reach_and_no_click() -> None:
    """One Twitterbot GET, three HEADs as iPhone Safari, desktop Chrome and nobody (dubinc/dub#2309, YOURLS#3967)."""
    found = classes(
        visit("1", user_agent="Twitterbot/1.0", address="x"),
        visit("2", method="HEAD", user_agent=IPHONE, address="x"),
        visit("3", method="HEAD", user_agent=CHROME, address="x"),
        visit("4", method="HEAD", user_agent="", address="x"),
    )
    assert found == [Class.PREVIEW, Class.HEAD, Class.HEAD, Class.HEAD]


def test_a_mail_scanner_that_opens_what_was_just_sent_is_no_click() -> None:
    """12 s after sending, from another address and system than its reader's (resend-node#901)."""
    scanner = visit("1", channel="email", sent=NOON, moment=after(12), user_agent=CHROME, address="scanner")
    reader = visit("2", channel="email", sent=NOON, moment=after(240), user_agent=IPHONE, address="reader")
    assert classes(scanner, reader) == [Class.ROBOT, Class.PERSON]
    assert visits.alone(scanner).reason is Reason.SCANNER


@pytest.mark.parametrize(
    "said", [{"channel": "chat"}, {"cookie": True}, {"moment": after(31)}, {"moment": after(-5)}]
)
def test_who_opens_at_once_elsewhere_is_a_person(said: dict[str, object]) -> None:
    """A friend in a chat is as fast as that; a cookie was here before; a wrong clock proves nothing."""
    quick = visit(**{"channel": "email", "sent": NOON, "moment": after(12), **said})
    assert visits.alone(quick).klass is Class.PERSON


@pytest.mark.parametrize(
    "header", ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "preview", "Prefetch"]
)
def test_fetching_ahead_is_no_click(header: str) -> None:
    """Sec-Purpose, Purpose, X-Purpose, X-Moz."""
    assert visits.is_prefetch([header, ""])
    assert visits.alone(visit(prefetch=True)).klass is Class.PREFETCH


def test_no_header_is_no_prefetch() -> None:
    """Nor is another one."""
    assert not visits.is_prefetch(["", "navigate"])


def test_replays_without_a_cookie_within_seconds_are_one_click() -> None:
    """The same address and browser."""
    first, *replays = [visit(str(n), moment=after(n), visitor=f"v{n}", address="home") for n in range(4)]
    assert classes(first, *replays) == [Class.PERSON, Class.REPEAT, Class.REPEAT, Class.REPEAT]


def test_colleagues_behind_one_address_are_people() -> None:
    """Another browser at once, or the same one later, or a browser that has a cookie of its own."""
    found = classes(
        visit("1", address="office", visitor="a"),
        visit("2", address="office", visitor="b", moment=after(1), user_agent=IPHONE),
        visit("3", address="office", visitor="c", moment=after(20)),
        visit("4", address="office", visitor="d", moment=after(21), cookie=True),
    )
    assert found == [Class.PERSON] * 4


def test_the_same_visitor_is_one() -> None:
    """Told by his cookie, on one link, within an hour; coming again tomorrow he is counted again."""
    found = classes(
        visit("1", visitor="ann"),
        visit("2", visitor="ann", cookie=True, moment=after(600)),
        visit("3", visitor="ann", cookie=True, moment=after(601), link="another"),
        visit("4", visitor="ann", cookie=True, moment=after(86_400)),
    )
    assert found == [Class.PERSON, Class.REPEAT, Class.PERSON, Class.PERSON]


def test_a_preview_does_not_make_the_person_who_follows_a_repeat() -> None:
    """Nor does a HEAD or a fetch ahead of the same browser."""
    found = classes(
        visit("1", method="HEAD", address="home"),
        visit("2", prefetch=True, address="home", moment=after(1)),
        visit("3", address="home", moment=after(2)),
    )
    assert found == [Class.HEAD, Class.PREFETCH, Class.PERSON]


@pytest.mark.parametrize("app", IN_APP)
def test_people_in_apps_are_people(app: str) -> None:
    """In-app browsers that others took for robots."""
    assert visits.alone(visit(user_agent=IN_APP[app])).klass is Class.PERSON


def test_without_a_user_agent_the_other_checks_still_run() -> None:
    """Only what none of them knows is a robot because of it."""
    nameless = visit(user_agent="")
    assert visits.alone(nameless) == (Class.ROBOT, Reason.NO_USER_AGENT, None)
    assert visits.alone(replace(nameless, method="HEAD")).klass is Class.HEAD
    assert visits.alone(replace(nameless, prefetch=True)).klass is Class.PREFETCH


def test_an_unknown_or_ended_link_is_kept_unresolved() -> None:
    """It is not counted, and says why."""
    assert visits.alone(visit(link=None)) == (Class.UNRESOLVED, Reason.UNKNOWN_CODE, None)
    assert visits.alone(visit(ended=True)) == (Class.UNRESOLVED, Reason.EXPIRED, None)


def test_the_order_of_arrival_does_not_show() -> None:
    """The first in time is the person, whichever is told first."""
    early, late = visit("1", address="home"), visit("2", address="home", moment=after(3))
    assert classes(late, early) == [Class.REPEAT, Class.PERSON]
