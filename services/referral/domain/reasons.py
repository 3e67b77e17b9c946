"""Why a candidate won or lost: codes that never change, since customers' reports are built on them.

Fourteen of them say what Talon.One's codes say, one to one (`TALON_ONE`); the others are of Laurel.
"""

from enum import StrEnum


class Reason(StrEnum):
    """What became of a candidate, or why a reward for it is not due."""

    WON = "won"

    ADVOCATE_NOT_FOUND = "advocate-not-found"
    PROGRAM_LIMIT_REACHED = "program-limit-reached"
    CODE_LIMIT_REACHED = "code-limit-reached"
    MEMBER_LIMIT_REACHED = "member-limit-reached"
    NOT_APPLICABLE = "not-applicable"
    ALREADY_REFERRED = "already-referred"
    EXPIRED = "expired"
    NOT_FOUND = "not-found"
    PROGRAM_NOT_RUNNING = "program-not-running"
    PROGRAM_NOT_TRIGGERED = "program-not-triggered"
    RECIPIENT_DOES_NOT_MATCH = "recipient-does-not-match"
    RECIPIENT_IS_THE_ADVOCATE = "recipient-is-the-advocate"
    CONDITION_NOT_MET = "condition-not-met"
    NOT_STARTED = "not-started"

    OUTSIDE_WINDOW = "outside-window"
    CAME_AFTER = "came-after"
    AFTER_CHECKOUT_BEGAN = "after-checkout-began"
    TOO_LATE = "too-late"
    NOT_A_PERSON = "not-a-person"
    CHANNEL = "channel"
    ADVOCATE_NOT_ACTIVE = "advocate-not-active"
    EXISTING_ADVOCATE = "existing-advocate"
    CIRCLE = "circle"
    WEAKER_DOOR = "weaker-door"
    EARLIER_WON = "earlier-won"
    LATER_WON = "later-won"

    NOT_THE_FIRST_PURCHASE = "not-the-first-purchase"
    MONTHS_ARE_OVER = "months-are-over"
    REFUNDED = "refunded"
    NOBODY_ABOVE = "nobody-above"
    COMES_TO_NOTHING = "comes-to-nothing"


#: What Talon.One calls the same (its 14 codes in its words, which never change either) → ours.
TALON_ONE = {
    "advocate not found": Reason.ADVOCATE_NOT_FOUND,
    "campaign limit reached": Reason.PROGRAM_LIMIT_REACHED,
    "referral limit reached": Reason.CODE_LIMIT_REACHED,
    "profile limit reached": Reason.MEMBER_LIMIT_REACHED,
    "effect not applicable": Reason.NOT_APPLICABLE,
    "already referred": Reason.ALREADY_REFERRED,
    "expired": Reason.EXPIRED,
    "not found": Reason.NOT_FOUND,
    "campaign not running": Reason.PROGRAM_NOT_RUNNING,
    "campaign not triggered": Reason.PROGRAM_NOT_TRIGGERED,
    "recipient does not match": Reason.RECIPIENT_DOES_NOT_MATCH,
    "recipient is the advocate": Reason.RECIPIENT_IS_THE_ADVOCATE,
    "rejected by condition": Reason.CONDITION_NOT_MET,
    "start in the future": Reason.NOT_STARTED,
}

WORDS = {
    Reason.WON: "it won",
    Reason.ADVOCATE_NOT_FOUND: "no advocate of the program stands behind it",
    Reason.PROGRAM_LIMIT_REACHED: "the program has given all that it gives",
    Reason.CODE_LIMIT_REACHED: "the code was used as often as it may be",
    Reason.MEMBER_LIMIT_REACHED: "the member has had as much as one may have",
    Reason.NOT_APPLICABLE: "the program does not pay in this currency",
    Reason.ALREADY_REFERRED: "the friend had been brought before",
    Reason.EXPIRED: "it had expired",
    Reason.NOT_FOUND: "there is no such code, coupon or click",
    Reason.PROGRAM_NOT_RUNNING: "the program had ended",
    Reason.PROGRAM_NOT_TRIGGERED: "no terms of the program were in force",
    Reason.RECIPIENT_DOES_NOT_MATCH: "it was meant for another member",
    Reason.RECIPIENT_IS_THE_ADVOCATE: "nobody can recommend to himself",
    Reason.CONDITION_NOT_MET: "the order is smaller than the program asks for",
    Reason.NOT_STARTED: "it had not begun yet",
    Reason.OUTSIDE_WINDOW: "the click is older than the window",
    Reason.CAME_AFTER: "it happened afterwards",
    Reason.AFTER_CHECKOUT_BEGAN: "checkout had begun already",
    Reason.TOO_LATE: "we learnt of the click after the grace for late ones",
    Reason.NOT_A_PERSON: "no person clicked: a preview, a robot or a prefetch",
    Reason.CHANNEL: "the coupon is public: a channel, not an advocate",
    Reason.ADVOCATE_NOT_ACTIVE: "the advocate was not enrolled at that time",
    Reason.EXISTING_ADVOCATE: "the friend was an advocate himself already",
    Reason.CIRCLE: "the friend stands above the advocate: the tree would close into a circle",
    Reason.WEAKER_DOOR: "something that names the advocate more clearly won",
    Reason.EARLIER_WON: "an earlier one won",
    Reason.LATER_WON: "a later one won",
    Reason.NOT_THE_FIRST_PURCHASE: "the friend had bought before, and only his first purchase is rewarded",
    Reason.MONTHS_ARE_OVER: "the months in which the friend's purchases are rewarded are over",
    Reason.REFUNDED: "all of the order was given back",
    Reason.NOBODY_ABOVE: "nobody recommended to the advocate",
    Reason.COMES_TO_NOTHING: "its share comes to nothing",
}
