"""The variants of WHMCS that are documented, reported or suspected.

Defaults follow the official documentation. A client must handle the answers of all other values.
Change them at run time with PATCH /_admin/switches.
"""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

VERSION = "8.12.1"


class Switches(BaseModel):
    """The switches of the WHMCS emulator."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(default=VERSION, description="what WhmcsDetails says")
    time_zone: str = Field(
        default="UTC", description="the server's: WHMCS writes local times without a zone"
    )
    maintenance: bool = Field(default=False, description="HTML page with 503 for every API call")
    auth_error_status: Literal[403, 400] = 403
    ip_error_status: Literal[403, 400] = 403
    invalid_ip: bool = Field(default=False, description="no caller is on the allow-list")
    banned_ip: bool = Field(default=False, description="every caller is banned")
    failures_ban: bool = Field(
        default=False, description="three wrong credentials ban the address for 15 minutes"
    )
    denied_actions: list[str] = Field(
        default_factory=list, description="actions that the API role does not grant"
    )
    unknown_action: Literal["command_not_found", "invalid_permissions"] = "command_not_found"
    warn_actions: list[str] = Field(
        default_factory=list,
        description="actions that do nothing and answer 200 with a `warning` (developer-docs 303)",
    )
    status_key: bool = Field(default=False, description="`status` instead of `result`")
    escape_slashes: bool = Field(default=True, description="json_encode's default")
    html_entities: bool = Field(
        default=False,
        description="texts carry HTML entities as htmlspecialchars writes them",
    )
    max_input_vars: int = Field(default=1000, ge=1, description="PHP drops later fields silently")

    ids: Literal["documented", "strings", "numbers"] = "documented"
    totals: Literal["numbers", "strings", "absent"] = "numbers"
    paging: Literal["documented", "ignored"] = Field(
        default="documented", description="ignored: every page is the first one"
    )
    empty_lists: Literal["documented", "nested", "list", "object", "string", "absent"] = (
        "documented"
    )
    single_items: Literal["list", "object", "indexed"] = "list"
    two_factor_enabled: Literal["string", "boolean"] = "string"

    add_order_notes: Literal["dropped", "kept"] = "dropped"
    noinvoice_invoiceid: Literal["absent", "zero", "empty", "null"] = "absent"
    unknown_config_options: Literal["minimum", "refuse"] = "minimum"
    bad_encoding: Literal["refuse", "drop"] = Field(
        default="refuse",
        description="base64(serialize) that PHP could not read: a refusal of ours, or silence",
    )
    bad_billing_cycle: Literal["refuse", "first_offered"] = "refuse"
    quantity: Literal["one_service", "many_services"] = "one_service"
    orders_order: Literal["newest", "oldest", "shuffled"] = "newest"

    module_failures: dict[int, str] = Field(
        default_factory=dict, description="product id → message with which its module fails"
    )
    order_after_module_failure: Literal["Pending", "Active"] = "Pending"

    sso_invalid_client: bool = Field(default=False, description="the invalid_client bug of 8.7.2")
    sso_blocked_clients: list[int] = Field(default_factory=list)
    sso_seconds: int = Field(default=60, ge=1)

    capture_declined: bool = Field(default=False, description="every CapturePayment fails")
    capture: Literal["at_once", "pending", "recorded_late"] = Field(
        default="at_once",
        description="what a capture that succeeds leaves: a paid invoice, one that is Payment "
        "Pending, or one that stays Unpaid until the payment is recorded",
    )
    credit_pays_late: bool = Field(
        default=True,
        description="CreateInvoice says Unpaid even if credit paid it (developer-docs 119)",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            msg = f"{name!r} is no time zone of this machine"
            raise ValueError(msg) from error
        return name
