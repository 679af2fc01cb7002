"""Composition root of e-mail."""

from __future__ import annotations

import functools

from portal import config, factories
from portal.ports.mail_transport import MailTransport

from functions.email.contexts import Contexts
from functions.email.delivery import Delivery, Sender


class SendConfig(
    config.IdentityTable,
    config.IdempotencyTable,
    config.EphemeralTable,
    config.MailConfig,
    config.EsimConfig,
):
    """The e-mail queue's consumer."""


@functools.cache
def build_delivery() -> Delivery:
    """For the consumer."""
    from portal.repositories.dynamodb import Table  # noqa: PLC0415
    from portal.repositories.mail_log import DynamoMailLog  # noqa: PLC0415

    settings = config.load(SendConfig)
    return Delivery(
        log=DynamoMailLog(Table(settings.idempotency_table)),
        directory=factories.directory(settings),
        contexts=Contexts(
            activation_codes=factories.esim_provider(settings),
            reset_tokens=factories.reset_tokens(settings),
        ),
        transport=_transport(settings),
        sender=Sender(settings.email_from_name, settings.portal_web_url),
    )


def _transport(settings: SendConfig) -> MailTransport:
    from portal.secrets import Secret  # noqa: PLC0415

    secret = Secret(settings.mail_secret_id)
    if settings.email_transport == "smtp":
        from portal.adapters.smtp import SmtpTransport  # noqa: PLC0415

        return SmtpTransport(
            host=settings.smtp_host,
            port=settings.smtp_port,
            secret=secret if settings.smtp_authentication else None,
            sender=settings.email_from,
            sender_name=settings.email_from_name,
        )
    from portal.adapters.sendgrid import SendGridTransport  # noqa: PLC0415

    return SendGridTransport(
        url=settings.sendgrid_api_url,
        secret=secret,
        sender=settings.email_from,
        sender_name=settings.email_from_name,
    )
