"""The composition root of orders."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from portal import config, factories
from portal.ports.identity import CustomerDirectory

from functions.orders.cancelling import Cancelling
from functions.orders.checkout import Checkout
from functions.orders.own_order import OwnOrder
from functions.orders.placing import Placing
from functions.orders.reading import Reading


class CreateOrderConfig(
    config.HttpConfig,
    config.EligibilityReading,
    config.EphemeralTable,
    config.TimeZoneConfig,
    config.IdempotencyTable,
    config.WorkflowTable,
    config.WhmcsConfig,
    config.EmailQueue,
):
    """The settings of POST /orders."""


class ReadOrdersConfig(
    config.HttpConfig,
    config.AccountFollowing,
    config.CurrencyConfig,
    config.WorkflowTable,
    config.OrderCancellation,
):
    """The settings of GET /orders, GET /orders/{sfOrderId} and POST /orders/{sfOrderId}/cancel."""


@dataclass(frozen=True)
class CreateOrderDeps:
    """The dependencies of POST /orders."""

    directory: CustomerDirectory
    placing: Placing


@dataclass(frozen=True)
class ReadOrdersDeps:
    """The dependencies of GET /orders and GET /orders/{sfOrderId}."""

    directory: CustomerDirectory
    reading: Reading


@dataclass(frozen=True)
class CancelOrderDeps:
    """The dependencies of POST /orders/{sfOrderId}/cancel."""

    directory: CustomerDirectory
    cancelling: Cancelling
    reading: Reading


@functools.cache
def build_create_order() -> CreateOrderDeps:
    """Return the dependencies of POST /orders."""
    from portal.adapters.salesforce.orders import SalesforceOrders
    from portal.adapters.whmcs.billing import WhmcsBillingAddresses
    from portal.repositories.dynamodb import Table
    from portal.repositories.order_requests import DynamoOrderRequests

    settings = config.load(CreateOrderConfig)
    whmcs, today = factories.whmcs(settings), factories.today(settings)
    return CreateOrderDeps(
        directory=factories.directory(settings),
        placing=Placing(
            requests=DynamoOrderRequests(Table(settings.idempotency_table)),
            checkout=Checkout(
                catalog=factories.catalog_reader(settings),
                eligibility=factories.eligibility(settings),
                can_pay=factories.payment_gate(settings.ephemeral_table, today, whmcs).can_pay,
                addresses=WhmcsBillingAddresses(whmcs),
                today=today,
                now=lambda: datetime.now(UTC),
            ),
            orders=SalesforceOrders(factories.salesforce(settings)),
            mail_queue=factories.mail_queue(settings),
            cancelled=factories.job_reader(settings).closed,
            current=factories.merged_accounts(settings).current,
        ),
    )


@functools.cache
def build_read_orders() -> ReadOrdersDeps:
    """Return the dependencies of GET /orders and GET /orders/{sfOrderId}."""
    settings = config.load(ReadOrdersConfig)
    return ReadOrdersDeps(directory=factories.directory(settings), reading=_reading(settings))


@functools.cache
def build_cancel_order() -> CancelOrderDeps:
    """Return the dependencies of POST /orders/{sfOrderId}/cancel."""
    from portal.repositories.dynamodb import Table
    from portal.repositories.workflow import DynamoJobStore

    settings = config.load(ReadOrdersConfig)
    reading = _reading(settings)
    return CancelOrderDeps(
        directory=factories.directory(settings),
        cancelling=Cancelling(
            orders=reading.orders,
            own=OwnOrder(reading.orders, reading.current),
            jobs=DynamoJobStore(Table(settings.workflow_table)),
            status=settings.order_cancelled_status,
            clock=time.time,
        ),
        reading=reading,
    )


def _reading(settings: ReadOrdersConfig) -> Reading:
    from portal.adapters.salesforce.orders import SalesforceOrders

    return Reading(
        orders=SalesforceOrders(factories.salesforce(settings)),
        jobs=factories.job_reader(settings),
        currency=settings.portal_currency,
        current=factories.merged_accounts(settings).current,
        cancelled_status=settings.order_cancelled_status,
    )
