"""The settings that can be changed while the emulator runs (`PATCH /_admin/switches`).

Defaults follow the documentation. Where it is silent, they are the hardest variant for a client.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Pace = Literal["immediate", "after_seconds", "after_polls", "never", "fails"]
"""When profiles are allocated: right after the answer to the order, after `pace_seconds` of the
emulator's clock, after `pace_polls` queries by the order's number, or never. With the last value,
the order fails right after the answer."""


class Switches(BaseModel):
    """Variants of behaviour.

    - `allocation`: the pace of an order. Documented as asynchronous, up to 30 seconds.
    - `failure_status`: HTTP status of failures; undocumented, public clients expect 200.
    - `success_as`: `success` is a boolean in the examples and a string in the tables.
    - `success_code`: the error code of a success: null or "0", both documented.
    - `message_member`: the examples say `errorMsg`, the tables `errorMessage`.
    - `simple_authentication`: whether `RT-AccessCode` alone is accepted, as documented.
    - `timestamp_tolerance_seconds`: undocumented.
    - `requests_per_second`: documented as 8; 0 switches the limit off.
    - `throttling`: how a request over the limit is refused, which is undocumented: HTTP status
      429, or the code 900001 for a system that is busy.
    - `transaction_memory_seconds`: how long a transactionId of an order is known; null is for
      ever. A window is not documented.
    - `top_up_duplicates`: what a second top-up with the same transactionId is. Only orders are
      documented as the same request, so by default it is carried out and charged again.
    - `unknown_line`: what a query for an unknown `esimTranNo` or `iccid` answers.
    - `refuse`: every order and top-up is refused with this code.
    - `webhook_delivery`: `automatic`, or `held` until the admin API delivers.
    - `webhook_attempts`, `webhook_retry_seconds`: the number of deliveries of a webhook and the
      seconds between them (undocumented).
    - `webhook_copies`, `webhook_spread_seconds`: each event is sent so often (0: it is lost),
      within so many seconds and in any order.
    """

    model_config = ConfigDict(extra="forbid")

    allocation: Pace = "after_seconds"
    pace_seconds: float = Field(default=3.0, ge=0)
    pace_polls: int = Field(default=2, ge=1)
    failure_status: Literal[200, 400] = 200
    success_as: Literal["boolean", "string"] = "boolean"
    success_code: Literal["0"] | None = "0"
    message_member: Literal["errorMsg", "errorMessage"] = "errorMsg"
    simple_authentication: Literal["accepted", "refused"] = "accepted"
    timestamp_tolerance_seconds: float = Field(default=300.0, gt=0)
    requests_per_second: int = Field(default=8, ge=0)
    throttling: Literal["http_429", "busy"] = "http_429"
    transaction_memory_seconds: float | None = Field(default=None, ge=0)
    top_up_duplicates: Literal["charged_again", "same_request"] = "charged_again"
    unknown_line: Literal["error", "empty"] = "error"
    refuse: Literal["000001", "200007", "200008", "200011", "900001"] | None = None
    webhook_delivery: Literal["automatic", "held"] = "automatic"
    webhook_attempts: int = Field(default=3, ge=1, le=20)
    webhook_retry_seconds: float = Field(default=2.0, ge=0, le=600)
    webhook_copies: int = Field(default=1, ge=0, le=5)
    webhook_spread_seconds: float = Field(default=0.0, ge=0, le=60)
