"""What a reissue needs of the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.engine.model import Job
from portal.ports.billing_orders import ServiceReader
from portal.ports.esim import EsimProvider, Subscribers
from portal.ports.esim_events import EsimWaits
from portal.ports.mail import MailQueue
from portal.ports.reissues import LineReissues, OrderIccids, ServiceNotes
from portal.ports.service_lines import ServiceLines
from portal.ports.topups import LineChanges


@dataclass(frozen=True, kw_only=True)
class ReissuePorts:
    """WHMCS, Salesforce, the eSIM provider, our own tables and queues.

    `provisioning_of` finds the provisioning job of an Order.
    """

    lines: ServiceLines
    services: ServiceReader
    esim: EsimProvider
    subscribers: Subscribers
    waits: EsimWaits
    changes: LineChanges
    reissues: LineReissues
    notes: ServiceNotes
    order_iccids: OrderIccids
    provisioning_of: Callable[[str], Job | None]
    mail_queue: MailQueue
