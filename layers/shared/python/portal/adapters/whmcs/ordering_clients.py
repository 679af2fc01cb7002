"""Whether a client can order: GetClientsDetails and GetPayMethods.

Source: WHMCS API reference. Pay methods carry no flag for "valid": a card counts through the last
day of its month, a bank account always.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_list
from portal.domain.upstream import Refused, Unauthorized
from portal.ports.billing_orders import ClientState

_NOT_FOUND = "client not found"
_EXPIRY = re.compile(r"(\d{1,2})\s*/\s*(?:20)?(\d{2})")


class WhmcsOrderingClients:
    """`BillingClients` of a WHMCS installation; `today` is the reseller's calendar day."""

    def __init__(self, client: WhmcsClient, *, today: Callable[[], date]) -> None:
        self._client = client
        self._today = today

    def state(self, client_id: int) -> ClientState:
        """GetClientsDetails, of which only the status is looked at."""
        answer = self._call("GetClientsDetails", client_id)
        if answer is None:
            return ClientState.MISSING
        details = answer.get("client")
        status = details.get("status") if isinstance(details, dict) else None
        closed = str(status or answer.get("status") or "").lower() == "closed"
        return ClientState.CLOSED if closed else ClientState.USABLE

    def has_valid_pay_method(self, client_id: int) -> bool | None:
        """GetPayMethods: one that is valid today is enough."""
        answer = self._call("GetPayMethods", client_id)
        if answer is None:
            return None
        methods = as_list(answer.get("paymethods"))
        return any(is_valid(method, self._today()) for method in methods)

    def _call(self, action: str, client_id: int) -> dict[str, Any] | None:
        try:
            return self._client.call(action, {"clientid": client_id})
        except Unauthorized:
            raise
        except Refused as error:
            if error.message.lower().startswith(_NOT_FOUND):
                return None
            raise


def is_valid(method: dict[str, Any], today: date) -> bool:
    """Whether a pay method could be charged today, by all that WHMCS tells."""
    kind = str(method.get("type", ""))
    if not kind.endswith("CreditCard"):
        return kind.endswith("BankAccount")
    found = _EXPIRY.fullmatch(str(method.get("expiry_date", "")).strip())
    if found is None:
        return False
    month, year = int(found.group(1)), 2000 + int(found.group(2))
    if not 1 <= month <= 12:  # noqa: PLR2004  # months
        return False
    return today <= date(year, month, calendar.monthrange(year, month)[1])
