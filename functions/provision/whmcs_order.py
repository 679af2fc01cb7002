"""The WHMCS order that `add_order` placed or found."""

from __future__ import annotations

from portal.engine.steps import Run

from functions.provision.records import ADD_ORDER


def whmcs_order_id(run: Run) -> int:
    """Return its id. Raises LookupError when there is none yet, which is a defect."""
    order_id = run.result(ADD_ORDER).order_id
    if order_id is None:
        raise LookupError(ADD_ORDER.name)
    return order_id
