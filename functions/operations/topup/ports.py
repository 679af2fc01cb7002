"""The ports of the top-up workflow."""

from __future__ import annotations

from dataclasses import dataclass

from portal.ports.accounts import CaseJobs
from portal.ports.billing_orders import BillingClients, ServiceReader
from portal.ports.esim import EsimProvider
from portal.ports.esim_events import EsimWaits
from portal.ports.identity import CustomerDirectory
from portal.ports.invoicing import Credits, Invoicing
from portal.ports.mail import MailQueue
from portal.ports.service_lines import ServiceLines
from portal.ports.topups import LineChanges


@dataclass(frozen=True, kw_only=True)
class TopUpPorts:
    """WHMCS, the eSIM provider, and the portal's tables and queues.

    `payment_method` is the system name of WHMCS' gateway module for invoices.
    """

    lines: ServiceLines
    directory: CustomerDirectory
    services: ServiceReader
    clients: BillingClients
    invoicing: Invoicing
    credits: Credits
    esim: EsimProvider
    changes: LineChanges
    waits: EsimWaits
    cases: CaseJobs
    mail_queue: MailQueue
    payment_method: str
