"""`/admin/` shows the emulator's state to developers, read-only."""

from __future__ import annotations

from starlette.responses import Response

from local.emulators.whmcs.context import Context
from local.emulators.whmcs.pages.rendering import page

NEWEST = 200


def admin_page(context: Context) -> Response:
    """Clients, orders with their services, invoices and failed module runs, newest first."""
    store = context.store
    return page(
        "admin",
        title="WHMCS emulator",
        client=None,
        clients=store.clients.all()[: -NEWEST - 1 : -1],
        orders=[
            {"order": order, "services": store.services_of(order)}
            for order in store.orders.all()[: -NEWEST - 1 : -1]
        ],
        invoices=store.invoices.all()[: -NEWEST - 1 : -1],
        failed=store.module_queue.where(lambda entry: not entry.completed),
        products=store.products,
    )
