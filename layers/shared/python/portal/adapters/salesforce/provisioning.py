"""Reads an Order and its OrderItems by one query, and writes them back by one composite.

Source: REST API Developer Guide, "Query", "Composite", "Collections". The composite begins with a
query that finds the order only if its fields are still free. The next subrequest updates
`@{guard.records[0].Id}`. When the order already names another WHMCS order, that reference has no
value, and `allOrNone` rolls everything back. So one call compares and writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.failures import (
    UPSTREAM,
    PartRefused,
    guard_found_nothing,
    of_parts,
)
from portal.adapters.salesforce.library import format_soql
from portal.domain.provisioning_order import (
    LoadedOrder,
    Progress,
    ProvisioningStatus,
    ProvisionLine,
    WriteBack,
)
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable, UpstreamError
from portal.ports.provisioning import Found, OrderConflict, OrderDeleted

ITEM_FIELDS = (
    "Id, Quantity, UnitPrice, Billing_Cycle__c, ConfigOptions_JSON__c, WHMCS_Service_ID__c, "
    "Portal_Line_Key__c, Product2.ProductCode, Product2.Name, "
    "Product2.Portal_Requires_Payment_Method__c, Product2.Portal_Billing_Cycle__c, "
    "Product2.WHMCS_Product_Id__c, Product2.WHMCS_Notes_Template__c, Product2.eSIM_Settings_JSON__c"
)
ORDER_FIELDS = (
    "Id, OrderNumber, Status, AccountId, Account.Name, Provisioning_Status__c, "
    "Activation_Type__c, Activation_Scheduled_At__c, WHMCS_Order_ID__c, ESIM_ICCID__c, "
    "Attempt_Count__c"
)
GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"})
COLLECTION_SIZE = 200
TEXT_LENGTH = 255
MESSAGE_LENGTH = 4096


class SalesforceProvisioningOrders:
    """`ProvisioningOrders` of an org."""

    def __init__(self, client: SalesforceClient, *, api_version: str) -> None:
        self._client = client
        self._base = f"/services/data/v{api_version}"

    def load(self, order_id: str) -> Found | None:
        """Return an order with its lines, by one query; None when there is none."""
        soql = format_soql(
            f"SELECT {ORDER_FIELDS}, (SELECT {ITEM_FIELDS} FROM OrderItems ORDER BY Id) "  # noqa: S608  # names are ours
            "FROM Order WHERE Id = {}",
            order_id,
        )
        records = self._client.query(soql)
        if not records:
            return None
        (record,) = records
        items = list(self._items(record.get("OrderItems")))
        account = record.get("Account") or {}
        return Found(_order(record, items), str(account.get("Name") or ""))

    def report(self, progress: Progress) -> None:
        """Write status, error and attempt count to the order. Raises OrderDeleted."""
        fields = {
            "Provisioning_Status__c": str(progress.status),
            "Provisioning_Error_Code__c": progress.error_code or None,
            "Provisioning_Error_Message__c": progress.error_message[:MESSAGE_LENGTH] or None,
            "Attempt_Count__c": progress.attempt_count,
            "Last_Provisioning_At__c": _moment(progress.at),
        }
        try:
            self._client.request(
                "PATCH",
                f"sobjects/Order/{progress.order_id}",
                operation="report provisioning",
                json=fields,
                writes=True,
                repeatable=True,
            )
        except Refused as error:
            raise _gone(error) from error

    def write_back(self, result: WriteBack) -> None:
        """Write the result to the order and its lines. Raises OrderConflict and OrderDeleted."""
        payload = {
            "allOrNone": True,
            "collateSubrequests": False,
            "compositeRequest": [self._guard(result), self._order(result), *self._lines(result)],
        }
        answer = self._client.request(
            "POST",
            "composite",
            operation="write back",
            json=payload,
            writes=True,
            repeatable=True,
        )
        parts = answer.get("compositeResponse") if isinstance(answer, dict) else None
        if not parts:
            raise OutcomeUnknown(UPSTREAM, "write back", "the answer is not a composite's")
        if guard_found_nothing(parts):
            raise self._explained(result)
        error = of_parts("write back", parts, sent=payload, repeatable=True)
        if error is None:
            return
        if isinstance(error, PartRefused) and error.part.startswith("lines") and error.code in GONE:
            raise OrderConflict("a line of the Order is gone")
        raise _gone(error)

    def attempt_count(self, order_id: str) -> int | None:
        """Return the order's attempt count; None when there is no such order."""
        records = self._client.query(
            format_soql("SELECT Attempt_Count__c FROM Order WHERE Id = {}", order_id)
        )
        return _whole(records[0].get("Attempt_Count__c")) if records else None

    def _items(self, children: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
        """Yield the lines. Salesforce pages long child relationships like queries."""
        page = children
        while page:
            yield from page["records"]
            following = page.get("nextRecordsUrl")
            if page.get("done", True) or not following:
                return
            path = str(following).partition(f"{self._base}/")[2]
            page = self._client.request("GET", path, operation="query")

    def _guard(self, result: WriteBack) -> dict[str, Any]:
        soql = format_soql(
            "SELECT Id FROM Order WHERE Id = {order} "
            "AND (WHMCS_Order_ID__c = null OR WHMCS_Order_ID__c = {whmcs}) "
            "AND (ESIM_ICCID__c = null OR ESIM_ICCID__c = {iccids})",
            order=result.order_id,
            whmcs=result.whmcs_order_id,
            iccids=fitting(result.iccids),
        )
        url = f"{self._base}/query/?q={quote(soql, safe='')}"
        return {"method": "GET", "url": url, "referenceId": "guard"}

    def _order(self, result: WriteBack) -> dict[str, Any]:
        return {
            "method": "PATCH",
            "url": f"{self._base}/sobjects/Order/@{{guard.records[0].Id}}",
            "referenceId": "order",
            "body": {
                "WHMCS_Order_ID__c": result.whmcs_order_id,
                "ESIM_ICCID__c": fitting(result.iccids) or None,
                "Provisioning_Status__c": str(ProvisioningStatus.PROVISIONED),
                "Provisioning_Error_Code__c": None,
                "Provisioning_Error_Message__c": None,
                "Attempt_Count__c": result.attempt_count,
                "Last_Provisioning_At__c": _moment(result.at),
            },
        }

    def _lines(self, result: WriteBack) -> Iterator[dict[str, Any]]:
        items = sorted(result.services.items())
        for start in range(0, len(items), COLLECTION_SIZE):
            records = [
                {
                    "attributes": {"type": "OrderItem"},
                    "id": item_id,
                    "WHMCS_Service_ID__c": fitting(service_ids),
                }
                for item_id, service_ids in items[start : start + COLLECTION_SIZE]
            ]
            yield {
                "method": "PATCH",
                "url": f"{self._base}/composite/sobjects",
                "referenceId": f"lines{start // COLLECTION_SIZE}",
                "body": {"allOrNone": True, "records": records},
            }

    def _explained(self, result: WriteBack) -> Exception:
        """Return the reason why the guard found no order. It makes one more query."""
        records = self._client.query(
            format_soql(
                "SELECT WHMCS_Order_ID__c, ESIM_ICCID__c FROM Order WHERE Id = {}",
                result.order_id,
            )
        )
        if not records:
            return OrderDeleted()
        ours = {
            "WHMCS_Order_ID__c": result.whmcs_order_id,
            "ESIM_ICCID__c": fitting(result.iccids),
        }
        found = [
            f"{name} is {value}"
            for name, expected in ours.items()
            if (value := records[0].get(name)) and value != expected
        ]
        if found:
            return OrderConflict(", ".join(found))
        return Unavailable(UPSTREAM, "write back", "the order was being changed by somebody")


def _gone(error: UpstreamError) -> Exception:
    return OrderDeleted() if error.code in GONE else error


def _order(record: dict[str, Any], items: list[dict[str, Any]]) -> LoadedOrder:
    return LoadedOrder(
        id=record["Id"],
        number=str(record.get("OrderNumber") or ""),
        status=str(record.get("Status") or ""),
        account_id=record.get("AccountId"),
        provisioning_status=record.get("Provisioning_Status__c"),
        activation_type=record.get("Activation_Type__c"),
        activation_at=_datetime(record.get("Activation_Scheduled_At__c")),
        whmcs_order_id=_text(record, "WHMCS_Order_ID__c"),
        iccids=_text(record, "ESIM_ICCID__c"),
        attempt_count=_whole(record.get("Attempt_Count__c")),
        lines=tuple(_line(item) for item in items),
    )


def _line(item: dict[str, Any]) -> ProvisionLine:
    product = item.get("Product2") or {}
    pid = product.get("WHMCS_Product_Id__c")
    return ProvisionLine(
        id=item["Id"],
        key=_text(item, "Portal_Line_Key__c") or item["Id"],
        quantity=Decimal(str(item.get("Quantity") or 0)),
        unit_price=item.get("UnitPrice"),
        billing_cycle=_text(item, "Billing_Cycle__c") or _text(product, "Portal_Billing_Cycle__c"),
        options_json=item.get("ConfigOptions_JSON__c"),
        service_ids=_text(item, "WHMCS_Service_ID__c"),
        sku=_text(product, "ProductCode"),
        name=_text(product, "Name"),
        requires_payment_method=bool(product.get("Portal_Requires_Payment_Method__c")),
        whmcs_product_id=_whole(pid) if pid not in (None, "") else None,
        notes_template=product.get("WHMCS_Notes_Template__c"),
        esim_settings=product.get("eSIM_Settings_JSON__c"),
    )


def _text(record: dict[str, Any], name: str) -> str:
    return str(record.get(name) or "").strip()


def _whole(value: Any) -> int:
    return int(Decimal(str(value))) if value not in (None, "") else 0


def _datetime(value: Any) -> datetime | None:
    """Parse a time such as `2026-11-23T00:00:00.000+0000`, which is always in UTC."""
    return datetime.fromisoformat(str(value)) if value else None


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def fitting(joined: str) -> str:
    """Return as many whole ids as fit into the field, with an ellipsis when there are more."""
    if len(joined) <= TEXT_LENGTH:
        return joined
    return joined[: TEXT_LENGTH - 2].rpartition(",")[0] + ",…"
