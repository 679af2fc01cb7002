"""The e-mail consumer: at most one mail per key, whatever is delivered twice or dies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from moto import mock_aws
from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailJob
from portal.domain.upstream import OutcomeUnknown, Refused, Throttled, Unavailable
from portal.repositories.dynamodb import Table
from portal.repositories.mail_log import LEASE_SECONDS, DynamoMailLog

from functions.email import send
from functions.email.contexts import Contexts
from functions.email.delivery import BusyError, Delivery, Outcome, Sender
from tests.conftest import REGION
from tests.events import USER_ID, FakeContext, sqs_event
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.mail import FakeMailTransport
from tests.fakes.serial import serialised

CODE = ActivationCode("smdp.example.com", "SECRET-CODE-1")


class Provider:
    def __init__(self) -> None:
        self.ready = True

    def activation_code(self, line_id: str) -> ActivationCode:
        if not self.ready:
            raise Unavailable("gigs", "credentials", "not ready")
        return CODE


class Tokens:
    valid_minutes = 30

    def issue(self, user_id: str) -> str:
        return f"token-of-{user_id[:8]}"


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """A delivery over a real (moto) log with fakes around it."""

    def __init__(self, table: Table) -> None:
        self.transport = FakeMailTransport()
        self.provider = Provider()
        self.clock = Clock()
        self.delivery = Delivery(
            log=DynamoMailLog(table, clock=self.clock),
            directory=FakeDirectory(customer(language="ja")),
            contexts=Contexts(self.provider, Tokens()),
            transport=self.transport,
            sender=Sender("Portal Telecom", "https://portal.example/"),
        )


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION)
        client.create_table(
            TableName="idempotency",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        made = Stage(Table("idempotency", serialised(client)))
        monkeypatch.setattr(send, "build_delivery", lambda: made.delivery)
        yield made


def job(template: str = "welcome", key: str = "welcome:1", **parameters: Any) -> dict[str, Any]:
    return {
        "template": template,
        "userId": USER_ID,
        "dedupKey": key,
        "parameters": parameters,
        "correlationId": "front-end.0001",
    }


def consume(*jobs: Any) -> list[str]:
    """Which messages of a batch failed."""
    answer = send.handler(sqs_event(*jobs), FakeContext())
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_a_job_becomes_one_mail_in_the_users_language(stage: Stage) -> None:
    assert consume(job()) == []
    (mail,) = stage.transport.sent
    assert (mail.to, mail.category) == ("taro@example.com", "welcome")
    assert "ようこそ" in mail.subject
    assert mail.correlation_id == "front-end.0001"


def test_the_same_key_again_is_no_second_mail(stage: Stage) -> None:
    assert consume(job(), job(), job(key="welcome:2")) == []
    assert consume(job()) == []
    assert [m.reference for m in stage.transport.sent] == ["welcome:1", "welcome:2"]


def test_activation_codes_are_fetched_late_and_shown_as_qr(stage: Stage) -> None:
    stage.provider.ready = False
    esim = job("esim-activation", "esim:1", lineId="sub_1", orderNumber="00000123")
    assert consume(esim) == ["message-0"]
    stage.provider.ready = True
    assert consume(esim) == []
    (mail,) = stage.transport.sent
    assert CODE.lpa in mail.text
    assert mail.images[0].content_id == "esim-qr"


def test_reset_tokens_are_made_when_the_mail_is(stage: Stage) -> None:
    consume(job("password-reset", "reset:1"))
    assert "#token=token-of-0f1e2d3c" in stage.transport.sent[0].text


def test_a_reset_for_nobody_is_dropped_and_anything_else_for_nobody_is_not(stage: Stage) -> None:
    nobody = {"userId": "00000000-0000-4000-8000-000000000000"}
    assert consume(job("password-reset", "reset:2") | nobody) == []
    assert consume(job("welcome", "welcome:2") | nobody) == ["message-0"]
    assert stage.transport.sent == []


@pytest.mark.parametrize(
    "failure",
    [
        Unavailable("sendgrid", "mail/send", "503"),
        Throttled("sendgrid", "mail/send", "429"),
        Refused("sendgrid", "mail/send", "400"),
    ],
)
def test_what_was_certainly_not_sent_is_tried_again(stage: Stage, failure: Exception) -> None:
    stage.transport.failures = [failure]
    assert consume(job()) == ["message-0"]
    assert consume(job()) == []
    assert len(stage.transport.sent) == 1


def test_what_may_have_been_sent_is_never_sent_again(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.transport.failures = [OutcomeUnknown("sendgrid", "mail/send", "timeout")]
    assert consume(job()) == []
    assert consume(job()) == []
    assert len(stage.transport.sent) == 1
    assert '"outcome":"uncertain"' in capsys.readouterr().out


class Killed(BaseException):
    """The worker process dies here."""


def test_a_worker_killed_while_sending_leaves_the_mail_in_doubt(stage: Stage) -> None:
    stage.transport.failures = [Killed()]
    parsed = MailJob.model_validate(job())
    with pytest.raises(Killed):
        stage.delivery.deliver(parsed)
    with pytest.raises(BusyError):
        stage.delivery.deliver(parsed)
    stage.clock.now += LEASE_SECONDS + 1
    assert stage.delivery.deliver(parsed) is Outcome.UNCERTAIN
    assert stage.transport.sent == []


def test_a_worker_killed_before_sending_loses_nothing(stage: Stage) -> None:
    parsed = MailJob.model_validate(job())
    log = stage.delivery.log
    log.claim(parsed.dedup_key)
    with pytest.raises(BusyError):
        stage.delivery.deliver(parsed)
    stage.clock.now += LEASE_SECONDS + 1
    assert stage.delivery.deliver(parsed) is Outcome.SENT


def test_simultaneous_deliveries_send_once(stage: Stage) -> None:
    parsed = MailJob.model_validate(job())

    def attempt(_: int) -> str:
        try:
            return stage.delivery.deliver(parsed)
        except BusyError:
            return "busy"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(attempt, range(12)))
    assert outcomes.count(Outcome.SENT) == 1
    assert len(stage.transport.sent) == 1


@pytest.mark.parametrize(
    "bad",
    [
        "{nonsense",
        {**job(), "template": "spam"},
        {**job(), "surprise": 1},
        {**job(), "userId": "0f1e2d3c-0000-4000-8000-00000000ffff"},
        job("esim-activation"),
        job("order-received"),
    ],
)
def test_jobs_that_can_never_be_sent_fail_alone(
    stage: Stage, bad: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert consume(bad, job(key="good:1")) == ["message-0"]
    assert [m.reference for m in stage.transport.sent] == ["good:1"]
    assert "EmailFailed" in capsys.readouterr().out


def test_a_reset_for_nobody_ends_quietly(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = {**job("password-reset", "reset:2"), "userId": "0f1e2d3c-0000-4000-8000-00000000ffff"}
    assert consume(nobody) == []
    assert stage.transport.sent == []
    assert "EmailFailed" not in capsys.readouterr().out


def test_an_unreadable_job_is_not_logged_under_the_one_before(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    consume(job(), "{nonsense")
    lines = [line for line in capfd.readouterr().out.splitlines() if "not readable" in line]
    assert len(lines) == 1
    assert "front-end.0001" not in lines[0]
