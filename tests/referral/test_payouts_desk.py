"""Pay-outs at the desk: the order to the bank, an operator's commands, what a rep may, long ones in steps."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.referral.repository import ledger
from services.referral.use_cases import preparing
from shared import clock
from tests.fixtures import Courier, Door
from tests.referral.treasury import IN_JANUARY, JANUARY, Treasury, with_debts


@pytest.fixture
def house(activity: Door, referral: Door, courier: Courier) -> Treasury:
    """Ann is owed 500, Bob 80, Cy owes 200."""
    return with_debts(activity, referral, courier)


def test_a_server_that_marks_lines_reads_them_first(house: Treasury) -> None:
    """It pays them: what it may end, it may see. What is decided is for people."""
    house.approved()
    assert [each["id"] for each in house("shop", "GET", "payouts").json["items"]] == [JANUARY]
    assert house("shop", "GET", f"payouts/{JANUARY}").json == house("ada", "GET", f"payouts/{JANUARY}").json
    lines = house("shop", "GET", f"payouts/{JANUARY}/lines?status=open").json["items"]
    assert {each["member"] for each in lines} == {"ann", "bob"}
    exported = house("shop", "GET", f"payouts/{JANUARY}.csv")
    assert exported.data == house("ada", "GET", f"payouts/{JANUARY}.csv").data
    for each in lines:
        assert house("shop", "POST", f"payouts/{JANUARY}/lines/{each['id']}/paid", {}).status_code == 200
    assert house("shop", "POST", f"payouts/{JANUARY}/refusal", {"reason": "Not mine."}).status_code == 403


def test_the_export_is_the_same_bytes_each_time_and_holds_no_formula(house: Treasury) -> None:
    formula = '=HYPERLINK("https://evil.example")'
    house.owe(formula, 7)
    house.approved()
    first = house("ada", "GET", f"payouts/{JANUARY}.csv")
    assert first.headers["Content-Type"] == "text/csv; charset=utf-8"
    house.mark("ann", "paid")
    house.mark("bob", "failed")
    assert house("ada", "GET", f"payouts/{JANUARY}.csv").data == first.data
    rows = {
        house.line("ann"): f"{JANUARY},{house.line('ann')},ann,EUR,500",
        house.line("bob"): f"{JANUARY},{house.line('bob')},bob,EUR,80",
        house.line(
            formula
        ): f'{JANUARY},{house.line(formula)},"\'=HYPERLINK(""https://evil.example"")",EUR,7',
    }
    written = [rows[name] for name in sorted(rows)]
    assert first.text == "\n".join(["payout,line,member,currency,amount_minor", *written, ""])


def test_a_long_pay_out_is_prepared_and_refused_in_steps(
    house: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "AT_ONCE", 2)
    for number in range(5):
        house.owe(f"m{number}", 10 + number)
    house("ada", "POST", "payouts", {"period": JANUARY})
    steps = 0
    while preparing.go_on(house.community, JANUARY, clock.now()):
        steps += 1
    assert steps == 4
    assert [row[2] for row in house.lines() if row[3] == "open"] == [500, 80, 10, 11, 12, 13, 14]
    house("ada", "POST", f"payouts/{JANUARY}/refusal", {"reason": "Not now."})
    house.work()
    assert {row[3] for row in house.lines()} == {"returned", "carried"}
    assert house.lies("payable", "m4") == 14


def test_two_who_prepare_at_once_take_each_account_once(
    house: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "AT_ONCE", 2)
    for number in range(8):
        house.owe(f"m{number}", 10)

    def prepare(_: int) -> None:
        house("ada", "POST", "payouts", {"period": JANUARY})
        while preparing.go_on(house.community, JANUARY, clock.now()):
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare, range(4)))
    assert len(house.lines()) == 11
    assert ledger.balance(house.community, f"paying:{JANUARY}", "EUR") == 660
    assert house.sums_to_zero()


def test_an_operator_pays_a_month_from_his_desk(house: Treasury, laurel: Any) -> None:
    of = ("--community", house.community)
    desk = ("referral", "payouts")
    prepared = laurel(*desk, "prepare", JANUARY, *of, "--by", "ada", "--minimum", "EUR=100")
    assert prepared.out.splitlines() == [
        f"The pay-out {JANUARY} is prepared.",
        "  EUR carried: 2 lines, -120 minor units",
        "  EUR open: 1 lines, 500 minor units",
    ]
    assert laurel(*desk, "prepare", JANUARY, *of, "--by", "ada", "--minimum", "EUR=100").out == prepared.out
    assert laurel(*desk, "approve", JANUARY, *of, "--by", "ada").code == 1
    assert laurel(*desk, "export", JANUARY, *of).code == 1
    assert laurel(*desk, "approve", JANUARY, *of, "--by", "bea").code == 0
    exported = laurel(*desk, "export", JANUARY, *of)
    assert exported.out == house("ada", "GET", f"payouts/{JANUARY}.csv").text
    line = house.line("ann")
    assert laurel(*desk, "mark", JANUARY, line, "--as", "failed", *of, "--by", "bea").code == 1
    for _ in range(2):
        assert (
            laurel(*desk, "mark", JANUARY, line, "--as", "paid", *of, "--by", "bea").out == f"{line} paid\n"
        )
    assert f"{JANUARY},approved,EUR,paid,1,500" in laurel(*desk, "list", *of).out
    assert laurel(*desk, "prepare", "2026-1", *of, "--by", "ada").code == 1
    assert laurel(*desk, "prepare", "2026-02", *of, "--by", "ada", "--minimum", "EUR").code == 1
    assert house.lies("paid", "ann") == 500


def test_a_rep_sees_pay_outs_and_moves_none(house: Treasury) -> None:
    house.give("ann", "g1", 5, when=IN_JANUARY)
    house.approved()
    assert house("rita", "GET", f"payouts/{JANUARY}/lines").status_code == 200
    for path in ("", f"/{JANUARY}/approval", f"/{JANUARY}/lines/{house.line('ann')}/paid"):
        assert house("rita", "POST", f"payouts{path}", {}).status_code == 403
