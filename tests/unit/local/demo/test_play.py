"""`make demo`: passes on a stack that keeps its promises, and names the one that is broken."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from local.demo import checks
from local.demo.__main__ import main
from local.demo.people import NEWCOMERS
from local.demo.play import Demo
from tests.fakes.demo_stack import ORDER_ID, FakeStack
from tests.unit.local.conftest import Door


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "POLL_SECONDS", 0.01)


def play(door: Door, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["--front", door.url])
    return code, " ".join(capsys.readouterr().out.split())


def test_plays_everything_against_a_good_stack(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = play(door, capsys)
    assert code == 0, out
    assert "QR code in the eSIM mail decodes" in out
    assert "The button refuses an order in review: Approve the Order first." in out
    assert "The QR code in the mail decodes to the new activation code" in out
    assert door.stack.installed == ["sim_1"]
    assert "Provisioning took" in out
    assert f"Its logs and calls {door.url}/ops/trace?id={ORDER_ID}" in out
    assert door.stack.order_status == "Activated"


def test_runs_ask_for_different_unknown_addresses(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    # An address may be asked for three times an hour, and the demo may run more often.
    play(door, capsys)
    asked = door.stack.unknown_asked
    vars(door.stack).update(vars(FakeStack(unknown_asked=asked)))
    play(door, capsys)
    assert len(set(asked)) == len(asked) == 2


def test_a_stack_with_another_provider_is_not_played(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--front", door.url, "--provider", "esim_access"]) == 1
    assert "make run PROVIDER=esim_access" in " ".join(capsys.readouterr().out.split())


def test_where_no_approval_is_needed_the_first_press_counts(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    door.stack.needs_approval = False
    code, out = play(door, capsys)
    assert code == 0, out
    assert "approved it" not in out
    assert door.stack.order_status == "Pending Review"


def steps(door: Door, *, terminal: bool) -> list[str]:
    output = io.StringIO()
    Demo(door.url, Console(file=output, width=40, force_terminal=terminal, color_system=None)).run()
    return output.getvalue().splitlines()


def test_in_a_terminal_steps_wrap_at_words_and_stay_indented(door: Door) -> None:
    lines = steps(door, terminal=True)
    numbered = [line for line in lines if line.startswith("✓")]
    continued = [line for line in lines if line.startswith("     ")]
    assert len(numbered) >= 20
    assert len(continued) >= 10
    assert all(len(line.rstrip()) <= 40 for line in numbered + continued)
    told = " ".join(" ".join(lines).split())
    assert "Pressed Provision again: nothing was done twice" in told


def test_in_a_pipe_each_step_is_one_line(door: Door) -> None:
    lines = steps(door, terminal=False)
    assert "✓ 14 Pressed Provision again: nothing was done twice" in lines


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ("order_without_card", "Ordering without a payment method should give 409 and gave 201"),
        ("second_order_on_replay", "The same cart made a second order"),
        ("double_whmcs_order", "There should be one WHMCS order and there are 2"),
        ("wrong_qr", "The QR code in the eSIM mail is not the provider's LPA code"),
        ("option_lost", "WHMCS has not what was ordered for ESIM-VOICE-10GB"),
        ("fails", "Provisioning ended as failed: plan-unknown No such plan."),
        ("offers_hidden", "The catalogue offers what it must not: ['INTERNET-STAFF']"),
        ("tells_accounts_apart", "The answer tells whether an account exists"),
        ("reset_works_twice", "The link worked twice"),
        ("session_outlives_reset", "Refreshing a session from before the reset should give 401"),
        ("linking_makes_a_client", "Linking made another WHMCS client"),
        ("tops_up_twice", "The same request made 2 operations"),
        ("charges_without_data", "One invoice and one top-up should have been added"),
        ("reissues_twice", "The same reissue made 2 operations"),
        ("reissue_fails", "The reissue ended as failed: It did not work."),
        ("keeps_the_code", "The line still has the old activation code"),
        ("leaves_the_old_line", "There should be one working eSIM line, not 2"),
        ("mails_the_old_code", "The eSIM mail's text does not hold the provider's LPA code"),
        ("top_up_fails", "The top-up ended as failed: It did not work."),
    ],
)
def test_names_the_broken_promise(
    door: Door, capsys: pytest.CaptureFixture[str], mistake: str, sentence: str
) -> None:
    setattr(door.stack.mistakes, mistake, True)
    code, out = play(door, capsys)
    assert code == 1
    assert sentence in out


def test_takes_a_new_account_when_every_newcomer_is_signed_up(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    door.stack.clients += [{"id": n, "email": p.email} for n, p in enumerate(NEWCOMERS)]
    code, out = play(door, capsys)
    assert code == 0, out
    assert door.stack.accounts[0]["Customer_Number__c"] in out


def test_says_what_to_do_when_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--front", "http://127.0.0.1:9"]) == 1
    assert "`make run`" in capsys.readouterr().out
