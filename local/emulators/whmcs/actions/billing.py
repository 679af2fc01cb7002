"""AddBillableItem: an item that is invoiced later. Source: WHMCS API reference, AddBillableItem.

Its documented success says `status`, not `result`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from local.emulators.whmcs import money
from local.emulators.whmcs.context import Context, Handler
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import NO_DATE, BillableItem

INVOICE_ACTIONS = frozenset({"noinvoice", "nextcron", "nextinvoice", "duedate", "recur"})


def add_billable_item(context: Context, parameters: Parameters) -> dict[str, Any]:
    """Store a billable item. No action of the API lists billable items."""
    client = context.client(parameters.number("clientid"), missing="Client ID not Found")
    _check(parameters)
    items = context.store.billable_items
    item = items.add(
        BillableItem(
            id=items.next_id(),
            clientid=client.id,
            description=parameters.raw("description"),
            amount=parameters.amount("amount") or money.ZERO,
            unit=parameters.text("unit") or "hours",
            quantity=parameters.amount("quantity") or parameters.amount("hours") or Decimal(0),
            invoiceaction=parameters.text("invoiceaction") or "noinvoice",
            recur=parameters.number("recur") or 0,
            recurcycle=parameters.raw("recurcycle"),
            recurfor=parameters.number("recurfor") or 0,
            duedate=parameters.date("duedate") or NO_DATE,
        )
    )
    return {"billableid": item.id}


def _check(parameters: Parameters) -> None:
    if parameters.text("description") is None:
        raise ApiError("You must provide a description")
    action = parameters.text("invoiceaction")
    if action is not None and action not in INVOICE_ACTIONS:
        raise ApiError("Invalid Invoice Action")
    recurring = ("recur", "recurcycle", "recurfor")
    if action == "recur" and not all(parameters.text(name) for name in recurring):
        raise ApiError("Recurring must have a unit, cycle and limit")
    if action == "duedate" and parameters.text("duedate") is None:
        raise ApiError("Due date is required")
    if (parameters.text("unit") or "hours") not in {"hours", "quantity"}:
        raise ApiError("Invalid Unit, please specify either 'hours' or 'quantity'")
    if parameters.text("duedate") is not None and parameters.date("duedate") is None:
        raise ApiError("Invalid Date Format - Expected: 'YYYY-mm-dd'")


ACTIONS: dict[str, Handler] = {"AddBillableItem": add_billable_item}
