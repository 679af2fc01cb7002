"""The composition root of orders."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime

from portal import config, factories
from portal.ports.identity import CustomerDirectory

from functions.orders.checkout import Checkout
from functions.orders.placing import Placing
from functions.orders.reading import Reading


class CreateOrderConfig(
    config.HttpConfig,
    config.EligibilityReading,
    config.EphemeralTable,
    config.TimeZoneConfig,
    config.IdempotencyTable,
    config.WhmcsConfig,
    config.EmailQueue,
):
    """The settings of POST /orders."""


class ReadOrdersConfig(
    config.HttpConfig,
    config.AccountFollowing,
    config.CurrencyConfig,
    config.WorkflowTable,
):
    """The settings of GET /orders and GET /orders/{sfOrderId}."""


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
            current=factories.merged_accounts(settings).current,
        ),
    )


@functools.cache
def build_read_orders() -> ReadOrdersDeps:
    """Return the dependencies of GET /orders and GET /orders/{sfOrderId}."""
    from portal.adapters.salesforce.orders import SalesforceOrders

    settings = config.load(ReadOrdersConfig)
    return ReadOrdersDeps(
        directory=factories.directory(settings),
        reading=Reading(
            orders=SalesforceOrders(factories.salesforce(settings)),
            jobs=factories.job_reader(settings),
            currency=settings.portal_currency,
            current=factories.merged_accounts(settings).current,
        ),
    )
