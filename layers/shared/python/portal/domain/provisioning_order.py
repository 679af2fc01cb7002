"""A Salesforce Order as provisioning reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class ProvisioningStatus(StrEnum):
    """`Order.Provisioning_Status__c`."""

    NOT_STARTED = "Not Started"
    QUEUED = "Queued"
    SCHEDULED = "Scheduled"
    IN_PROGRESS = "In Progress"
    PROVISIONED = "Provisioned"
    FAILED = "Failed"


class ActivationType(StrEnum):
    """`Order.Activation_Type__c`."""

    IMMEDIATE = "Immediate"
    SCHEDULED = "Scheduled"


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class ProvisionLine(_Model):
    """One OrderItem with the fields of its product that provisioning needs.

    Texts are unchanged from Salesforce. `key` is `Portal_Line_Key__c`, or the id for orders that
    were made by hand.
    """

    id: str
    key: str
    quantity: Decimal
    unit_price: Decimal | None = None
    billing_cycle: str = ""
    options_json: str | None = None
    service_ids: str = ""
    sku: str = ""
    name: str = ""
    requires_payment_method: bool = False
    whmcs_product_id: int | None = None
    notes_template: str | None = None
    esim_settings: str | None = None


class LoadedOrder(_Model):
    """An Order with its lines, without personal data. Ids have 18 characters."""

    id: str
    number: str
    status: str
    account_id: str | None
    provisioning_status: str | None = None
    activation_type: str | None = None
    activation_at: datetime | None = None
    whmcs_order_id: str = ""
    iccids: str = ""
    attempt_count: int = 0
    lines: tuple[ProvisionLine, ...] = Field(default=())


@dataclass(frozen=True, kw_only=True)
class WriteBack:
    """The result that is written to a provisioned order.

    `services` has the service ids by OrderItem id, joined with commas.
    """

    order_id: str
    whmcs_order_id: str
    iccids: str
    services: dict[str, str]
    attempt_count: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Progress:
    """New values of the order's provisioning fields."""

    order_id: str
    status: ProvisioningStatus
    attempt_count: int
    at: datetime
    error_code: str = ""
    error_message: str = ""
