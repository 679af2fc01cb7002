"""The ports that the steps of provisioning use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.domain.identity import CustomerMapping
from portal.ports.billing_orders import (
    BillingClients,
    BillingOrders,
    BillingServices,
    Claims,
    ProductCatalogue,
)
from portal.ports.esim import EsimProvider, Subscribers
from portal.ports.esim_events import EsimWaits
from portal.ports.identity import CustomerDirectory
from portal.ports.mail import MailQueue
from portal.ports.provisioning import ProvisioningOrders
from portal.ports.service_lines import ServiceLines


@dataclass(frozen=True, kw_only=True)
class ProvisioningPorts:
    """Salesforce, WHMCS, the eSIM provider, and the portal's own tables and queues.

    `owner_of` returns the portal user of an Account, also after other Accounts were merged into it,
    and raises Problem `account-conflict`. `payment_method` is the system name of WHMCS' payment
    gateway module for orders. `needs_approval` says whether an Order in review is refused.
    `synthetic` is the address of the smoke test's customer, whose orders are refused.
    `restored_at` is when the workflow table was put back to an earlier state.
    """

    orders: ProvisioningOrders
    directory: CustomerDirectory
    owner_of: Callable[[str], CustomerMapping | None]
    products: ProductCatalogue
    clients: BillingClients
    billing: BillingOrders
    services: BillingServices
    claims: Claims
    esim: EsimProvider
    subscribers: Subscribers
    service_lines: ServiceLines
    esim_waits: EsimWaits
    mail_queue: MailQueue
    payment_method: str
    needs_approval: bool
    synthetic: str = ""
    restored_at: datetime | None = None
