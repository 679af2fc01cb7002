"""The e-mail consumer: at most one mail per key, patience, and nothing that is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.mail_contents import CONTENTS
from portal.domain.upstream import (
    AllowanceUsedUp,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.ports.accounts import Account
from portal.ports.message_log import MessageLog
from portal.queues.backoff import Policy
from portal.queues.recorded_work import RecordedWork

from functions.email.contexts import Contexts
from functions.email.delivery import Delivery, left_in_doubt
from functions.email.deps import SendDeps
from functions.email.recipients import Recipients
from functions.email.samples import CONTENTS as SAMPLES
from functions.email.send import SECONDS_NEEDED, mail_consumer
from functions.email.sender import Sender
from tests.canaries import CANARIES
from tests.events import USER_ID, FakeContext
from tests.fakes.accounts import FakeAccounts, account
from tests.fakes.clock import FakeClock
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.faults import Killed
from tests.fakes.mail import FakeMailTransport
from tests.fakes.message_log import FakeMessageLog
from tests.fakes.proof_tokens import FakeProofTokens
from tests.fakes.reset_tokens import FakeResetTokens
from tests.fakes.sqs import FakeSqs
from tests.fakes.subscriptions import FakeActivationMails

CODE = ActivationCode("smdp.example.com", "SECRET-CODE-1")
NOBODY = "0f1e2d3c-0000-4000-8000-00000000ffff"
PATIENCE = 24 * 3_600.0
HOUR = 3_600.0
DOWN = Unavailable("sendgrid", "mail/send", "503")


class Provider:
    """The line's code, once it is there."""

    def __init__(self) -> None:
        self.ready = True

    def activation_code(self, line_id: str) -> ActivationCode:
        if not self.ready:
            raise Unavailable("gigs", "credentials", "not ready")
        return CODE


NEWCOMER = account("CN-000123", id="0015j00000AAAAAAA2", email="hanako@onfile.example")


class Stage:
    """The consumer with fakes around it."""

    def __init__(self) -> None:
        self.clock = FakeClock(1_790_000_000.0)
        self.transport = FakeMailTransport()
        self.provider = Provider()
        self.accounts = FakeAccounts()
        self.proof_tokens = FakeProofTokens(self.clock)
        self.sqs = FakeSqs(self.clock)
        self.log: MessageLog = FakeMessageLog()
        self.activation_mails = FakeActivationMails(self.clock)
        self.delivery = Delivery(
            log=self.log,
            recipients=Recipients(FakeDirectory(customer(language="ja")), lambda: self.accounts),
            contexts=Contexts(self.provider, FakeResetTokens(self.clock), self.proof_tokens),
            transport=self.transport,
            sender=Sender(name="Portal Telecom", portal_url="https://portal.example"),
            activation_mails=self.activation_mails,
            clock=self.clock,
        )
        policy = Policy(max_retries=5, patience=PATIENCE, jitter=lambda low, _: low)
        self.recorded = RecordedWork(self.log, policy, in_doubt=left_in_doubt, clock=self.clock)

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The Lambda's handler."""
        deps = SendDeps(
            delivery=self.delivery,
            recorded=self.recorded,
            queues=self.sqs.queues,
            dead_letters=self.sqs.dead.consumed,
        )
        return mail_consumer(deps).consume(event, context)

    def consume(self, *jobs: Any) -> None:
        """Put the jobs on the queue and let the consumer have them once."""
        for each in jobs:
            self.sqs.put(each)
        self.sqs.deliver(self.handle)

    def run(self, hours: float) -> None:
        """Let time pass."""
        self.sqs.run(self.handle, hours=hours)

    def is_down_for(self, seconds: float, error: UpstreamError = DOWN) -> None:
        """The mail service answers nothing else until then."""
        back_at = self.clock.now + seconds
        self.transport.fails = lambda: error if self.clock.now < back_at else None

    @property
    def references(self) -> list[str]:
        """The keys of the mails that were sent."""
        return [mail.reference for mail in self.transport.sent]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def job(template: str = "welcome", key: str = "welcome:1", **parameters: Any) -> dict[str, Any]:
    return {
        "template": template,
        "userId": USER_ID,
        "dedupKey": key,
        "parameters": parameters,
        "correlationId": "front-end.0001",
    }


def esim(key: str = "esim:1") -> dict[str, Any]:
    return job("esim-activation", key, lineId="sub_1", orderNumber="00000123")


def counted(output: str, metric: str) -> int:
    return output.replace(" ", "").count(f'"{metric}":[1')


# One job, one mail


