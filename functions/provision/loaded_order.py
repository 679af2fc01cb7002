"""Keeps the Order that was read from Salesforce, for one invocation of the worker.

Names, templates and settings are not stored. A step in another invocation reads them again.
"""

from __future__ import annotations

from portal.domain.provisioning_order import LoadedOrder
from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run
from portal.ports.provisioning import Found, ProvisioningOrders

_FOUND = "order"


def loaded_now(run: Run, orders: ProvisioningOrders) -> LoadedOrder:
    """Read the Order and return it. Raises StopWorkflow when there is none."""
    return _read(run, orders).order


def loaded(run: Run, orders: ProvisioningOrders) -> LoadedOrder:
    """Return the Order as this invocation has read it. Raises StopWorkflow without one."""
    return _known(run, orders).order


def account_name(run: Run, orders: ProvisioningOrders) -> str:
    """Return the name of the Order's Account; empty when the Order does not exist any more."""
    try:
        return _known(run, orders).account_name
    except StopWorkflow:
        return ""


def _known(run: Run, orders: ProvisioningOrders) -> Found:
    found = run.scratch.get(_FOUND)
    return found if isinstance(found, Found) else _read(run, orders)


def _read(run: Run, orders: ProvisioningOrders) -> Found:
    found = orders.load(run.job.subject)
    if found is None:
        raise StopWorkflow("order-not-found", "Salesforce does not show the Order.")
    run.scratch[_FOUND] = found
    return found
