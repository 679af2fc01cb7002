"""A service of a customer in the billing system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ServiceStatus(StrEnum):
    """The status of a service. `unknown` is a status that only this installation has."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class ClientService:
    """One service in WHMCS.

    `price` is due at each renewal, or was due once. It is in `currency`, the client's, and
    None when WHMCS' text is no number. `next_due` is None for services that do not renew.
    `custom_fields` are values by field id; `notes` are for staff.
    """

    id: int
    client_id: int
    pid: int
    name: str
    quantity: int
    billing_cycle: str
    status: ServiceStatus
    price: Decimal | None
    currency: str | None
    registered: date | None
    next_due: date | None
    notes: str = ""
    custom_fields: Mapping[int, str] = field(default_factory=dict)
