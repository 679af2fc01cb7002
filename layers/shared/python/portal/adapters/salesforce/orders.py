"""Orders in Salesforce: one composite graph places an order, and one query reads orders.

Upserts do not work here: OrderItem.OrderId and PricebookEntryId can only be set on creation, so a
repeated upsert fails, and it would overwrite what staff has edited meanwhile. The unique
`Portal_Order_Key__c` makes a repeated graph fail as a whole instead.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.failures import (
    UPSTREAM,
    PartRefused,
    guard_found_nothing,
    of_parts,
)
from portal.adapters.salesforce.library import format_soql
from portal.domain.order_form import FittedAddress, fit, shortened
from portal.domain.order_options import OrderOptions
from portal.domain.upstream import OutcomeUnknown
from portal.observability import count, logger
from portal.ports.orders import (
    DRAFT_STATUS,
    NOT_BEGUN,
    DuplicateOrder,
    NewLine,
    NewOrder,
    OrderLine,
    OrderRecord,
    PlacedOrder,
    PriceWithdrawn,
)

LINE = "line"
# The whole address, then without the refused fields, then no address.
ADDRESS_ATTEMPTS = 3
ADDRESS_REFUSALS = frozenset(
    {
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "FIELD_INTEGRITY_EXCEPTION",
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "STRING_TOO_LONG",
    }
)
GONE = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})
# FIELDS(STANDARD) includes CurrencyIsoCode where the org has it (SOQL reference, FIELDS).
RECORD_FIELDS = (
    "FIELDS(STANDARD), Provisioning_Status__c, Activation_Scheduled_At__c,"
    " (SELECT Id, Quantity, UnitPrice, Billing_Cycle__c, ConfigOptions_JSON__c,"
    " WHMCS_Service_ID__c, Product2.ProductCode, Product2.Name,"
    " Product2.eSIM_Settings_JSON__c"
    " FROM OrderItems ORDER BY Portal_Line_Key__c)"
)


class SalesforceOrders:
    """`Orders` over the REST API."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def place(self, order: NewOrder) -> PlacedOrder:
        """Create Order and OrderItems and read the order number, by one graph.

        When the org refuses the address, the graph is sent again without the refused fields, and
        at last without any address. A graph is all or nothing, so nothing is created twice. Raises
        DuplicateOrder, PriceWithdrawn and UpstreamErrors.
        """
        address = fit(order.address, order.form)
        for attempt in range(ADDRESS_ATTEMPTS):
            try:
                return self._place(order, address)
            except PartRefused as refused:
                if not _about_address(refused) or not address.fields:
                    raise _explained(refused, order) from refused
                last = attempt == ADDRESS_ATTEMPTS - 2
                address = _without_refused(address, () if last else refused.fields)
        raise AssertionError  # the last attempt has no address to be refused

    def _place(self, order: NewOrder, address: FittedAddress) -> PlacedOrder:
        nodes: list[dict[str, Any]] = [
            {
                "method": "POST",
                "url": "sobjects/Order",
                "referenceId": "order",
                "body": _order_body(order, address),
            },
            *(
                {
                    "method": "POST",
                    "url": "sobjects/OrderItem",
                    "referenceId": f"{LINE}{number}",
                    "body": _line_body(line),
                }
                for number, line in enumerate(order.lines)
            ),
            {"method": "GET", "url": "sobjects/Order/@{order.id}", "referenceId": "placed"},
        ]
        placed = self._client.graph(nodes, operation="composite/graph")["placed"]
        if address.notes:
            count("OrderAddressIncomplete")
            logger().warning(
                "order placed without a part of its address",
                extra={"sf_order_id": placed["Id"], "fields": sorted(address.fields)},
            )
        return PlacedOrder(id=str(placed["Id"]), number=str(placed["OrderNumber"]))

    def by_key(self, key: str) -> PlacedOrder | None:
        """Return the order with that key; None when there is none."""
        records = self._client.query(
            format_soql("SELECT Id, OrderNumber FROM Order WHERE Portal_Order_Key__c = {}", key)
        )
        if not records:
            return None
        return PlacedOrder(id=records[0]["Id"], number=records[0]["OrderNumber"])

    def of_account(self, account_id: str, *, before: str | None, limit: int) -> list[OrderRecord]:
        """Return an Account's orders with numbers below `before`, newest first.

        Order numbers only grow, so new orders do not shift the pages.
        """
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
        """Return the order if it belongs to the Account, else None."""
        query = format_soql(
            "SELECT {:literal} FROM Order WHERE Id = {} AND AccountId = {}",
            RECORD_FIELDS,
            order_id,
            account_id,
        )
        records = self._client.query(query)
        return _record(records[0]) if records else None

    def cancel(self, order_id: str, status: str) -> bool:
        """Set the status of an order that still waits for review, by one composite.

        A query guards the update: it finds the order only in a state that may be cancelled.
        """
        path = self._client.base_path
        soql = format_soql(
            "SELECT Id FROM Order WHERE Id = {} AND Status = {}"
            " AND (Provisioning_Status__c = null OR Provisioning_Status__c IN {})",
            order_id,
            DRAFT_STATUS,
            sorted(NOT_BEGUN),
        )
        payload = {
            "allOrNone": True,
            "collateSubrequests": False,
            "compositeRequest": [
                {
                    "method": "GET",
                    "url": f"{path}/query/?q={quote(soql, safe='')}",
                    "referenceId": "guard",
                },
                {
                    "method": "PATCH",
                    "url": f"{path}/sobjects/Order/@{{guard.records[0].Id}}",
                    "referenceId": "order",
                    "body": {"Status": status},
                },
            ],
        }
        operation = "cancel order"
        answer = self._client.request(
            "POST", "composite", operation=operation, json=payload, writes=True
        )
        parts = answer.get("compositeResponse") if isinstance(answer, dict) else None
        if not parts:
            raise OutcomeUnknown(UPSTREAM, operation, "the answer is not a composite's")
        if guard_found_nothing(parts):
            return False
        error = of_parts(operation, parts, sent=payload)
        if error is not None:
            raise error
        return True


