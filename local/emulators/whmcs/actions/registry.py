"""Every action of the emulated API under its canonical name."""

from __future__ import annotations

from local.emulators.whmcs.actions import (
    add_order,
    billing,
    clients,
    invoices,
    module_actions,
    order_status,
    orders,
    pay_methods,
    payments,
    products,
    services,
    sso,
    system,
    upgrades,
    users,
)
from local.emulators.whmcs.context import Handler

ACTIONS: dict[str, Handler] = {
    **clients.ACTIONS,
    **users.ACTIONS,
    **pay_methods.ACTIONS,
    **sso.ACTIONS,
    **products.ACTIONS,
    **add_order.ACTIONS,
    **orders.ACTIONS,
    **order_status.ACTIONS,
    **services.ACTIONS,
    **module_actions.ACTIONS,
    **invoices.ACTIONS,
    **payments.ACTIONS,
    **billing.ACTIONS,
    **upgrades.ACTIONS,
    **system.ACTIONS,
}
_CANONICAL = {name.lower(): name for name in ACTIONS}


def canonical(name: str) -> str | None:
    """The documented spelling of an action given in any letter case; None when unknown."""
    return _CANONICAL.get(name.strip().lower())
