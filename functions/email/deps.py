"""The composition root of the e-mail function."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from portal import config, factories
from portal.ports.mail_transport import MailTransport
from portal.queues.backoff import Policy
from portal.queues.fresh_and_waiting import ConsumedQueue, FreshAndWaiting
from portal.queues.recorded_work import RecordedWork

from functions.email.contexts import Contexts
from functions.email.delivery import Delivery, left_in_doubt
from functions.email.recipients import Recipients
from functions.email.sender import SenderConfig, sender_of

HOUR = 3_600.0


class SendConfig(
    config.IdentityTable,
    config.IdempotencyTable,
    config.EphemeralTable,
    config.EmailQueue,
    config.EmailWaitingQueue,
    config.EmailDeadLetters,
    config.EmailLimits,
    SenderConfig,
    config.EsimConfig,
    config.AccountReading,
    config.SyntheticCustomer,
):
    """The settings of the consumer of the e-mail queues."""


@dataclass(frozen=True)
class SendDeps:
    """The dependencies of the consumer: delivery, records, and queues."""

    delivery: Delivery
    recorded: RecordedWork
    queues: FreshAndWaiting
    dead_letters: ConsumedQueue


@functools.cache
def build_send() -> SendDeps:
    """Return the dependencies of the consumer."""
    from portal.repositories.activation_mails import DynamoActivationMails
    from portal.repositories.dynamodb import Table

    settings = config.load(SendConfig)
    log = factories.message_log(settings, "MAIL")
    delivery = Delivery(
        log=log,
        recipients=Recipients(
            factories.directory(settings), functools.partial(factories.accounts, settings)
        ),
        contexts=Contexts(
            activation_codes=factories.esim_provider(settings),
            reset_tokens=factories.reset_tokens(settings),
            proof_tokens=factories.proof_tokens(settings),
        ),
        transport=_transport(settings),
        activation_mails=DynamoActivationMails(Table(settings.ephemeral_table)),
        sender=sender_of(settings),
        copy_to=settings.email_copy_to,
        synthetic=settings.smoke_email,
    )
    policy = Policy(
        max_retries=settings.email_max_retries, patience=settings.email_patience_hours * HOUR
    )
    return SendDeps(
        delivery=delivery,
        recorded=RecordedWork(log, policy, in_doubt=left_in_doubt),
        queues=factories.fresh_and_waiting(
            settings.email_queue_url, settings.email_waiting_queue_url
        ),
        dead_letters=factories.consumed_queue(settings.email_dead_letters_url),
    )


def _transport(settings: SendConfig) -> MailTransport:
    from portal.secrets import Secret

    secret = Secret(settings.mail_secret_id)
    if settings.email_transport == "smtp":
        from portal.adapters.smtp import SmtpTransport

        return SmtpTransport(
            host=settings.smtp_host,
            port=settings.smtp_port,
            secret=secret if settings.smtp_authentication else None,
            sender=settings.email_from,
            sender_name=settings.email_from_name,
        )
    from portal.adapters.sendgrid import SendGridTransport

    return SendGridTransport(
        url=settings.sendgrid_api_url,
        secret=secret,
        sender=settings.email_from,
        sender_name=settings.email_from_name,
    )
