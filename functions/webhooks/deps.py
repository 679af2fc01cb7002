"""The composition root of webhooks."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from portal import config
from portal.workflow_kinds import OPERATION_KINDS, PROVISION

from functions.webhooks.receiving import Receiving

if TYPE_CHECKING:
    from portal.ports.esim_events import EsimEvents


class WebhookConfig(
    config.HttpConfig,
    config.IdempotencyTable,
    config.ProvisionQueue,
    config.OperationQueue,
    config.EsimProviderName,
    config.EsimWebhookConfig,
):
    """The settings of POST /webhooks/esim and POST /webhooks/esim/{token}."""


@functools.cache
def build_receiving() -> Receiving:
    """Return the dependencies of both endpoints."""
    from portal.adapters.sqs import SqsQueue
    from portal.adapters.task_queue import SqsWaker
    from portal.repositories.dynamodb import Table
    from portal.repositories.esim_events import DynamoEsimWaits, DynamoSeenEvents

    settings = config.load(WebhookConfig)
    table = Table(settings.idempotency_table)
    return Receiving(
        events=_events(settings),
        seen=DynamoSeenEvents(table),
        waits=DynamoEsimWaits(table),
        waker=SqsWaker(
            {
                PROVISION.name: SqsQueue(settings.provision_queue_url),
                **{kind.name: SqsQueue(settings.operation_queue_url) for kind in OPERATION_KINDS},
            }
        ),
    )


def _events(settings: WebhookConfig) -> EsimEvents:
    """Return the provider's events. Raises ConfigurationError for a provider without events."""
    from portal.secrets import Secret

    secret = Secret(settings.esim_webhook_secret_id)
    if settings.esim_provider == "gigs":
        from portal.adapters.gigs.webhooks import GigsEvents

        return GigsEvents(secret)
    if settings.esim_provider == "esim_access":
        from portal.adapters.esim_access.webhooks import EsimAccessEvents

        return EsimAccessEvents(secret)
    msg = f"ESIM_PROVIDER: there are no events of {settings.esim_provider!r}"
    raise config.ConfigurationError(msg)
