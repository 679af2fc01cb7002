"""Nothing personal and no secret is emitted while mails are sent, whatever SendGrid says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from portal.adapters.sendgrid import SendGridTransport
from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailJob
from portal.repositories.message_log import DynamoMessageLog
from portal.repositories.reset_tokens import DynamoResetTokens

from functions.email.contexts import Contexts
from functions.email.recipients import Recipients
from functions.email.samples import CONTENTS
from local.emulators.kit.faults import Fault
from local.emulators.kit.server import Running, running
from local.emulators.sendgrid.account import FULL_ACCESS
from local.emulators.sendgrid.emulator import SendGrid
from tests.canaries import CANARIES, assert_silent, sung
from tests.events import USER_ID
from tests.fakes.accounts import FakeAccounts, account
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.reset_tokens import FakeResetTokens
from tests.fakes.secret import FakeSecret
from tests.tables import EPHEMERAL, IDEMPOTENCY, Tables, module_tables, tables
from tests.unit.functions.email.test_send import Stage, stage

__all__ = ["module_tables", "stage", "tables"]

# Every mail: what it shows is not to be seen anywhere else.
JOBS: tuple[dict[str, Any], ...] = tuple(
    MailJob.of(
        content, user_id=USER_ID, dedup_key=f"{template}:1", correlation_id="front-end.0001"
    ).model_dump(mode="json", by_alias=True)
    for template, content in CONTENTS.items()
)
(NEWCOMER,) = (job["parameters"]["customerNumber"] for job in JOBS if "signup" in job["template"])
(ACTIVATION,) = (job for job in JOBS if job["template"] == "esim-activation")


class Provider:
    """The line's code."""

    def activation_code(self, line_id: str) -> ActivationCode:
        return ActivationCode.parse(CANARIES["activation_code"])


class Tokens(FakeResetTokens):
    """The link's token."""

    def issue(self, user_id: str) -> str:
        return CANARIES["reset_token"]


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(SendGrid({CANARIES["sendgrid_key"]: FULL_ACCESS})) as server:
        yield server


@pytest.fixture
def sendgrid(served: Running, stage: Stage) -> Running:
    """An account as new, to which the stage sends; the customer and the key are canaries."""
    served.emulator.reset()
    person = customer(email=CANARIES["email"], first_name=CANARIES["first_name"], language="ja")
    stage.delivery = replace(
        stage.delivery,
        recipients=Recipients(
            FakeDirectory(person),
            lambda: FakeAccounts(
                account(email=f"crm.{CANARIES['email']}"),
                account(NEWCOMER, email=f"new.{CANARIES['email']}"),
            ),
        ),
        copy_to=f"copy.{CANARIES['email']}",
        contexts=Contexts(Provider(), Tokens(), Tokens()),
        transport=SendGridTransport(
            url=served.url,
            secret=FakeSecret({"apiKey": CANARIES["sendgrid_key"]}),
            sender="portal@mail.example",
            sender_name="Portal",
            timeout=2,
        ),
    )
    return served


def test_every_mail_is_sent_in_silence(
    stage: Stage, sendgrid: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    stage.consume(*JOBS, JOBS[0])
    assert len(sendgrid.emulator.dump()["mails"]) == len(JOBS)
    assert assert_silent(capfd).count('"outcome":"sent"') == 2 * len(JOBS)


# SendGrid quotes addresses, subjects and content in its refusals.
SONG = (
    f"Ōtsuka: {CANARIES['email']} <{CANARIES['email'].upper()}> does not like "
    f"{CANARIES['activation_code']} or https://portal.example/reset#token={CANARIES['reset_token']}"
    f" from {CANARIES['sendgrid_key']}"
)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("status", 400), ("status", 401), ("status", 429), ("status", 500), ("drop_answer", 202)],
)
def test_what_sendgrid_says_is_not_repeated(
    stage: Stage,
    sendgrid: Running,
    capfd: pytest.CaptureFixture[str],
    kind: Any,
    status: int,
) -> None:
    body = {"errors": [{"message": SONG, "field": "personalizations.0.to"}]}
    fault = sendgrid.emulator.faults.add(Fault(kind=kind, status=status, body=body, times=None))
    stage.consume(*JOBS)
    assert fault.hits == len(JOBS)
    assert_silent(capfd)


def test_a_customer_without_an_address_that_can_be_written_to(
    stage: Stage, sendgrid: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    odd = customer(email=f"@{CANARIES['password']}", first_name=CANARIES["first_name"])
    accounts = FakeAccounts(account(email=odd.email), account(NEWCOMER, email=odd.email))
    recipients = Recipients(FakeDirectory(odd), lambda: accounts)
    stage.delivery = replace(stage.delivery, recipients=recipients)
    stage.consume(*JOBS)
    assert len(stage.sqs.dead.messages) == len(JOBS)
    assert "message was given up" in assert_silent(capfd)


def test_what_is_no_job_is_not_repeated(
    stage: Stage, sendgrid: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    unreadable = (
        "{" + SONG,
        {**JOBS[0], "email": CANARIES["email"]},
        {**JOBS[0], "template": CANARIES["first_name"]},
        {**ACTIVATION, "parameters": {"code": CANARIES["activation_code"]}},
    )
    stage.consume(*unreadable)
    assert len(stage.sqs.dead.messages) == len(unreadable)
    assert "message is not readable" in assert_silent(capfd)


def test_a_mistake_of_ours_does_not_quote(
    stage: Stage, sendgrid: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    def clumsy(_: Any) -> str:
        raise ValueError(" ".join(CANARIES.values()))

    stage.delivery = replace(
        stage.delivery, transport=type("T", (), {"send": staticmethod(clumsy)})()
    )
    stage.consume(*JOBS)
    assert assert_silent(capfd).count('"unexpected error"') == len(JOBS)


def test_queues_and_tables_keep_nothing_of_a_mail(
    stage: Stage, sendgrid: Running, tables: Tables, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the real tables: while mails wait, and after they were sent."""
    log = DynamoMessageLog(tables[IDEMPOTENCY], "MAIL")
    tokens = DynamoResetTokens(tables[EPHEMERAL], clock=stage.clock)
    stage.delivery = replace(
        stage.delivery, log=log, contexts=replace(stage.delivery.contexts, reset_tokens=tokens)
    )
    stage.recorded = replace(stage.recorded, log=log)
    outage = sendgrid.emulator.faults.add(Fault(kind="status", status=503, times=None))
    stage.consume(*JOBS)
    assert outage.hits == len(stage.sqs.waiting.messages) == len(JOBS)
    queued = json.dumps(stage.sqs.waiting.bodies)
    waiting = json.dumps([tables.items(IDEMPOTENCY), tables.items(EPHEMERAL)])
    sendgrid.emulator.faults.clear()
    stage.run(hours=0.4)
    mails = sendgrid.emulator.dump()["mails"]
    assert len(mails) == len(JOBS)
    (link,) = [
        word for mail in mails for word in mail["text"].split() if "reset-password#token=" in word
    ]
    token = link.partition("token=")[2]
    sent = json.dumps([tables.items(IDEMPOTENCY), tables.items(EPHEMERAL)])
    for kept in (queued, waiting, sent):
        assert sung(kept) == set()
        assert token not in kept
    assert token not in assert_silent(capfd)
