"""Reads services and sets them up. Source: WHMCS API, GetClientsProducts and ModuleCreate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_amount, as_int, as_list, as_text
from portal.domain.billing_cycles import normal_cycle
from portal.domain.upstream import Refused, Unauthorized
from portal.ports.billing_orders import BillingService, ModuleFailed

# Large enough to read the services of an order with a hundred lines in one call.
PAGE_SIZE = 1000
# Statuses of a service that has been set up. An operator may have suspended it later.
_ACTIVE = frozenset({"active", "suspended", "completed"})


class WhmcsServices:
    """`BillingServices` over the WHMCS API."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def of_client(self, client_id: int) -> Sequence[BillingService]:
        """Return a client's services (GetClientsProducts). The client's id is compared again."""
        items = self._client.pages(
            "GetClientsProducts",
            {"clientid": client_id},
            container="products",
            child="product",
            page_size=PAGE_SIZE,
        )
        return [_service(item) for item in items if _belongs(item, client_id)]

    def find(self, service_id: int, *, client_id: int) -> BillingService | None:
        """GetClientsProducts by service; owner and id are compared again on our side."""
        answer = self._client.call(
            "GetClientsProducts", {"clientid": client_id, "serviceid": service_id}
        )
        items = as_list(answer.get("products"), "product")
        found = [_service(item) for item in items if _belongs(item, client_id)]
        return next((service for service in found if service.id == service_id), None)

    def set_up(self, service_id: int) -> None:
        """Set up a service whose module failed when the order was accepted (ModuleCreate).

        Raises ModuleFailed.
        """
        try:
            self._client.call("ModuleCreate", {"serviceid": service_id}, writes=True)
        except Unauthorized:
            raise
        except Refused as error:
            if error.code is not None:
                raise
            raise ModuleFailed(error.message) from error


def _belongs(item: dict[str, Any], client_id: int) -> bool:
    return as_int(item.get("clientid")) in (client_id, None)


def _service(item: dict[str, Any]) -> BillingService:
    status = str(item.get("status", ""))
    fields = as_list(item.get("customfields"), "customfield")
    options = as_list(item.get("configoptions"), "configoption")
    return BillingService(
        id=as_int(item.get("id")) or 0,
        order_id=as_int(item.get("orderid")) or 0,
        pid=as_int(item.get("pid")) or 0,
        quantity=as_int(item.get("qty")) or 1,
        billing_cycle=normal_cycle(str(item.get("billingcycle", ""))),
        active=status.lower() in _ACTIVE,
        status=status,
        custom_fields={
            as_int(field.get("id")) or 0: str(field.get("value") or "").strip() for field in fields
        },
        options={
            as_int(option.get("id")) or 0: str(option.get("value") or "") for option in options
        },
        recurring=as_amount(item.get("recurringamount")),
        first_payment=as_amount(item.get("firstpaymentamount")),
        name=as_text(item.get("translated_name")) or as_text(item.get("name")),
    )
