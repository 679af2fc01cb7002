"""The settings that can be changed while the emulator runs (`PATCH /_admin/switches`)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """Variants of behaviour.

    - `rate_limit`: requests per minute of the emulator's clock and endpoint; null: no limit.
      SendGrid documents the headers and the 429, not the numbers.
    - `custom_args_limit`: bytes of custom arguments per personalization. The API reference says
      10,000, the page of errors 50,000.
    - `credits_used_up`: mail/send answers 401 `Maximum credits exceeded`, as reported in public
      issues (sendgrid-nodejs 1032).
    - `account_tracking`: the account's own setting of click and open tracking (Settings - Tracking;
      on in new accounts), which a mail's `tracking_settings` override. Links of tracked mails are
      rewritten to a tracking host.
    - `unknown_properties`: whether properties that are not documented are refused (assumed).
    """

    model_config = ConfigDict(extra="forbid")

    rate_limit: int | None = Field(default=None, ge=1)
    custom_args_limit: int = Field(default=10_000, ge=1)
    credits_used_up: bool = False
    account_tracking: bool = True
    unknown_properties: Literal["refused", "ignored"] = "refused"
