"""The settings that can be changed while the emulator runs (`PATCH /_admin/switches`)."""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Switches(BaseModel):
    """Features of the org, permissions of the integration user, and failures of Salesforce."""

    model_config = ConfigDict(extra="forbid")

    person_accounts: bool = Field(default=True, description="Person Accounts are enabled")
    multi_currency: bool = Field(default=False, description="CurrencyIsoCode exists")
    state_country_picklists: bool = Field(
        default=False, description="addresses have codes, and only listed states and countries"
    )
    hidden_fields: list[str] = Field(
        default_factory=list,
        description="`Object.Field` without field-level security: as if it did not exist",
    )
    read_only_fields: list[str] = Field(
        default_factory=list,
        description="`Object.Field` that may be read but not written",
    )
    changed_fields: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="`Object.Field`: what an administrator changed of it, in the words of a "
        "describe call: unique, externalId, nillable, type, length, values",
    )
    order_statuses: dict[str, Literal["Draft", "Activated"]] | None = Field(
        default=None,
        description="the values of Order.Status and their categories, in place of those there",
    )
    duplicate_rules: list[str] = Field(
        default_factory=list, description="`Object.Rule`: active duplicate rules"
    )
    modify_all_data: bool = Field(
        default=False, description="permission ModifyAllData: the user is an administrator"
    )
    edit_activated_orders: bool = Field(default=True, description="permission EditActivatedOrders")
    activate_orders: bool = Field(default=True, description="permission ActivateOrder")
    time_zone: str = Field(default="Asia/Tokyo", description="the user's, for TODAY and the like")
    batch_size: int = Field(default=2000, ge=1, le=2000, description="rows per page of a query")
    session_seconds: float = Field(
        default=7200, gt=0, description="life of an unused session, by the emulator's clock"
    )
    audiences: list[str] = Field(
        default=["https://login.salesforce.com", "https://test.salesforce.com"],
        description="accepted `aud` of a JWT, besides the emulator's own base URL",
    )
    daily_request_limit: int = Field(default=100_000, ge=1, description="for Sforce-Limit-Info")
    request_limit_reached: bool = Field(
        default=False, description="every call but token: 403 REQUEST_LIMIT_EXCEEDED"
    )
    api_disabled: bool = Field(
        default=False, description="every call but token: 403 API_DISABLED_FOR_ORG"
    )
    reject_sessions: bool = Field(
        default=False, description="tokens are issued, and every call answers 401 all the same"
    )
    kill_sessions: bool = Field(
        default=False, description="end every session now; goes back to false by itself"
    )
    lock_row_writes: dict[str, int] = Field(
        default_factory=dict,
        description="object: how many of its next writes fail with UNABLE_TO_LOCK_ROW",
    )
    lock_met_in: Literal["record", "trigger", "flow", "validation"] = Field(
        default="record",
        description="where those writes meet the lock: a trigger or flow wraps the code in its own",
    )
    read_only: bool = Field(
        default=False, description="maintenance: every write is refused, reads work"
    )
    login_rate_exceeded: bool = Field(
        default=False, description="token: 400 invalid_grant with `login rate exceeded`"
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
