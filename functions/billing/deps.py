"""The composition root of billing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urljoin

from portal import config, factories
from portal.billing.payment_gate import PaymentGate
from portal.ports.billing import BillingAddresses, Invoices
from portal.ports.identity import CustomerDirectory
from pydantic import Field

from functions.billing.sso import ClientArea


class BillingConfig(config.HttpConfig, config.IdentityTable, config.WhmcsConfig):
    """The settings of /me/billing, /billing/invoices and /billing/invoices/{invoiceId}."""


class SsoLinkConfig(BillingConfig):
    """The settings of POST /auth/sso-link."""

    client_area_url: Annotated[str, Field(alias="WHMCS_CLIENT_AREA_URL")] = ""
    payment_methods_path: Annotated[str, Field(alias="WHMCS_PAYMENT_METHODS_PATH", min_length=1)]


class PaymentMethodsConfig(BillingConfig, config.EphemeralTable, config.TimeZoneConfig):
    """The settings of GET /billing/payment-methods/summary."""


@dataclass(frozen=True)
class SsoLinkDeps:
    """The dependencies of POST /auth/sso-link."""

    directory: CustomerDirectory
    client_area: ClientArea


@dataclass(frozen=True)
class PaymentMethodsDeps:
    """The dependencies of the summary of payment methods."""

    directory: CustomerDirectory
    gate: PaymentGate
    today: Callable[[], date]


@dataclass(frozen=True)
class AddressDeps:
    """The dependencies of the address endpoints."""

    directory: CustomerDirectory
    addresses: BillingAddresses


@dataclass(frozen=True)
class InvoicesDeps:
    """The dependencies of the invoice endpoints."""

    directory: CustomerDirectory
    invoices: Invoices


@functools.cache
def build_sso_link() -> SsoLinkDeps:
    """Return the dependencies of POST /auth/sso-link."""
    from portal.adapters.whmcs.billing import WhmcsSingleSignOn

    settings = config.load(SsoLinkConfig)
    client_area = settings.client_area_url or urljoin(settings.whmcs_api_url, "../")
    return SsoLinkDeps(
        directory=factories.directory(settings),
        client_area=ClientArea(
            sign_on=WhmcsSingleSignOn(factories.whmcs(settings), client_area),
            base_url=client_area,
            payment_methods_path=settings.payment_methods_path,
        ),
    )


@functools.cache
def build_payment_methods() -> PaymentMethodsDeps:
    """Return the dependencies of GET /billing/payment-methods/summary."""
    settings = config.load(PaymentMethodsConfig)
    today = factories.today(settings)
    return PaymentMethodsDeps(
        directory=factories.directory(settings),
        gate=factories.payment_gate(settings.ephemeral_table, today, factories.whmcs(settings)),
        today=today,
    )


@functools.cache
def build_address() -> AddressDeps:
    """Return the dependencies of GET and PATCH /me/billing."""
    from portal.adapters.whmcs.billing import WhmcsBillingAddresses

    settings = config.load(BillingConfig)
    return AddressDeps(
        directory=factories.directory(settings),
        addresses=WhmcsBillingAddresses(factories.whmcs(settings)),
    )


@functools.cache
def build_invoices() -> InvoicesDeps:
    """Return the dependencies of the invoice endpoints."""
    from portal.adapters.whmcs.billing import WhmcsInvoices

    settings = config.load(BillingConfig)
    return InvoicesDeps(
        directory=factories.directory(settings), invoices=WhmcsInvoices(factories.whmcs(settings))
    )
