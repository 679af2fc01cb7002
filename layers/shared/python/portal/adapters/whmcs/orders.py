"""AddOrder, AcceptOrder, GetOrders. Source: WHMCS API reference.

WHMCS has no idempotency key. The custom field Portal Order Ref on each service ties a WHMCS order
to the portal's. `notes` is sent as well, though AddOrder does not document it and WHMCS may drop
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_ids, as_int, as_list
from portal.adapters.whmcs.encoding import serialize
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized
from portal.ports.billing_orders import (
    BillingOrder,
    ModuleFailed,
    NewBillingOrder,
    NewService,
    NotPending,
    OrderRefused,
    OrderState,
    PlacedOrder,
)
from portal.vendor_errors.whmcs import NOT_PENDING

# Rows of `portal.vendor_errors.whmcs` for AddOrder to the portal's error codes.
REFUSALS = (
    ("client id not found", "whmcs-client-missing"),
    ("unable to add order when client status is closed", "whmcs-client-closed"),
    ("invalid billing cycle", "billing-cycle-unavailable"),
    ("invalid billing cycle …", "billing-cycle-unavailable"),
    ("no items added to cart so order cannot proceed", "product-unknown"),
    ("invalid configurable option", "options-invalid"),
    ("invalid configurable option …", "options-invalid"),
    ("invalid value for configurable option", "options-invalid"),
    ("invalid value for configurable option …", "options-invalid"),
)


class WhmcsOrders:
    """`BillingOrders` over the WHMCS API."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def add(self, order: NewBillingOrder) -> PlacedOrder:
        """Place an order with all its lines (AddOrder). Raises OrderRefused.

        WHMCS sets the prices. `priceoverride` is not sent (docs/provisioning.md says why).
        """
        try:
            answer = self._client.call("AddOrder", _parameters(order), writes=True)
        except Unauthorized:
            raise
        except Refused as error:
            if code := dict(REFUSALS).get(error.code or ""):
                raise OrderRefused(code, error.message) from error
            raise
        order_id = as_int(answer.get("orderid"))
        if not order_id:
            raise OutcomeUnknown("whmcs", "AddOrder", "success without an orderid")
        # Older versions call the ids of the services `productids`.
        ids = as_ids(answer.get("serviceids")) or as_ids(answer.get("productids"))
        return PlacedOrder(order_id, tuple(ids))

    def accept(self, order_id: int, *, set_up: bool) -> None:
        """Accept an order (AcceptOrder). Raises NotPending and ModuleFailed.

        `autosetup` is always sent; without it, WHMCS would follow each product's own setting.
        """
        try:
            self._client.call(
                "AcceptOrder", {"orderid": order_id, "autosetup": int(set_up)}, writes=True
            )
        except Unauthorized:
            raise
        except Refused as error:
            if error.code == NOT_PENDING:
                raise NotPending from error
            raise ModuleFailed(error.message) from error

    def get(self, order_id: int) -> BillingOrder | None:
        """Return an order (GetOrders by id); None when there is none."""
        answer = self._client.call("GetOrders", {"id": order_id})
        found = [_order(item) for item in as_list(answer.get("orders"), "order")]
        return next((order for order in found if order.id == order_id), None)

    def of_client(self, client_id: int) -> Sequence[BillingOrder]:
        """Return a client's orders (GetOrders, whose `userid` is the client's id).

        The client's id is compared here again.
        """
        pages = self._client.pages(
            "GetOrders", {"userid": client_id}, container="orders", child="order"
        )
        return [order for order in map(_order, pages) if order.client_id == client_id]


def _parameters(order: NewBillingOrder) -> dict[str, Any]:
    lines = order.services
    parameters: dict[str, Any] = {
        "clientid": order.client_id,
        "paymentmethod": order.payment_method,
        "pid": [line.pid for line in lines],
        "billingcycle": [line.billing_cycle for line in lines],
        "configoptions": [
            serialize(dict(line.options.items())) if line.options else "" for line in lines
        ],
        "customfields": [_reference(line, order.ref) for line in lines],
        "notes": order.notes,
        "noemail": True,
    }
    if any(line.quantity > 1 for line in lines):
        parameters["qty"] = [line.quantity for line in lines]
    return parameters


def _reference(line: NewService, ref: str) -> str:
    return serialize({line.ref_field_id: ref}) if line.ref_field_id else ""


def _order(item: dict[str, Any]) -> BillingOrder:
    status = str(item.get("status", ""))
    known = {state.value.lower(): state for state in OrderState}
    return BillingOrder(
        id=as_int(item.get("id")) or 0,
        client_id=as_int(item.get("userid")) or 0,
        state=known.get(status.lower(), OrderState.OTHER),
        notes=str(item.get("notes") or ""),
        placed_at=_when(item.get("date")),
    )


def _when(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value or ""))  # local time of the server, without zone
    except ValueError:
        return None
