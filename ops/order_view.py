"""Reads one order from Salesforce, the workflow table and WHMCS, without personal data.

Each system is read separately, so that a failure of one does not hide the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from portal.engine.model import Job
from portal.ports.billing_orders import BillingOrder, BillingService
from portal.provisioning.job import order_job_id

from ops.errors import KNOWN, OpsError, explain
from ops.ports import OrderPorts, SalesforceOrder

T = TypeVar("T")
SALESFORCE, WORKFLOW, WHMCS = "Salesforce", "Workflow", "WHMCS"


@dataclass(frozen=True, kw_only=True)
class Billing:
    """The WHMCS orders of an Order. `missing` are the ids of orders that WHMCS should have."""

    client_id: int | None
    orders: Sequence[BillingOrder] = ()
    services: Sequence[BillingService] = ()
    missing: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """All that is known about an order. `unreadable` has the reason by system.

    `page` is the address of the Order's page in Salesforce.
    """

    order_id: str
    stage: str
    salesforce: SalesforceOrder | None
    job: Job | None
    history: Sequence[Mapping[str, Any]]
    billing: Billing | None
    unreadable: Mapping[str, str]
    page: str


def look_up(ports: OrderPorts, order_id: str) -> OrderView:
    """Return all that is known about an Order (18 characters).

    Raises OpsError when Salesforce and the workflow table were read and neither has the Order.
    """
    unreadable: dict[str, str] = {}
    salesforce = _read(unreadable, SALESFORCE, lambda: ports.orders.read(order_id))
    job = _read(unreadable, WORKFLOW, lambda: ports.jobs.get(order_job_id(order_id)))
    if salesforce is None and job is None and not unreadable:
        raise OpsError(f"Order {order_id} is unknown in this stage: check the id and --stage.")
    history = _read(unreadable, WORKFLOW, lambda: list(ports.jobs.history(order_job_id(order_id))))
    billing = _read(unreadable, WHMCS, lambda: _billing(ports, order_id, salesforce, job))
    return OrderView(
        order_id=order_id,
        stage=ports.stage,
        salesforce=salesforce,
        job=job,
        history=history or (),
        billing=billing,
        unreadable=unreadable,
        page=ports.order_page(order_id),
    )


def _read(unreadable: dict[str, str], system: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except KNOWN as error:
        unreadable.setdefault(system, explain(error))
        return None


def _billing(
    ports: OrderPorts, order_id: str, salesforce: SalesforceOrder | None, job: Job | None
) -> Billing:
    """Return the WHMCS orders by the recorded ids and by the services with the reference."""
    ids = _order_ids(salesforce, job)
    orders = _orders(ports, ids)
    client_id = _client_id(ports, salesforce, job)
    if client_id is None and orders:
        client_id = orders[0].client_id
    services: list[BillingService] = []
    if client_id is not None:
        services = [
            service
            for service in ports.services.of_client(client_id)
            if service.order_id in ids or service.carries(order_id)
        ]
    orders += _orders(ports, {service.order_id for service in services} - ids)
    return Billing(
        client_id=client_id,
        orders=orders,
        services=services,
        missing=sorted(ids - {order.id for order in orders}),
    )


def _orders(ports: OrderPorts, ids: Iterable[int]) -> list[BillingOrder]:
    found = (ports.billing.get(order_id) for order_id in sorted(ids))
    return [order for order in found if order is not None]


def _order_ids(salesforce: SalesforceOrder | None, job: Job | None) -> set[int]:
    recorded = [salesforce.order.whmcs_order_id if salesforce else "", _step(job, "add_order")]
    texts = (str(r.get("orderId", "") if isinstance(r, Mapping) else r) for r in recorded)
    return {int(text) for text in texts if text.isdecimal()}


def _client_id(
    ports: OrderPorts, salesforce: SalesforceOrder | None, job: Job | None
) -> int | None:
    recorded = _step(job, "load").get("clientId")
    if recorded is not None:
        return int(recorded)
    account = salesforce.order.account_id if salesforce else None
    mapping = ports.directory.by_account(account) if account else None
    return mapping.whmcs_client_id if mapping else None


def _step(job: Job | None, name: str) -> Mapping[str, Any]:
    record = job.steps.get(name) if job else None
    return record.data if record else {}