def _about_our_keys(message: str) -> bool:
    """Whether a duplicate is one of the portal's keys.

    When two requests race, Salesforce may name the field of the second one `<unknown>`.
    """
    return "Portal_" in message or "<unknown>" in message


def _about_address(refused: PartRefused) -> bool:
    """Whether the org refuses the address, by the named fields, else by words of the message."""
    if refused.part != "order" or refused.code not in ADDRESS_REFUSALS:
        return False
    if refused.fields:
        return any(name.startswith("Billing") for name in refused.fields)
    text = refused.message.lower()
    return any(word in text for word in ("billing", "country", "state/province"))


def _without_refused(address: FittedAddress, refused: tuple[str, ...]) -> FittedAddress:
    """Return the address without the refused fields, or an empty one when none is named."""
    gone = {name for name in address.fields if _covers(refused, name)} or set(address.fields)
    if any("Country" in name for name in gone):
        # Salesforce refuses a state without its country, too.
        gone |= {name for name in address.fields if "State" in name}
    note = f"Salesforce refused {', '.join(sorted(gone))}."
    kept = {name: text for name, text in address.fields.items() if name not in gone}
    return FittedAddress(kept, (*address.notes, note))


def _covers(refused: tuple[str, ...], name: str) -> bool:
    """Whether a refused field covers `name`. Salesforce may name the text field of a code field."""
    return any(
        one == name or one.removesuffix("Code") == name.removesuffix("Code") for one in refused
    )


def _explained(refused: PartRefused, order: NewOrder) -> Exception:
    """Return the error that a refused part means for the order."""
    if refused.code == "DUPLICATE_VALUE" and _about_our_keys(refused.message):
        return DuplicateOrder(order.key)
    if refused.part.startswith(LINE) and _about_price(refused):
        return PriceWithdrawn((int(refused.part.removeprefix(LINE)),))
    if refused.part == "order" and _names(refused, "Pricebook2Id"):
        return PriceWithdrawn(tuple(range(len(order.lines))))
    return refused


def _about_price(refused: PartRefused) -> bool:
    """Whether the price is inactive, deleted or moved. A line refers to no other record that is."""
    return refused.code in GONE or _names(refused, "PricebookEntryId")


def _names(refused: PartRefused, field: str) -> bool:
    return field in refused.fields or field in refused.message


def _order_body(order: NewOrder, address: FittedAddress) -> dict[str, Any]:
    body: dict[str, Any] = {
        "AccountId": order.account_id,
        "EffectiveDate": order.effective.isoformat(),
        "Status": DRAFT_STATUS,
        "Pricebook2Id": order.pricebook_id,
        "Order_Type__c": order.order_type,
        "Provisioning_Status__c": "Not Started",
        "Activation_Type__c": "Scheduled" if order.scheduled_at else "Immediate",
        "Portal_Order_Key__c": order.key,
        **address.fields,
    }
    if order.form.multi_currency:
        body["CurrencyIsoCode"] = order.currency
    if address.notes and (limit := order.form.lengths.get("Description")):
        body["Description"] = shortened(_note(order, address.notes), limit)
    if order.scheduled_at is not None:
        body["Activation_Scheduled_At__c"] = order.scheduled_at.astimezone(UTC).isoformat()
    return body


def _note(order: NewOrder, notes: tuple[str, ...]) -> str:
    """Return the text about the address for the Order's Description, which operators read."""
    client = f"client {order.billing_client}" if order.billing_client else "the client"
    said = " ".join(notes)
    return f"The billing address is not complete here; see {client} in WHMCS. {said}"


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
        currency=record.get("CurrencyIsoCode") or None,
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
        is_esim=bool(product.get("eSIM_Settings_JSON__c")),
    )


def _options(text: str | None) -> OrderOptions:
    """Return the options, empty when unreadable. Orders made by hand may hold any text."""
    try:
        return OrderOptions.model_validate_json(text) if text else OrderOptions()
    except ValidationError:
        return OrderOptions()


def _time(text: str | None) -> datetime | None:
    # Salesforce writes +0000 without a colon.
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z") if text else None
