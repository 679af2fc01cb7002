"""Prints an order on the terminal."""

from __future__ import annotations

from portal.domain.provisioning_errors import GOES_ON, REASONS
from portal.domain.provisioning_order import ProvisioningStatus
from portal.engine.model import Job
from portal.engine.states import Status
from portal.provisioning.job import STEP_NAMES, order_job_id
from rich.console import Console

from ops.order_view import SALESFORCE, WHMCS, WORKFLOW, Billing, OrderView
from ops.ports import SalesforceOrder
from ops.report import NONE, facts, history, moment, table


def render(view: OrderView, console: Console) -> None:
    """Print all that is known about an order."""
    console.print(f"Order {view.order_id} · stage {view.stage}", style="bold")
    _heading(console, view, SALESFORCE)
    if view.salesforce is not None:
        _salesforce(view.salesforce, view.page, console)
    elif SALESFORCE not in view.unreadable:
        console.print("There is no such Order (deleted, or hidden from the portal's user).")
    _heading(console, view, WORKFLOW)
    if view.job is not None:
        _job(view.job, view.page, console)
        history(view.history, console)
    elif WORKFLOW not in view.unreadable:
        console.print("Provisioning was never started.")
    _heading(console, view, WHMCS)
    if view.billing is not None:
        _billing(view.billing, console)
    console.print("\nCloudWatch Logs Insights", style="bold")
    console.print(logs_query(view), soft_wrap=True)


def logs_query(view: OrderView) -> str:
    """Return the CloudWatch Logs query for all Lambdas of the stage."""
    wanted = [f'sf_order_id = "{view.order_id}"', f'job_id = "{order_job_id(view.order_id)}"']
    if view.job is not None and view.job.correlation_id:
        wanted.insert(0, f'correlation_id = "{view.job.correlation_id}"')
    return (
        f"# log groups: /aws/lambda/portal-{view.stage}-*\n"
        "fields @timestamp, service, message, upstream, operation, kind, code\n"
        f"| filter {' or '.join(wanted)}\n"
        "| sort @timestamp"
    )


def _heading(console: Console, view: OrderView, system: str) -> None:
    console.print(f"\n{system}", style="bold")
    if system in view.unreadable:
        console.print(f"could not be read: {view.unreadable[system]}", style="red", soft_wrap=True)


def _salesforce(found: SalesforceOrder, page: str, console: Console) -> None:
    order = found.order
    at = f" {order.activation_at.isoformat()}" if order.activation_at else ""
    facts(
        console,
        {
            "number": order.number,
            "status": order.status,
            "account": order.account_id,
            "provisioning": order.provisioning_status,
            "activation": f"{order.activation_type or NONE}{at}",
            "attempts": order.attempt_count,
            "last provisioning": found.last_at,
            "error code": found.error_code,
            "what to do": _remedy(
                found.error_code, over=order.provisioning_status != ProvisioningStatus.IN_PROGRESS
            ),
            "full reason": _full_reason(page) if found.error_code else "",
            "WHMCS order": order.whmcs_order_id,
            "ICCIDs": order.iccids,
        },
    )
    rows = table("line", "product", "quantity", "cycle", "WHMCS product", "WHMCS services")
    for line in order.lines:
        rows.add_row(
            line.id,
            line.sku or NONE,
            f"{line.quantity.normalize():f}",
            line.billing_cycle or NONE,
            str(line.whmcs_product_id or NONE),
            line.service_ids or NONE,
        )
    console.print(rows)


def _job(job: Job, page: str, console: Console) -> None:
    last_error = job.last_error
    facts(
        console,
        {
            "job": job.id,
            "status": f"{job.status}{_remark(job)}",
            "attempt": f"{job.attempt}, {job.retries} retries",
            "requested": moment(job.requested_at),
            "last write": moment(job.updated_at),
            "due": moment(job.due_at),
            "next run": moment(job.next_at or None) if not job.status.over else "",
            "leased until": moment(job.lease.until) if job.lease.until else "",
            "finished": moment(job.finished_at),
            "irreversible": "yes" if job.irreversible else "no",
            "last error": f"{last_error.code} in {last_error.step or NONE}" if last_error else "",
            "what to do": _remedy(last_error.code, over=_decided(job)) if last_error else "",
            "full reason": _full_reason(page) if last_error else "",
            "correlation id": job.correlation_id,
        },
    )
    rows = table("step", "state", "attempt", "started", "done")
    known = [name for name in STEP_NAMES if name in job.steps]
    for name in [*known, *sorted(job.steps.keys() - set(STEP_NAMES))]:
        record = job.steps[name]
        started, done = moment(record.started_at), moment(record.done_at) or NONE
        rows.add_row(name, str(record.state), str(record.attempt), started, done)
    if job.steps:
        console.print(rows)


def _billing(billing: Billing, console: Console) -> None:
    facts(console, {"client": billing.client_id})
    for order in billing.orders:
        console.print(f"  order {order.id}: {order.state}, client {order.client_id}")
    for missing in billing.missing:
        console.print(f"  order {missing} is recorded, but WHMCS has none", style="red")
    if not billing.orders and not billing.missing:
        console.print("  no order found")
    rows = table("service", "order", "product", "quantity", "cycle", "status")
    for service in billing.services:
        numbers = (service.id, service.order_id, service.pid, service.quantity)
        rows.add_row(*map(str, numbers), service.billing_cycle, service.status)
    if billing.services:
        console.print(rows)


def _remark(job: Job) -> str:
    if job.closed:
        return " (closed: the customer cancelled the order)"
    return " (cancellation requested)" if job.cancel_requested else ""


def _decided(job: Job) -> bool:
    """Whether the job runs no more steps, even if its end is not reported to Salesforce yet."""
    return job.status.over or job.status is Status.STOPPING


def _full_reason(page: str) -> str:
    """Return where the vendor's text is. It may name a person, and is not printed here."""
    return f"field Provisioning Error Message of the Order: {page}"


def _remedy(code: str | None, *, over: bool) -> str:
    reason = REASONS.get(code or "")
    if reason is None:
        return ""
    return reason.action if over else GOES_ON
