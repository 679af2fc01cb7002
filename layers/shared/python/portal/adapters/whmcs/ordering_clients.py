"""Tells whether a client can order, by GetClientsDetails and GetPayMethods (API reference)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from portal.adapters.whmcs.billing import WhmcsPayMethods
from portal.adapters.whmcs.client import WhmcsClient
from portal.domain.payment import any_usable
from portal.domain.upstream import Refused
from portal.ports.billing_orders import ClientState
from portal.vendor_errors.whmcs import CLIENT_ID_MISSING, CLIENT_MISSING


class WhmcsOrderingClients:
    """`BillingClients` over WHMCS. `today` returns the date in the reseller's time zone."""

    def __init__(self, client: WhmcsClient, *, today: Callable[[], date]) -> None:
        self._client = client
        self._methods = WhmcsPayMethods(client)
        self._today = today

    def state(self, client_id: int) -> ClientState:
        """Return whether the client is usable, closed or missing (GetClientsDetails)."""
        try:
            answer = self._client.call("GetClientsDetails", {"clientid": client_id})
        except Refused as error:
            if _missing(error):
                return ClientState.MISSING
            raise
        details = answer.get("client")
        status = details.get("status") if isinstance(details, dict) else None
        closed = str(status or answer.get("status") or "").lower() == "closed"
        return ClientState.CLOSED if closed else ClientState.USABLE

    def has_valid_pay_method(self, client_id: int) -> bool | None:
        """Whether a pay method is valid today (GetPayMethods); None when there is no client."""
        try:
            return any_usable(self._methods.of_client(client_id), self._today())
        except Refused as error:
            if _missing(error):
                return None
            raise


def _missing(error: Refused) -> bool:
    return error.code in (CLIENT_MISSING, CLIENT_ID_MISSING)
