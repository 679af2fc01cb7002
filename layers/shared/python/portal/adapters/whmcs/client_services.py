"""Reads a client's services by GetClientsProducts, and their currency by GetClientsDetails.

Source: WHMCS API reference. A service's amounts are in its client's currency, which cannot be
changed once there are services; GetClientsProducts does not name it.
"""

from __future__ import annotations

from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_amount, as_date, as_int, as_list, as_text
from portal.domain.billing_cycles import CYCLES, normal_cycle
from portal.domain.client_service import ClientService, ServiceStatus
from portal.observability import logger
from portal.ports.client_services import ServicePage

ACTION = "GetClientsProducts"
STATUSES = {
    "pending": ServiceStatus.PENDING,
    "active": ServiceStatus.ACTIVE,
    "suspended": ServiceStatus.SUSPENDED,
    "completed": ServiceStatus.COMPLETED,
    "cancelled": ServiceStatus.CANCELLED,
    "terminated": ServiceStatus.TERMINATED,
    # Such an order is for staff to check. The customer only sees that there is no service.
    "fraud": ServiceStatus.CANCELLED,
}


class WhmcsClientServices:
    """`ClientServices` of a WHMCS installation."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def page(self, client_id: int, *, offset: int, limit: int) -> ServicePage:
        """Return one page of GetClientsProducts. WHMCS has no parameter for the sort order."""
        page = self._client.page(
            ACTION,
            {"clientid": client_id},
            start=offset,
            limit=limit,
            container="products",
            child="product",
        )
        if page.start != offset:
            # WHMCS gave the first page again. Continuing would never end.
            logger().warning("WHMCS ignores limitstart: services end with the first page")
            return ServicePage(services=[], following=None)
        mine = [record for record in page.records if _belongs(record, client_id)]
        currency = self._currency_of(client_id) if mine else None
        return ServicePage(
            services=[_service(record, client_id, currency) for record in mine],
            following=page.following,
        )

    def find(self, service_id: int, *, client_id: int, priced: bool = True) -> ClientService | None:
        """Return a service by GetClientsProducts. The ids in the answer are checked."""
        answer = self._client.call(ACTION, {"clientid": client_id, "serviceid": service_id})
        for record in as_list(answer.get("products"), "product"):
            if as_int(record.get("id")) == service_id and _belongs(record, client_id):
                currency = self._currency_of(client_id) if priced else None
                return _service(record, client_id, currency)
        return None

    def _currency_of(self, client_id: int) -> str | None:
        answer = self._client.call("GetClientsDetails", {"clientid": client_id, "stats": False})
        details: dict[str, Any] = answer.get("client") or answer
        return as_text(details.get("currency_code")) or None


def _belongs(record: dict[str, Any], client_id: int) -> bool:
    return as_int(record.get("clientid")) == client_id


def _service(record: dict[str, Any], client_id: int, currency: str | None) -> ClientService:
    cycle = normal_cycle(as_text(record.get("billingcycle")))
    renews = cycle in CYCLES
    amount = record.get("recurringamount") if renews else record.get("firstpaymentamount")
    fields = as_list(record.get("customfields"), "customfield")
    return ClientService(
        id=as_int(record.get("id")) or 0,
        client_id=client_id,
        pid=as_int(record.get("pid")) or 0,
        name=as_text(record.get("translated_name")) or as_text(record.get("name")),
        quantity=as_int(record.get("qty")) or 1,
        billing_cycle=cycle,
        status=STATUSES.get(as_text(record.get("status")).lower(), ServiceStatus.UNKNOWN),
        price=as_amount(amount),
        currency=currency,
        registered=as_date(record.get("regdate")),
        next_due=as_date(record.get("nextduedate")) if renews else None,
        notes=as_text(record.get("notes")),
        custom_fields={
            as_int(field.get("id")) or 0: as_text(field.get("value")) for field in fields
        },
    )
