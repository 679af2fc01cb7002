"""The composition root of subscriptions."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal import config, factories
from portal.api.rate_limit import RateLimiter, limits_from
from portal.domain.limits import LIMITS
from portal.ports.client_services import ClientServices
from portal.ports.identity import CustomerDirectory
from portal.subscriptions.lines import Lines
from portal.subscriptions.reissue_limit import ReissueLimit

from functions.subscriptions.activation import ActivationCodes

if TYPE_CHECKING:
    from portal.subscriptions.listed_lines import ListedLines

LISTING_SECONDS = 4.0


class ListConfig(
    config.HttpConfig,
    config.IdentityTable,
    config.WorkflowTable,
    config.WhmcsConfig,
    config.EsimConfig,
):
    """The settings of GET /subscriptions."""


class SubscriptionConfig(ListConfig, config.ReissueConfig):
    """The settings of GET /subscriptions/{id}."""


class ActivationConfig(SubscriptionConfig, config.EphemeralTable, config.RateLimitConfig):
    """The settings of GET /subscriptions/{id}/esim."""


@dataclass(frozen=True)
class ListDeps:
    """The dependencies of GET /subscriptions. `lines` are made for callers that ask for them."""

    directory: CustomerDirectory
    services: ClientServices
    lines: Callable[[], ListedLines]


@dataclass(frozen=True)
class SubscriptionDeps:
    """The dependencies of GET /subscriptions/{id}."""

    directory: CustomerDirectory
    services: ClientServices
    lines: Lines


@dataclass(frozen=True)
class ActivationDeps:
    """The dependencies of GET /subscriptions/{id}/esim."""

    directory: CustomerDirectory
    codes: ActivationCodes


@functools.cache
def build_list() -> ListDeps:
    """Return the dependencies of GET /subscriptions."""
    settings = config.load(ListConfig)
    return ListDeps(
        directory=factories.directory(settings),
        services=_services(settings),
        lines=functools.cache(lambda: _listed_lines(settings)),
    )


@functools.cache
def build_subscription() -> SubscriptionDeps:
    """Return the dependencies of GET /subscriptions/{id}."""
    settings = config.load(SubscriptionConfig)
    return SubscriptionDeps(
        directory=factories.directory(settings),
        services=_services(settings),
        lines=_lines(settings),
    )


@functools.cache
def build_activation() -> ActivationDeps:
    """Return the dependencies of GET /subscriptions/{id}/esim."""
    from portal.repositories.activation_mails import DynamoActivationMails
    from portal.repositories.code_views import DynamoCodeViews
    from portal.repositories.dynamodb import Table
    from portal.repositories.rate_limits import DynamoRateCounters

    settings = config.load(ActivationConfig)
    ephemeral = Table(settings.ephemeral_table)
    return ActivationDeps(
        directory=factories.directory(settings),
        codes=ActivationCodes(
            services=_services(settings),
            lines=_lines(settings),
            mails=DynamoActivationMails(ephemeral),
            views=DynamoCodeViews(Table(settings.workflow_table)),
            limiter=RateLimiter(
                DynamoRateCounters(ephemeral), limits_from(settings.rate_limits, LIMITS)
            ),
            clock=time.time,
        ),
    )


def _services(settings: config.WhmcsConfig) -> ClientServices:
    from portal.adapters.whmcs.client_services import WhmcsClientServices

    return WhmcsClientServices(factories.whmcs(settings))


def _listed_lines(settings: ListConfig) -> ListedLines:
    from portal.repositories.dynamodb import Table
    from portal.repositories.service_lines import DynamoServiceLines
    from portal.repositories.subscribers import DynamoSubscribers
    from portal.subscriptions.listed_lines import ListedLines

    workflow = Table(settings.workflow_table)
    return ListedLines(
        service_lines=DynamoServiceLines(workflow),
        # The list is complete without the provider's part: it does not wait long for it.
        provider=factories.esim_provider(settings, read_seconds=LISTING_SECONDS),
        subscribers=DynamoSubscribers(workflow),
    )


def _lines(settings: SubscriptionConfig) -> Lines:
    from portal.repositories.dynamodb import Table
    from portal.repositories.line_reissues import DynamoLineReissues
    from portal.repositories.service_lines import DynamoServiceLines

    workflow = Table(settings.workflow_table)
    limit = ReissueLimit(DynamoLineReissues(workflow), settings.esim_reissues_per_month)
    return Lines(
        service_lines=DynamoServiceLines(workflow),
        provider=factories.esim_provider(settings),
        reissues_left=limit.left,
    )
