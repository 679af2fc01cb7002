"""The settings that can be changed while the emulator runs (`PATCH /_admin/switches`).

Defaults follow the documentation. Where it is silent, they are the hardest variant for a client.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Pace = Literal["immediate", "after_seconds", "after_polls", "never", "fails"]
"""When an asynchronous step happens: right after the answer that announced it, after `pace_seconds`
of the emulator's clock, after `pace_polls` retrievals, or never. With the last value, the step
fails right after the answer."""

Refusal = Literal[
    "serviceUnavailable",
    "unknown",
    "deviceNotSupported",
    "deviceNotSupportedOnPlan",
    "userAddressInvalid",
    "paymentFailed",
    "paymentMethodRequired",
    "portOutAlreadyExists",
    "outOfStock",
]


class Switches(BaseModel):
    """Variants of behaviour.

    - `activation`, `change_application`, `addon_activation`: the pace of a subscription's
      activation, of a subscription change and of a top-up (documented as asynchronous).
    - `sim_while_pending`: whether a subscription created with `"sim": "auto"` shows its SIM before
      it is active. `null` is what the guide "Create a subscription" shows.
    - `change_sim_while_pending`: the same for a subscription change; the guide shows a SIM.
    - `credentials_before_activation`: what `GET sims/{sim}/credentials` answers for a SIM that is
      allocated but not active yet (undocumented).
    - `install_urls`: whether credentials carry `iosInstallUrl` and `androidInstallUrl`. The public
      schema does not have them (`absent`); a beta of the schema has them as nullable.
    - `invalid_status`: status of the error type `invalid`: 422 in the current documentation, 400 in
      older copies of it.
    - `idempotency_keys_enabled`: an older copy of the documentation says that a project without
      the beta is refused when it sends the header.
    - `idempotency_scope`: `key` replays the stored answer for the key wherever it is sent again,
      which is the literal reading; `key_and_endpoint` keeps method and path apart.
    - `user_consent`: SIM changes start as `initiated` and wait for the user's consent for 5 hours.
    - `end_pending`: whether a subscription that is still pending can be ended (undocumented).
    - `refuse_subscriptions`, `refuse_changes`, `refuse_addons`: refuse creation for this reason.
    - `iccid_digits`: 19 or 20.
    - `webhook_delivery`: `automatic`, or `held` until the admin API delivers.
    - `webhook_attempts`, `webhook_retry_seconds`: the number of deliveries of a webhook and the
      seconds between them (Svix waits much longer).
    - `webhook_copies`, `webhook_spread_seconds`: each event is sent so often (0: it is lost),
      within so many seconds and in any order.
    """

    model_config = ConfigDict(extra="forbid")

    activation: Pace = "immediate"
    change_application: Pace = "immediate"
    addon_activation: Pace = "immediate"
    pace_seconds: float = Field(default=30.0, ge=0)
    pace_polls: int = Field(default=2, ge=1)
    change_failure_code: str | None = "unknown"
    sim_while_pending: Literal["null", "allocated"] = "null"
    change_sim_while_pending: Literal["null", "allocated"] = "allocated"
    credentials_before_activation: Literal["not_found", "null", "available"] = "not_found"
    install_urls: Literal["present", "null", "absent"] = "absent"
    invalid_status: Literal[400, 422] = 422
    idempotency_keys_enabled: bool = True
    idempotency_scope: Literal["key", "key_and_endpoint"] = "key"
    user_consent: bool = False
    end_pending: Literal["allowed", "refused"] = "allowed"
    refuse_subscriptions: Refusal | None = None
    refuse_changes: Refusal | None = None
    refuse_addons: Refusal | None = None
    iccid_digits: Literal[19, 20] = 19
    webhook_delivery: Literal["automatic", "held"] = "automatic"
    webhook_attempts: int = Field(default=3, ge=1, le=20)
    webhook_retry_seconds: float = Field(default=2.0, ge=0, le=600)
    webhook_copies: int = Field(default=1, ge=0, le=5)
    webhook_spread_seconds: float = Field(default=0.0, ge=0, le=60)