def test_a_job_becomes_one_mail_in_the_users_language(stage: Stage) -> None:
    stage.consume(job())
    (mail,) = stage.transport.sent
    assert (mail.to, mail.category) == ("taro@example.com", "welcome")
    assert "ようこそ" in mail.subject
    assert mail.correlation_id == "front-end.0001"
    assert stage.sqs.fresh.messages == []


def test_the_same_key_again_is_no_second_mail(stage: Stage) -> None:
    stage.consume(job(), job(), job(key="welcome:2"))
    stage.consume(job())
    assert stage.references == ["welcome:1", "welcome:2"]
    assert stage.sqs.fresh.messages == stage.sqs.waiting.messages == []


def test_activation_codes_are_fetched_late_and_shown_as_qr(stage: Stage) -> None:
    stage.provider.ready = False
    stage.consume(esim())
    stage.provider.ready = True
    stage.run(hours=1)
    (mail,) = stage.transport.sent
    assert CODE.lpa in mail.text
    assert mail.images[0].content_id == "esim-qr"


def test_the_hour_of_an_activation_mail_begins_when_it_leaves(stage: Stage) -> None:
    stage.is_down_for(2 * HOUR)
    stage.consume(esim(), job())
    stage.run(hours=1.9)
    assert not stage.activation_mails.times
    stage.run(hours=1)
    assert stage.activation_mails.lately("sub_1")
    assert list(stage.activation_mails.times) == ["sub_1"]


def test_a_mail_whose_hour_cannot_be_remembered_is_sent_once(stage: Stage) -> None:
    stage.activation_mails.failure = Unavailable("dynamodb", "PutItem", "down")
    stage.consume(esim())
    stage.run(hours=1)
    assert stage.references == ["esim:1"]


def test_reset_tokens_are_made_when_the_mail_is(stage: Stage) -> None:
    stage.consume(job("password-reset", "reset:1"))
    assert "#token=token-1" in stage.transport.sent[0].text


def test_simultaneous_deliveries_send_once(stage: Stage) -> None:
    for _ in range(12):
        stage.sqs.put(job())
    messages = [message.body for message in stage.sqs.fresh.messages]

    def deliver(number: int) -> Any:
        record = {
            "messageId": f"message-{number}",
            "receiptHandle": f"message-{number}",
            "body": messages[number],
            "eventSourceARN": "arn:aws:sqs:x:1:fresh",
        }
        return stage.handle({"Records": [record]}, FakeContext(remaining_ms=60_000))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(deliver, range(12)))
    assert stage.references == ["welcome:1"]


# Outages and throttles


@pytest.mark.parametrize("minutes", [1, 40, 23 * 60])
def test_an_outage_loses_no_mail(stage: Stage, minutes: int) -> None:
    stage.is_down_for(60 * minutes)
    stage.consume(*(job(key=f"welcome:{number}") for number in range(5)))
    stage.run(hours=minutes / 60 + 0.5)
    assert sorted(stage.references) == [f"welcome:{number}" for number in range(5)]
    assert stage.sqs.dead.messages == []


def test_an_outage_is_asked_about_ever_more_rarely(stage: Stage) -> None:
    stage.is_down_for(6 * HOUR)
    stage.consume(job())
    stage.run(hours=7)
    assert len(stage.transport.sent) == 1
    assert stage.transport.calls < 6 * 60 / 9


def test_what_waits_for_the_mail_service_is_not_in_the_way(stage: Stage) -> None:
    stage.is_down_for(HOUR)
    stage.consume(job())
    assert stage.sqs.fresh.messages == []
    assert stage.sqs.waiting.bodies == [job()]


