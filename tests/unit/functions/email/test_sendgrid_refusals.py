"""SendGrid's refusals one by one: what becomes of the mail, and what the operator reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from portal.adapters.sendgrid import SendGridTransport
from portal.ports.mail_transport import InlineImage, Message

from local.emulators.kit.server import running
from local.emulators.sendgrid.account import FULL_ACCESS
from local.emulators.sendgrid.emulator import SendGrid
from tests.fakes.rotating_secret import RotatingSecret
from tests.unit.functions.email.test_send import Stage, job, stage

__all__ = ["stage"]

KEY = "SG.key"
SENDER = "no-reply@portal.example"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[SendGrid, str]]:
    """The emulator and its address."""
    emulator = SendGrid({KEY: FULL_ACCESS})
    with running(emulator) as server:
        yield emulator, server.url


@dataclass
class Account:
    """The SendGrid account, and the secret that the Lambdas know of it."""

    emulator: SendGrid
    secret: RotatingSecret

    @property
    def mails(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.emulator.dump()["mails"]
        return found

    @property
    def requests(self) -> int:
        return len(self.emulator.journal.calls())


@pytest.fixture
def account(served: tuple[SendGrid, str], stage: Stage) -> Account:
    emulator, url = served
    emulator.reset()
    secret = RotatingSecret({"apiKey": KEY})
    transport = SendGridTransport(
        url=url,
        secret=secret,
        sender=SENDER,
        sender_name="Portal",
        clock=stage.clock,
    )
    stage.delivery = replace(stage.delivery, transport=transport)
    return Account(emulator, secret)


def lines(output: str, message: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [line for line in found if line.get("message") == message]


def wrong_key(account: Account) -> None:
    account.emulator.account.keys = {"SG.another": FULL_ACCESS}


def no_grant(account: Account) -> None:
    account.emulator.account.keys = {KEY: ("alerts.read",)}


def unverified(account: Account) -> None:
    account.emulator.seed({"verifiedSenders": ["@somebody.example"]})


def used_up(account: Account) -> None:
    account.emulator.set_switches({"credits_used_up": True})


def mended(account: Account) -> None:
    account.emulator.reset()


@pytest.mark.parametrize(
    ("trouble", "code", "reason"),
    [
        (wrong_key, "sendgrid-access-denied", "invalid, expired, or revoked"),
        (no_grant, "sendgrid-access-denied", "access forbidden"),
        (unverified, "sendgrid-access-denied", "does not match a verified Sender Identity"),
        (used_up, "sendgrid-allowance-used-up", "Maximum credits exceeded"),
    ],
)
def test_what_the_operator_mends_delays_the_mail_and_loses_none(
    stage: Stage,
    account: Account,
    trouble: Callable[[Account], None],
    code: str,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trouble(account)
    stage.consume(job())
    stage.run(hours=3)
    assert account.mails == []
    assert stage.sqs.dead.messages == []
    waits = lines(capsys.readouterr().out, "message waits")
    assert waits
    assert {line["code"] for line in waits} == {code}
    assert all(reason in line["reason"] for line in waits)
    mended(account)
    stage.run(hours=1.5)
    assert [mail["custom_args"]["reference"] for mail in account.mails] == ["welcome:1"]


def test_a_mail_that_is_too_large_is_given_up_at_once(
    stage: Stage, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    real = stage.delivery.transport

    class Swollen:
        def send(self, message: Message) -> str:
            huge = InlineImage("huge", "huge.png", b"0" * 24 * 1024 * 1024)
            return real.send(replace(message, images=(huge,)))

    stage.delivery = replace(stage.delivery, transport=Swollen())
    stage.consume(job())
    stage.run(hours=2)
    assert account.requests == 1
    assert stage.sqs.dead.bodies == [job()]
    (line,) = lines(capsys.readouterr().out, "message was given up")
    assert (line["code"], line["upstream_code"]) == ("sendgrid-refused", "413")


def test_a_throttled_mail_waits_until_the_window_ends(stage: Stage, account: Account) -> None:
    account.emulator.set_switches({"rate_limit": 1})
    stage.consume(job(key="welcome:1"), job(key="welcome:2"))
    assert len(account.mails) == 1
    account.emulator.clock.advance(120)
    stage.run(hours=2)
    assert len(account.mails) == 2
    assert stage.sqs.dead.messages == []


def test_a_suppressed_recipient_looks_sent(
    stage: Stage, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    """SendGrid tells no client: the operator looks at the suppression lists by the message id."""
    account.emulator.seed({"suppressions": {"bounces": ["taro@example.com"]}})
    stage.consume(job())
    (mail,) = account.mails
    assert mail["dropped"] == {"taro@example.com": "Bounced Address"}
    (line,) = lines(capsys.readouterr().out, "mail job ended")
    assert (line["outcome"], line["message_id"]) == ("sent", mail["messageId"])
