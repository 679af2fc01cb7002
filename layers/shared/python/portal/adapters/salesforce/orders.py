"""Orders in Salesforce: one composite graph to place, one query to read.

Upserts are of no use here: OrderItem.OrderId and PricebookEntryId can only be set on creation, so
a repeated upsert fails, and it would undo what a human edited meanwhile. The unique
`Portal_Order_Key__c` makes a repeated graph fail whole instead.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.library import format_soql
from portal.domain.order_options import OrderOptions
from portal.domain.upstream import Refused
from portal.ports.orders import (
    DuplicateOrder,
    NewLine,
    NewOrder,
    OrderLine,
    OrderRecord,
    PlacedOrder,
)

DRAFT_STATUS = "Pending Review"
RECORD_FIELDS = (
    "Id, OrderNumber, AccountId, Status, StatusCode, Provisioning_Status__c, CreatedDate,"
    " Activation_Scheduled_At__c,"
    " (SELECT Id, Quantity, UnitPrice, Billing_Cycle__c, ConfigOptions_JSON__c,"
    " WHMCS_Service_ID__c, Product2.ProductCode, Product2.Name"
    " FROM OrderItems ORDER BY Portal_Line_Key__c)"
)


class SalesforceOrders:
    """`Orders` over the REST API."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def place(self, order: NewOrder) -> PlacedOrder:
        """One graph: Order, OrderItems, and the reading of the number it got."""
        nodes: list[dict[str, Any]] = [
            {
                "method": "POST",
                "url": "sobjects/Order",
                "referenceId": "order",
                "body": _order_body(order),
            },
            *(
                {
                    "method": "POST",
                    "url": "sobjects/OrderItem",
                    "referenceId": f"line{number}",
                    "body": _line_body(line),
                }
                for number, line in enumerate(order.lines)
            ),
            {"method": "GET", "url": "sobjects/Order/@{order.id}", "referenceId": "placed"},
        ]
        try:
            answers = self._client.graph(nodes, operation="composite/graph")
        except Refused as refused:
            if refused.code == "DUPLICATE_VALUE" and _about_our_keys(refused.message):
                raise DuplicateOrder(order.key) from refused
            raise
        placed = answers["placed"]
        return PlacedOrder(id=str(placed["Id"]), number=str(placed["OrderNumber"]))

    def by_key(self, key: str) -> PlacedOrder | None:
        """Look before acting again."""
        records = self._client.query(
            format_soql("SELECT Id, OrderNumber FROM Order WHERE Portal_Order_Key__c = {}", key)
        )
        if not records:
            return None
        return PlacedOrder(id=records[0]["Id"], number=records[0]["OrderNumber"])

    def of_account(self, account_id: str, *, before: str | None, limit: int) -> list[OrderRecord]:
        """Order numbers only grow, so they make a cursor that new orders do not shift."""
        older = format_soql(" AND OrderNumber < {}", before) if before else ""
        query = format_soql(
            "SELECT {:literal} FROM Order WHERE AccountId = {}{:literal}"
            " ORDER BY OrderNumber DESC LIMIT {}",
            RECORD_FIELDS,
            account_id,
            older,
            limit,
        )
        return [_record(record) for record in self._client.query(query)]

    def find(self, order_id: str, account_id: str) -> OrderRecord | None:
        """Ownership is part of the question: another Account's order is not found."""
        query = format_soql(
            "SELECT {:literal} FROM Order WHERE Id = {} AND AccountId = {}",
            RECORD_FIELDS,
            order_id,
            account_id,
        )
        records = self._client.query(query)
        return _record(records[0]) if records else None


def _about_our_keys(message: str) -> bool:
    """Of two that race, one may be told of `<unknown>` fields only."""
    return "Portal_" in message or "<unknown>" in message


def _order_body(order: NewOrder) -> dict[str, Any]:
    address = order.address
    body = {
        "AccountId": order.account_id,
        "EffectiveDate": order.effective.isoformat(),
        "Status": DRAFT_STATUS,
        "Pricebook2Id": order.pricebook_id,
        "Order_Type__c": order.order_type,
        "Provisioning_Status__c": "Not Started",
        "Activation_Type__c": "Scheduled" if order.scheduled_at else "Immediate",
        "Portal_Order_Key__c": order.key,
        "BillingStreet": "\n".join(part for part in (address.street, address.street2) if part),
        "BillingCity": address.city,
        "BillingState": address.state,
        "BillingPostalCode": address.postcode,
        "BillingCountry": _country_name(address.country),
    }
    if order.scheduled_at is not None:
        body["Activation_Scheduled_At__c"] = order.scheduled_at.astimezone(UTC).isoformat()
    return body


def _country_name(code: str) -> str:
    """The name, which also satisfies orgs with country picklists (their integration values)."""
    import pycountry  # noqa: PLC0415  # reads its tables on import

    country = pycountry.countries.get(alpha_2=code)
    return str(getattr(country, "common_name", country.name)) if country else code


def _line_body(line: NewLine) -> dict[str, Any]:
    return {
        "OrderId": "@{order.id}",
        "PricebookEntryId": line.pricebook_entry_id,
        "Quantity": line.quantity,
        "UnitPrice": _number(line.unit_price),
        "Billing_Cycle__c": line.billing_cycle,
        "ConfigOptions_JSON__c": line.options.model_dump_json(by_alias=True),
        "Portal_Line_Key__c": line.key,
    }


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _record(record: dict[str, Any]) -> OrderRecord:
    items = (record.get("OrderItems") or {}).get("records", [])
    return OrderRecord(
        id=record["Id"],
        number=record["OrderNumber"],
        account_id=record["AccountId"],
        status=record["Status"],
        activated=record["StatusCode"] == "Activated",
        provisioning_status=record["Provisioning_Status__c"],
        created_at=_time(record["CreatedDate"]) or datetime.min.replace(tzinfo=UTC),
        scheduled_at=_time(record["Activation_Scheduled_At__c"]),
        lines=tuple(_line(item) for item in items),
    )


def _line(item: dict[str, Any]) -> OrderLine:
    product = item.get("Product2") or {}
    return OrderLine(
        sku=product.get("ProductCode") or "",
        name=product.get("Name") or "",
        quantity=int(item["Quantity"]),
        unit_price=Decimal(str(item["UnitPrice"])),
        billing_cycle=item["Billing_Cycle__c"] or "",
        options=_options(item["ConfigOptions_JSON__c"]),
        service_id=item["WHMCS_Service_ID__c"],
    )


def _options(text: str | None) -> OrderOptions:
    """Orders made by hand in Salesforce may hold anything; showing them must not fail."""
    try:
        return OrderOptions.model_validate_json(text) if text else OrderOptions()
    except ValidationError:
        return OrderOptions()


def _time(text: str | None) -> datetime | None:
    # Salesforce writes +0000 without a colon.
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z") if text else None