def test_who_waits_longer_than_the_patience_is_given_up(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.is_down_for(10 * 24 * HOUR)
    stage.consume(job())
    stage.run(hours=23.5)
    assert stage.sqs.dead.messages == []
    stage.run(hours=1)
    assert stage.sqs.dead.bodies == [job()]
    out = capsys.readouterr().out
    assert counted(out, "MessagesGivenUp") == 1
    assert counted(out, "MessagesDelayed") > 1


@pytest.mark.parametrize("seconds", [5, 120, 3_600, 20_000])
def test_retry_after_is_kept(stage: Stage, seconds: int) -> None:
    throttled = Throttled("sendgrid", "mail/send", "429", retry_after=float(seconds))
    stage.is_down_for(seconds, throttled)
    stage.consume(esim())
    began = stage.clock.now
    while not stage.transport.sent:
        stage.run(hours=1 / 3_600)
        assert stage.clock.now - began < seconds + 310
    assert stage.transport.calls == 2
    assert stage.clock.now - began >= seconds


def test_a_short_throttle_delays_a_mail_by_seconds(stage: Stage) -> None:
    stage.is_down_for(5, Throttled("sendgrid", "mail/send", "429", retry_after=5.0))
    stage.consume(esim())
    stage.run(hours=10 / 3_600)
    assert stage.references == ["esim:1"]


@pytest.mark.parametrize("days", [1, 30])
def test_a_used_up_allowance_is_waited_for_and_announced(
    stage: Stage, days: int, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Maximum credits exceeded"
    error = AllowanceUsedUp("sendgrid", "mail/send", text, status=401, retry_after=3_600.0)
    stage.is_down_for(days * 24 * HOUR, error)
    stage.consume(job())
    stage.run(hours=days * 24 + 2)
    assert stage.references == ["welcome:1"]
    assert stage.sqs.dead.messages == []
    out = capsys.readouterr().out
    assert counted(out, "AllowanceUsedUp") == stage.transport.calls - 1
    assert counted(out, "AccessDenied") == counted(out, "MessagesGivenUp") == 0


def test_a_wrong_key_is_announced_and_its_mails_wait_for_the_right_one(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.is_down_for(8 * HOUR, Unauthorized("sendgrid", "mail/send", "401", status=401))
    stage.consume(job())
    stage.run(hours=9)
    assert stage.references == ["welcome:1"]
    assert counted(capsys.readouterr().out, "AccessDenied") == stage.transport.calls - 1


def test_waiting_costs_no_retries(stage: Stage) -> None:
    stage.is_down_for(12 * HOUR)
    stage.consume(job())
    stage.run(hours=11)
    assert all(message.receives <= 1 for message in stage.sqs.waiting.messages)
    stage.run(hours=2)
    assert stage.references == ["welcome:1"]


def test_a_table_that_is_down_uses_up_nothing(stage: Stage) -> None:
    real, back_at = stage.recorded, stage.clock.now + 2 * HOUR

    class Down(FakeMessageLog):
        def claim(self, *args: Any, **kwargs: Any) -> Any:
            if stage.clock.now < back_at:
                raise Unavailable("dynamodb", "UpdateItem", "down")
            return stage.log.claim(*args, **kwargs)

        def done(self, *args: Any, **kwargs: Any) -> None:
            stage.log.done(*args, **kwargs)

    stage.recorded = replace(real, log=Down())
    stage.consume(job())
    stage.run(hours=3)
    assert stage.references == ["welcome:1"]
    assert stage.sqs.dead.messages == []


# Links to sign up with go to the address on file, and to nobody who has an account


def proof(number: str, **parameters: Any) -> dict[str, Any]:
    return job("signup-proof", "signup-proof:1", customerNumber=number, **parameters)


def test_a_sign_up_link_goes_to_the_address_on_file_and_stands_for_the_account(
    stage: Stage,
) -> None:
    stage.accounts.accounts = [NEWCOMER]
    stage.consume(proof(NEWCOMER.customer_number.lower(), language="ja"))
    (mail,) = stage.transport.sent
    assert mail.to == NEWCOMER.email
    token = mail.text.split("#token=")[1].split()[0]
    assert stage.proof_tokens.account_of(token) == NEWCOMER.id
    assert "ご登録用リンク" in mail.subject


def test_a_sign_up_link_for_nobody_is_dropped_like_any_other(stage: Stage) -> None:
    without_address = account("CN-000777", id="0015j00000BBBBBBB2", email=None)
    taken = account(customer().customer_number)
    stage.accounts.accounts = [without_address, taken]
    for number in ("CN-000999", without_address.customer_number, taken.customer_number):
        stage.consume(proof(number))
    assert stage.transport.sent == []
    assert stage.sqs.dead.messages == []
    assert stage.proof_tokens.issued == {}


# Password resets live as long as their link


def test_a_password_reset_is_dropped_when_its_link_would_be_dead(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.is_down_for(2 * HOUR)
    stage.consume(job("password-reset", "reset:1"), job())
    stage.run(hours=3)
    assert stage.references == ["welcome:1"]
    assert stage.sqs.dead.messages == stage.sqs.waiting.messages == []
    assert '"outcome":"expired"' in capsys.readouterr().out.replace(" ", "")


def test_a_password_reset_is_sent_while_its_link_lives(stage: Stage) -> None:
    stage.is_down_for(20 * 60)
    stage.consume(job("password-reset", "reset:1"))
    stage.run(hours=1)
    assert stage.references == ["reset:1"]


def test_time_that_a_reset_lay_in_the_queue_counts(stage: Stage) -> None:
    stage.sqs.put(job("password-reset", "reset:1"))
    stage.clock.now += 31 * 60
    stage.sqs.deliver(stage.handle)
    assert stage.transport.sent == []


def test_a_reset_for_nobody_ends_quietly(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.consume(job("password-reset", "reset:2") | {"userId": NOBODY})
    assert stage.transport.sent == []
    assert stage.sqs.dead.messages == []
    assert counted(capsys.readouterr().out, "MessagesGivenUp") == 0


# What cannot be sent, and what may have been


@pytest.mark.parametrize(
    "bad",
    [
        "{nonsense",
        {**job(), "template": "spam"},
        {**job(), "surprise": 1},
        {**job(), "userId": NOBODY},
        job("esim-activation"),
        job("order-received"),
    ],
)
def test_jobs_that_can_never_be_sent_are_given_up_alone(
    stage: Stage, bad: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.consume(bad, job(key="good:1"))
    assert stage.references == ["good:1"]
    assert stage.sqs.dead.bodies == [bad]
    out = capsys.readouterr().out
    assert counted(out, "MessagesGivenUp") + counted(out, "UnreadableMessages") == 1


def test_a_refused_mail_is_given_up_at_once_and_can_be_sent_again(stage: Stage) -> None:
    stage.transport.failures = [Refused("sendgrid", "mail/send", "400")]
    stage.consume(job())
    assert stage.transport.calls == 1
    assert stage.sqs.dead.bodies == [job()]
    stage.sqs.redrive()
    stage.run(hours=0.1)
    assert stage.references == ["welcome:1"]


def test_what_may_have_been_sent_is_never_sent_again(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.transport.failures = [OutcomeUnknown("sendgrid", "mail/send", "timeout")]
    stage.consume(job())
    stage.consume(job())
    assert len(stage.transport.sent) == 1
    assert '"outcome":"uncertain"' in capsys.readouterr().out


def test_a_defect_while_sending_leaves_the_mail_in_doubt(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.transport.failures = [ZeroDivisionError()]
    stage.consume(job())
    stage.run(hours=2)
    assert stage.transport.calls == 1
    out = capsys.readouterr().out
    assert '"outcome":"uncertain"' in out
    assert counted(out, "UnexpectedErrors") == 1


def test_a_defect_before_sending_is_retried_and_then_given_up(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(line_id: str) -> ActivationCode:
        raise ZeroDivisionError

    stage.provider.activation_code = broken  # type: ignore[method-assign]  # a mistake of ours
    stage.consume(esim())
    stage.run(hours=3)
    assert stage.sqs.dead.bodies == [esim()]
    out = capsys.readouterr().out
    assert counted(out, "UnexpectedErrors") == 6
    assert counted(out, "MessagesGivenUp") == 1


def test_a_worker_killed_while_sending_leaves_the_mail_in_doubt(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.transport.failures = [Killed()]
    with pytest.raises(Killed):
        stage.consume(job())
    stage.run(hours=1)
    assert stage.transport.sent == []
    assert stage.sqs.fresh.messages == stage.sqs.waiting.messages == []
    assert '"outcome":"uncertain"' in capsys.readouterr().out


def test_a_worker_killed_before_sending_loses_nothing(stage: Stage) -> None:
    real = stage.provider.activation_code

    def killing(line_id: str) -> ActivationCode:
        stage.provider.activation_code = real  # type: ignore[method-assign]  # once
        raise Killed

    stage.provider.activation_code = killing  # type: ignore[method-assign]  # dies while rendering
    with pytest.raises(Killed):
        stage.consume(esim())
    stage.run(hours=1)
    assert stage.references == ["esim:1"]


def test_a_mail_that_kills_its_worker_again_and_again_reaches_the_dead_letters(
    stage: Stage,
) -> None:
    def killing(line_id: str) -> ActivationCode:
        raise Killed

    real, stage.provider.activation_code = stage.provider.activation_code, killing  # type: ignore[method-assign]  # always
    stage.sqs.put(esim())
    for _ in range(8):
        try:
            stage.run(hours=1)
        except Killed:
            continue
    assert stage.sqs.dead.bodies == [esim()]
    stage.provider.activation_code = real  # type: ignore[method-assign]  # mended
    stage.sqs.redrive()
    stage.run(hours=1)
    assert stage.references == ["esim:1"]


def test_a_mail_is_not_begun_without_the_time_for_it(stage: Stage) -> None:
    stage.sqs.put(job())
    stage.sqs.deliver(stage.handle, remaining_ms=int(SECONDS_NEEDED * 1000) - 1)
    assert stage.transport.calls == 0
    stage.sqs.deliver(stage.handle)
    assert stage.references == ["welcome:1"]


def test_mails_carry_the_address_that_replies_go_to(stage: Stage) -> None:
    reply_to = "support@portal.example"
    stage.delivery = replace(
        stage.delivery, sender=replace(stage.delivery.sender, reply_to=reply_to)
    )
    stage.consume(job())
    (mail,) = stage.transport.sent
    assert mail.reply_to == reply_to
    assert "ご返信はサポート担当" in mail.text


# Who gets what

ON_FILE = "owner@crm.example"
NOTICE = job(
    "esim-reissue-notice",
    "esim-reissue-notice:1",
    subscriptionId=77,
    productName="eSIM 10 GB",
    reissuedAt="2026-11-05T05:05:00Z",
)


def test_the_notice_of_a_reissue_goes_to_the_address_on_file(stage: Stage) -> None:
    stage.accounts.accounts = [account(email=ON_FILE)]
    stage.consume(NOTICE)
    (mail,) = stage.transport.sent
    assert mail.to == ON_FILE
    assert mail.images == ()
    assert "Taro" not in mail.text


@pytest.mark.parametrize("accounts", [[], [account(email=None)]])
def test_without_an_address_on_file_the_notice_goes_to_the_portals(
    stage: Stage, accounts: list[Account]
) -> None:
    stage.accounts.accounts = accounts
    stage.consume(NOTICE)
    assert [mail.to for mail in stage.transport.sent] == ["taro@example.com"]


def test_two_accounts_of_one_number_do_not_lose_the_notice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ambiguous(number: str) -> Account | None:
        raise Refused("salesforce", "query", "two Accounts have the same number")

    monkeypatch.setattr(stage.accounts, "by_customer_number", ambiguous)
    stage.consume(NOTICE)
    assert [mail.to for mail in stage.transport.sent] == ["taro@example.com"]


def test_the_notice_waits_for_salesforce(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    back_at = stage.clock.now + 2 * HOUR
    real = stage.accounts.by_customer_number
    stage.accounts.accounts = [account(email=ON_FILE)]

    def down(number: str) -> Account | None:
        if stage.clock.now < back_at:
            raise Unavailable("salesforce", "query", "down")
        return real(number)

    monkeypatch.setattr(stage.accounts, "by_customer_number", down)
    stage.consume(NOTICE)
    stage.run(hours=3)
    assert [mail.to for mail in stage.transport.sent] == [ON_FILE]


def test_no_other_mail_asks_salesforce(stage: Stage) -> None:
    stage.accounts.accounts = [account(email=ON_FILE)]
    stage.consume(job(), esim())
    assert {mail.to for mail in stage.transport.sent} == {"taro@example.com"}
    assert stage.accounts.calls == 0


def test_support_gets_copies_of_mails_without_credentials_only(stage: Stage) -> None:
    copy_to = "support@portal.example"
    stage.delivery = replace(stage.delivery, copy_to=copy_to)
    stage.accounts.accounts = [NEWCOMER]
    jobs = [
        MailJob.of(content, user_id=USER_ID, dedup_key=f"{template}:1")
        for template, content in SAMPLES.items()
    ]
    stage.consume(*(each.model_dump(mode="json", by_alias=True) for each in jobs))
    copies = {mail.category: mail.copy_to for mail in stage.transport.sent}
    assert set(copies) == set(MailTemplate)
    for template, model in CONTENTS.items():
        assert copies[template] == ("" if model.carries_credential else copy_to)


def test_what_is_in_a_job_and_not_in_its_model_is_not_repeated(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.consume(job("welcome", "welcome:9", nickname=CANARIES["first_name"]))
    assert len(stage.sqs.dead.messages) == 1
    out = capsys.readouterr().out
    assert "unusable-job" in out
    assert CANARIES["first_name"] not in out


@pytest.mark.parametrize(
    ("template", "sent"), [("order-received", False), ("welcome", True), ("password-reset", True)]
)
def test_the_synthetic_customer_is_told_of_no_order(
    stage: Stage, template: str, sent: bool
) -> None:
    stage.delivery = replace(stage.delivery, synthetic="Taro@Example.com")
    content = SAMPLES[MailTemplate(template)]
    received = MailJob.of(content, user_id=USER_ID, dedup_key=f"{template}:1")
    stage.consume(received.model_dump(mode="json", by_alias=True))
    assert [mail.category for mail in stage.transport.sent] == ([template] if sent else [])
    assert not stage.sqs.dead.messages
