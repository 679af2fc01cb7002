"""The rules of Salesforce's standard objects, beyond types and uniqueness.

Sources: Object Reference (Order, OrderItem, OrderStatus, PricebookEntry); Salesforce Help
"Order edit considerations". Codes marked [unverified] are the closest published one: the
documentation names the rule, not its error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local.emulators.salesforce import territories
from local.emulators.salesforce.errors import DmlError
from local.emulators.salesforce.org import STANDARD_PRICEBOOK_ID, Org
from local.emulators.salesforce.store import Record

_LOCKED = (
    "Unable to modify activated or superseded Order: "
    "cannot delete Order, or add or remove Order Products"
)
_ACTIVATED = "Activated"


@dataclass(frozen=True)
class Change:
    """A record about to be written: `before` is None for an insert, `after` may be amended."""

    org: Org
    user_id: str
    before: Record | None
    after: Record
    changed: frozenset[str]


def check_write(name: str, change: Change) -> None:
    """Apply the object's rules to an insert or update; raises DmlError."""
    rule = _WRITE.get(name)
    if rule is not None:
        rule(change)


def check_delete(name: str, org: Org, record: Record) -> None:
    """Apply the object's rules to a delete; raises DmlError."""
    if name == "Order" and record["StatusCode"] == _ACTIVATED:
        raise DmlError("ENTITY_IS_LOCKED", _LOCKED)
    if name == "OrderItem" and _order_of(org, record)["StatusCode"] == _ACTIVATED:
        raise DmlError("ENTITY_IS_LOCKED", _LOCKED)


def _order_of(org: Org, item: Record) -> Record:
    order = org.store.get(org.schema.get("Order"), str(item["OrderId"]))
    if order is None:
        msg = f"the order of item {item['Id']} is missing"
        raise LookupError(msg)
    return order


def _order(change: Change) -> None:
    before, after = change.before, change.after
    status = change.org.order_status(str(after["Status"]))
    if status is None:
        raise DmlError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Status: bad value for restricted picklist field: {after['Status']}",
            "Status",
        )
    if change.org.switches.state_country_picklists:
        territories.synchronise(after, change.changed)
    after["StatusCode"] = status["StatusCode"]
    activated = status["StatusCode"] == _ACTIVATED
    if before is None:
        if activated:
            # [unverified] code; only Draft-category statuses are allowed at insert.
            raise DmlError(
                "FAILED_ACTIVATION",
                "Choose a valid order status and save your changes. Ask your admin for details.",
                "Status",
            )
        return
    _keep_pricebook(before, after)
    was_activated = before["StatusCode"] == _ACTIVATED
    if activated and not was_activated:
        _activate(change)
    elif was_activated and not change.org.switches.edit_activated_orders:
        # [unverified] code and wording.
        raise DmlError("ENTITY_IS_LOCKED", "the entity is locked for editing")


def _keep_pricebook(before: Record, after: Record) -> None:
    if before["Pricebook2Id"] and before["Pricebook2Id"] != after["Pricebook2Id"]:
        # [unverified] wording.
        raise DmlError(
            "FIELD_INTEGRITY_EXCEPTION",
            "field integrity exception: Pricebook2Id (cannot change the price book of an order)",
            "Pricebook2Id",
        )


def _activate(change: Change) -> None:
    org, after = change.org, change.after
    if not org.switches.activate_orders:
        raise DmlError(
            "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", "Status"
        )
    items = org.schema.get("OrderItem")
    if not org.store.lookup(items, items.fields["orderid"], after["Id"]):
        # [unverified] code and wording.
        raise DmlError("FAILED_ACTIVATION", "An order must have at least one product.", "Status")
    if change.changed - {"Status"}:
        # [unverified] code and wording; the rule is documented.
        raise DmlError(
            "FAILED_ACTIVATION",
            "Status is the only field that can be updated when activating an order.",
            *sorted(change.changed - {"Status"}),
        )
    after["ActivatedDate"] = org.now()
    after["ActivatedById"] = change.user_id


def _order_item(change: Change) -> None:
    org, after = change.org, change.after
    order = _order_of(org, after)
    if change.before is None:
        if order["StatusCode"] == _ACTIVATED:
            raise DmlError("ENTITY_IS_LOCKED", _LOCKED)
        _take_price(org, order, after)
    elif order["StatusCode"] == _ACTIVATED and not org.switches.edit_activated_orders:
        raise DmlError("ENTITY_IS_LOCKED", "the entity is locked for editing")
    quantity = after["Quantity"]
    if not isinstance(quantity, float) or quantity <= 0:
        # Zero and negative quantities need OrderSettings that this project does not deploy.
        raise DmlError(
            "FIELD_INTEGRITY_EXCEPTION", "Quantity should be greater than zero.", "Quantity"
        )


def _take_price(org: Org, order: Record, item: Record) -> None:
    entry = org.store.live(org.schema.get("PricebookEntry"), str(item["PricebookEntryId"])) or {}
    if order["Pricebook2Id"] is None:
        raise DmlError(
            "FIELD_INTEGRITY_EXCEPTION",
            "field integrity exception: unknown (must specify a price book on the order first)",
            "PricebookEntryId",
        )
    same_currency = order.get("CurrencyIsoCode") == entry.get("CurrencyIsoCode")
    if entry.get("Pricebook2Id") != order["Pricebook2Id"] or not same_currency:
        raise DmlError(
            "FIELD_INTEGRITY_EXCEPTION",
            "field integrity exception: PricebookEntryId (pricebook entry is in a different "
            "pricebook than the one assigned to the order, or pricebook entry has wrong currency)",
            "PricebookEntryId",
        )
    if not entry.get("IsActive"):
        raise DmlError(
            "FIELD_INTEGRITY_EXCEPTION",
            "field integrity exception: PricebookEntryId (pricebook entry is inactive)",
            "PricebookEntryId",
        )
    item["Product2Id"] = entry["Product2Id"]
    item["ListPrice"] = entry["UnitPrice"]


def _pricebook_entry(change: Change) -> None:
    if change.before is not None:
        return
    org, after = change.org, change.after
    entries = org.schema.get("PricebookEntry")
    siblings = [
        entry
        for entry in org.store.lookup(entries, entries.fields["product2id"], after["Product2Id"])
        if entry.get("CurrencyIsoCode") == after.get("CurrencyIsoCode")
    ]
    if any(entry["Pricebook2Id"] == after["Pricebook2Id"] for entry in siblings):
        raise DmlError("DUPLICATE_VALUE", "This price definition already exists in this price book")
    books = {entry["Pricebook2Id"] for entry in siblings}
    if after["Pricebook2Id"] != STANDARD_PRICEBOOK_ID and STANDARD_PRICEBOOK_ID not in books:
        raise DmlError(
            "STANDARD_PRICE_NOT_DEFINED",
            "Before creating a custom price, create a standard price.",
        )


def _account(change: Change) -> None:
    if change.after.get("LastName") and "Name" in change.changed:
        raise DmlError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Account: bad field names on insert/update call: Name",
            "Name",
        )


def _case(change: Change) -> None:
    closed = change.after["Status"] == "Closed"
    if closed != change.after["IsClosed"]:
        change.after["IsClosed"] = closed
        change.after["ClosedDate"] = change.org.now() if closed else None


_WRITE: dict[str, Callable[[Change], None]] = {
    "Account": _account,
    "Order": _order,
    "OrderItem": _order_item,
    "PricebookEntry": _pricebook_entry,
    "Case": _case,
}
