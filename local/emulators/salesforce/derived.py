"""Fields that Salesforce fills in itself: names, numbers, totals, a person account's contact."""

from __future__ import annotations

from collections.abc import Callable

from local.emulators.salesforce.org import Org
from local.emulators.salesforce.schema import SObject
from local.emulators.salesforce.store import Record

# Name of the field, first number, digits.
_NUMBERS = {
    "Order": ("OrderNumber", 100, 8),
    "OrderItem": ("OrderItemNumber", 1, 10),
    "Case": ("CaseNumber", 1000, 8),
}


def number(org: Org, sobject: SObject, record: Record) -> None:
    """Give a new record its auto-number, unless a seed brought one."""
    if sobject.name in _NUMBERS:
        field, start, digits = _NUMBERS[sobject.name]
        if record.get(field) is None:
            value = org.store.next_number(f"{sobject.name}.{field}", start)
            record[field] = str(value).rjust(digits, "0")


def complete(org: Org, sobject: SObject, record: Record) -> None:
    """Fill in the computed fields of a record that is about to be stored."""
    step = _COMPLETE.get(sobject.name)
    if step is not None:
        step(org, record)


def spread(org: Org, sobject: SObject, record: Record) -> None:
    """Update the records that depend on a stored or deleted record."""
    step = _SPREAD.get(sobject.name)
    if step is not None:
        step(org, record)


def _full_name(_: Org, record: Record) -> None:
    parts = (record.get("FirstName"), record.get("LastName"))
    record["Name"] = " ".join(str(part) for part in parts if part)


def _account(org: Org, record: Record) -> None:
    if org.switches.person_accounts:
        record["IsPersonAccount"] = bool(record.get("LastName"))
        if record["IsPersonAccount"]:
            _full_name(org, record)
            if record.get("PersonContactId") is None:
                record["PersonContactId"] = org.new_id(org.schema.get("Contact"))


def _entry(org: Org, record: Record) -> None:
    product = org.store.live(org.schema.get("Product2"), str(record["Product2Id"])) or {}
    record["Name"] = product.get("Name")
    record["ProductCode"] = product.get("ProductCode")


def _order(org: Org, record: Record) -> None:
    status = org.order_status(str(record["Status"]))
    if status is not None:
        record["StatusCode"] = status["StatusCode"]
    if record.get("TotalAmount") is None:
        record["TotalAmount"] = 0.0


def _item(org: Org, record: Record) -> None:
    quantity, price = record.get("Quantity"), record.get("UnitPrice")
    if isinstance(quantity, float) and isinstance(price, float):
        record["TotalPrice"] = round(quantity * price, 2)
        record["AvailableQuantity"] = quantity
    if record.get("Product2Id") is None:
        entry = org.store.live(org.schema.get("PricebookEntry"), str(record["PricebookEntryId"]))
        record["Product2Id"] = (entry or {}).get("Product2Id")
        record["ListPrice"] = (entry or {}).get("UnitPrice")


def _contact_of(org: Org, account: Record) -> None:
    if not account.get("IsPersonAccount"):
        return
    contacts = org.schema.get("Contact")
    record_id = str(account["PersonContactId"])
    contact = dict(org.store.get(contacts, record_id) or {})
    if not contact:
        contact = {field.name: field.default for field in contacts.fields.values()}
        contact.update(Id=record_id, OwnerId=account["OwnerId"], AccountId=account["Id"])
        org.audit(contact, str(account["LastModifiedById"]), created=True)
    contact.update(
        FirstName=account.get("FirstName"),
        LastName=account.get("LastName"),
        Name=account["Name"],
        Email=account.get("PersonEmail"),
        MobilePhone=account.get("PersonMobilePhone"),
        Birthdate=account.get("PersonBirthdate"),
        IsDeleted=account["IsDeleted"],
    )
    org.store.put(contacts, contact)


def _entries_of(org: Org, product: Record) -> None:
    entries = org.schema.get("PricebookEntry")
    for entry in org.store.lookup(entries, entries.fields["product2id"], product["Id"]):
        named = {"Name": product["Name"], "ProductCode": product["ProductCode"]}
        if any(entry[field] != value for field, value in named.items()):
            org.store.put(entries, {**entry, **named})


def _total(org: Org, item: Record) -> None:
    orders, items = org.schema.get("Order"), org.schema.get("OrderItem")
    order = org.store.get(orders, str(item["OrderId"]))
    if order is None:
        return
    prices = (
        line["TotalPrice"]
        for line in org.store.lookup(items, items.fields["orderid"], item["OrderId"])
    )
    total = round(sum(price for price in prices if isinstance(price, float)), 2)
    org.store.put(orders, {**order, "TotalAmount": float(total), "SystemModstamp": org.now()})


_COMPLETE: dict[str, Callable[[Org, Record], None]] = {
    "Account": _account,
    "Contact": _full_name,
    "User": _full_name,
    "PricebookEntry": _entry,
    "Order": _order,
    "OrderItem": _item,
}
_SPREAD: dict[str, Callable[[Org, Record], None]] = {
    "Account": _contact_of,
    "Product2": _entries_of,
    "OrderItem": _total,
}
