"""Reads a WHMCS installation. Source: WHMCS API reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_amount, as_int, as_list, as_text
from portal.adapters.whmcs.orders import WhmcsOrders
from portal.adapters.whmcs.products import WhmcsProducts
from portal.domain.upstream import Refused, Unauthorized, UpstreamError
from portal.ports.billing_orders import BillingProduct

from ops.doctor.remembering import Remembering
from ops.doctor.whmcs_actions import Action

DENIED = 'invalid permissions: api action "…" is not allowed'
PROBE = "portal-doctor"


@dataclass(frozen=True)
class SeenClient:
    """A client's custom fields by id, and whether it allows single sign-on."""

    id: int
    custom_fields: Mapping[int, str]
    single_sign_on: bool


@dataclass(frozen=True)
class ClientPlace:
    """The WHMCS id and the Salesforce Account of a portal customer."""

    whmcs_client_id: int
    sf_account_id: str


FOREIGN = "the answer is not WHMCS'"


def _says_no(error: UpstreamError) -> bool:
    """Return whether the action itself refused the call, so that it was reached."""
    answered = error.status == HTTPStatus.OK and error.message != FOREIGN
    return isinstance(error, Refused) or answered


class WhmcsReader(Remembering):
    """Reads each value once. All methods raise UpstreamErrors."""

    def __init__(
        self, client: WhmcsClient, *, known_client: Callable[[], ClientPlace | None]
    ) -> None:
        super().__init__()
        self.client = client
        self._known_client = known_client

    def known_client(self) -> ClientPlace | None:
        """Return a portal customer; None when nobody has signed up."""
        return self._known_client()

    def knock(self) -> None:
        """Make a call with the portal's credentials. Raises the errors of `WhmcsClient.call`.

        WHMCS refuses a missing action after it has accepted address and credentials.
        """
        self.once("knock", self._knock)

    def grants(self, action: Action) -> bool:
        """Return whether the role grants an action. Raises UpstreamErrors if that is unknown."""
        return self.once(f"grants {action.name}", lambda: self._grants(action))

    def version(self) -> str:
        """Return the installation's version."""
        answer = self.once("version", lambda: self.client.call("WhmcsDetails"))
        return as_text((answer.get("whmcs") or {}).get("version"))

    def gateways(self) -> Sequence[str]:
        """Return the system names of the active payment gateways."""
        answer = self.once("gateways", lambda: self.client.call("GetPaymentMethods"))
        found = as_list(answer.get("paymentmethods"), "paymentmethod")
        return [as_text(entry.get("module")) for entry in found]

    def currencies(self) -> Sequence[str]:
        """Return the codes of the currencies."""
        answer = self.once("currencies", lambda: self.client.call("GetCurrencies"))
        return [as_text(c.get("code")) for c in as_list(answer.get("currencies"), "currency")]

    def products(self, pids: Sequence[int]) -> Mapping[int, BillingProduct]:
        """Return products by id."""
        wanted = sorted(set(pids))
        reader = WhmcsProducts(self.client)
        return self.once(f"products {wanted}", lambda: reader.products(wanted))

    def prices(self, pids: Sequence[int], currency: str) -> Mapping[int, Mapping[str, Any]]:
        """Return the price columns of products in a currency by product id."""
        wanted = ",".join(str(pid) for pid in sorted(set(pids)))
        answer = self.once(
            f"raw {wanted}", lambda: self.client.call("GetProducts", {"pid": wanted})
        )
        found = {}
        for item in as_list(answer.get("products"), "product"):
            pricing = item.get("pricing")
            columns = pricing.get(currency) if isinstance(pricing, dict) else None
            if isinstance(columns, dict):
                found[as_int(item.get("pid")) or 0] = {
                    name: as_amount(value) for name, value in columns.items()
                }
        return found

    def a_client(self) -> SeenClient | None:
        """Return a portal customer, or any client; None when there is none."""
        return self.once("client", self._a_client)

    def sso_link(self, client_id: int, path: str) -> str:
        """Return a link into the client area, whose token expires after a minute."""
        answer = self.once(
            "sso",
            lambda: self.client.call(
                "CreateSsoToken",
                {
                    "client_id": client_id,
                    "destination": "sso:custom_redirect",
                    "sso_redirect_path": path,
                },
            ),
        )
        return as_text(answer.get("redirect_url"))

    def keeps_fields(self, count: int) -> bool:
        """Return whether a request of `count` form fields arrives completely.

        GetClientsProducts returns the requested `domain`, which is the last field here. PHP drops
        surplus fields from the end (PHP manual, `max_input_vars`).
        """
        return self.once(f"fields {count}", lambda: self._keeps(count))

    def placed_at(self, order_id: int) -> datetime | None:
        """Return the time of an order in the local time of WHMCS' server."""
        order = self.once(f"order {order_id}", lambda: WhmcsOrders(self.client).get(order_id))
        return order.placed_at if order else None

    def _knock(self) -> None:
        try:
            self.client.call("GetProducts", {"pid": 0})
        except Unauthorized as refused:
            if refused.code != DENIED:
                raise

    def _grants(self, action: Action) -> bool:
        try:
            self.client.call(action.name, dict(action.harmless))
        except Unauthorized as refused:
            if refused.code != DENIED:
                raise
            return False
        except UpstreamError as error:
            if not _says_no(error):
                raise
        return True

    def _keeps(self, count: int) -> bool:
        fillers = {f"probe{number}": "1" for number in range(count)}
        answer = self.client.call(
            "GetClientsProducts", {"clientid": 0, "limitnum": 1, **fillers, "domain": PROBE}
        )
        return as_text(answer.get("domain")) == PROBE

    def _a_client(self) -> SeenClient | None:
        known = self._known_client()
        client_id = known.whmcs_client_id if known else None
        if client_id is None:
            answer = self.client.call("GetClients", {"limitnum": 1})
            clients = as_list(answer.get("clients"), "client")
            client_id = as_int(clients[0].get("id")) if clients else None
        if client_id is None:
            return None
        answer = self.client.call("GetClientsDetails", {"clientid": client_id, "stats": False})
        details: dict[str, Any] = answer.get("client") or answer
        fields = as_list(details.get("customfields"), "customfield")
        return SeenClient(
            id=client_id,
            custom_fields={as_int(f.get("id")) or 0: as_text(f.get("value")) for f in fields},
            single_sign_on=as_text(details.get("allowSingleSignOn")).lower() not in ("0", "false"),
        )
