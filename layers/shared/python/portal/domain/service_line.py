"""The origin of a WHMCS service that the portal has set up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """The Order and the eSIM line of a WHMCS service.

    `order_item_id` is the Salesforce OrderItem. `provider` and `line_id` name the eSIM line at its
    provider, and `plan` is the plan that was ordered there. They are empty for services without an
    eSIM. `pid` is the WHMCS product, or 0 for services that were set up before it was kept. `iccid`
    is that of the last reissue, and empty before the first one.
    """

    service_id: int
    sf_order_id: str
    order_item_id: str
    user_id: str
    client_id: int
    provider: str = ""
    line_id: str = ""
    plan: str = ""
    pid: int = 0
    iccid: str = ""
