"""The rules: from what every system says to what does not agree. No I/O.

What changed shortly before the audit began is left out: it may have been under way while the
systems were read one after the other. What is wrong with it is still wrong the next night.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from portal.domain.audit import (
    AuditFinding,
    FindingKind,
    JobRecord,
    OrderRecord,
    Snapshot,
)
from portal.engine.states import ENDINGS, Status
from portal.ports.orders import DRAFT_STATUS

HOUR = 3600.0
SETTLING = 2 * HOUR
"""What changed less than this before the audit began is not judged."""
STUCK = 26 * HOUR
"""A job waits for other systems for up to a day (PROVISION_PATIENCE_HOURS)."""
INVOICES_READ = 45 * 24 * HOUR
"""Invoices of the last 60 days are read: older top-ups are not judged."""
PROVISION, TOPUP = "provision", "topup"
PAID, VOID = "paid", "cancelled"
PAID_FOR = frozenset({PAID, "refunded", "collections"})
PROVISIONED, FAILED = "Provisioned", "Failed"
NOT_SET_UP = frozenset({"pending", "fraud"})
GONE = frozenset({"cancelled", "terminated", "fraud"})
VOID_ORDERS = frozenset({"cancelled", "fraud"})
OURS = "portal-"
# How a job stands → what Salesforce may say of its order.
AGREED = {
    Status.SUCCEEDED: frozenset({PROVISIONED}),
    Status.FAILED: frozenset({FAILED}),
    Status.CANCELLED: frozenset({"Not Started", FAILED}),
}


def judge(seen: Snapshot, *, began_at: float) -> list[AuditFinding]:
    """All findings, by kind and subject. `began_at` is when reading began, epoch seconds."""
    rules = (
        _services_missing(seen, began_at),
        _billing_orders_missing(seen, began_at),
        _orders_duplicate(seen),
        _lines_duplicate(seen),
        _services_unknown(seen),
        _lines_unknown(seen, began_at),
        _top_ups_missing(seen, began_at),
        _top_ups_unpaid(seen, began_at),
        _jobs_stuck(seen, began_at),
        _jobs_disagree(seen, began_at),
        _cancellations_unwritten(seen, began_at),
        _clients_unusable(seen),
        _accounts_missing(seen),
        _prices_differ(seen),
        _products_unavailable(seen),
    )
    return sorted((found for rule in rules for found in rule), key=lambda found: found.id)


def _services_missing(seen: Snapshot, began_at: float) -> Iterator[AuditFinding]:
    """Provisioned in Salesforce, and WHMCS has no service that was ever set up."""
    set_up = {s.ref for s in seen.services if s.status.lower() not in NOT_SET_UP}
    pending = {s.ref: s for s in seen.services if s.status.lower() in NOT_SET_UP}
    for order in _settled(seen.orders, began_at):
        if order.provisioning != PROVISIONED or order.id in set_up:
            continue
        service = pending.get(order.id)
        what = f"service {service.id} is {service.status}" if service else "there is no service"
        yield _finding(
            FindingKind.SERVICE_MISSING,
            order.id,
            f"Provisioned in Salesforce; in WHMCS {what}",
            whmcsOrderId=order.whmcs_order_id,
        )


def _billing_orders_missing(seen: Snapshot, began_at: float) -> Iterator[AuditFinding]:
    """Salesforce names a WHMCS order that WHMCS does not have, or has as void."""
    known = {str(order.id): order.status for order in seen.billing_orders}
    for order in _settled(seen.orders, began_at):
        if not order.whmcs_order_id:
            continue
        status = known.get(order.whmcs_order_id)
        if status is None or (status.lower() == "fraud" and order.provisioning == PROVISIONED):
            yield _finding(
                FindingKind.BILLING_ORDER_MISSING,
                order.id,
                f"WHMCS order {order.whmcs_order_id} is {status or 'not there'}",
                whmcsOrderId=order.whmcs_order_id,
            )


def _orders_duplicate(seen: Snapshot) -> Iterator[AuditFinding]:
    """One reference, and living services in more than one WHMCS order."""
    void = {o.id for o in seen.billing_orders if o.status.lower() in VOID_ORDERS}
    orders: defaultdict[str, set[int]] = defaultdict(set)
    for service in seen.services:
        alive = service.status.lower() not in GONE and service.order_id not in void
        if service.ref and alive:
            orders[service.ref].add(service.order_id)
    for ref, found in orders.items():
        if len(found) > 1:
            ids = ", ".join(str(order_id) for order_id in sorted(found))
            yield _finding(
                FindingKind.ORDERS_DUPLICATE, ref, f"WHMCS orders {ids}", whmcsOrderIds=ids
            )


def _lines_duplicate(seen: Snapshot) -> Iterator[AuditFinding]:
    """One reference, and more than one living line at the provider."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for line in seen.lines:
        if line.ref.startswith(OURS) and not line.ended:
            lines[line.ref].append(line.id)
    for ref, found in lines.items():
        if len(found) > 1:
            ids = ", ".join(sorted(found))
            yield _finding(FindingKind.LINES_DUPLICATE, ref, f"lines {ids}", lineIds=ids)


def _services_unknown(seen: Snapshot) -> Iterator[AuditFinding]:
    """A living service with our reference, and no such Order."""
    orders = {order.id for order in seen.orders}
    for service in seen.services:
        if service.ref and service.status.lower() not in GONE and service.ref not in orders:
            yield _finding(
                FindingKind.SERVICE_UNKNOWN,
                str(service.id),
                f"{service.status}, with the reference {service.ref}, which is no Order",
                clientId=str(service.client_id),
                whmcsOrderId=str(service.order_id),
            )


def _lines_unknown(seen: Snapshot, began_at: float) -> Iterator[AuditFinding]:
    """A living line with our reference that no job made, or whose Order is gone or failed."""
    orders = {order.id: order for order in seen.orders}
    jobs = {ref: job for job in seen.jobs for ref in job.refs}
    served = {s.ref for s in seen.services if s.status.lower() not in GONE}
    for line in seen.lines:
        if not line.ref.startswith(OURS) or line.ended:
            continue
        job = jobs.get(line.ref)
        if job is None:
            yield _finding(FindingKind.LINE_UNKNOWN, line.id, "no job made it", ref=line.ref)
        elif job.kind == PROVISION and job.subject not in orders:
            what = f"its Order {job.subject} is not there"
            yield _finding(FindingKind.LINE_UNKNOWN, line.id, what, ref=line.ref)
        elif _given_up(job, began_at) and job.subject not in served:
            what = f"its Order {job.subject} was not provisioned"
            yield _finding(FindingKind.LINE_UNKNOWN, line.id, what, ref=line.ref)


def _given_up(job: JobRecord, began_at: float) -> bool:
    """A failed order may be pressed again with the lines that it has, but not after days."""
    over = job.status in (Status.FAILED, Status.CANCELLED)
    return job.kind == PROVISION and over and began_at - job.changed_at > 7 * 24 * HOUR


def _top_ups_missing(seen: Snapshot, began_at: float) -> Iterator[AuditFinding]:
    """Paid, and neither delivered nor given back."""
    jobs = {job.subject: job for job in seen.jobs if job.kind == TOPUP}
    for invoice in seen.invoices:
        if not invoice.operation or invoice.status.lower() != PAID:
            continue
        job = jobs.get(invoice.operation)
        if job is None:
            what = f"invoice {invoice.id} is paid; there is no job"
        elif job.status in ENDINGS and _at_rest(job, began_at) and not _settled_up(job):
            what = f"invoice {invoice.id} is paid; the job has {job.status}"
        else:
            continue
        yield _finding(
            FindingKind.TOPUP_MISSING, invoice.operation, what, invoiceId=str(invoice.id)
        )


def _top_ups_unpaid(seen: Snapshot, began_at: float) -> Iterator[AuditFinding]:
    """Delivered, and its invoice is not paid. A refund by staff is somebody's decision."""
    invoices = {i.operation: i for i in seen.invoices if i.operation and i.status.lower() != VOID}
    for job in seen.jobs:
        recent = began_at - job.changed_at < INVOICES_READ
        if job.kind != TOPUP or not job.delivered or not recent or not _at_rest(job, began_at):
            continue
        invoice = invoices.get(job.subject)
        if invoice is None or invoice.status.lower() not in PAID_FOR:
            what = f"invoice {invoice.id} is {invoice.status}" if invoice else "there is no invoice"
            yield _finding(FindingKind.TOPUP_UNPAID, job.subject, f"delivered; {what}")


def _settled_up(job: JobRecord) -> bool:
    return job.delivered or job.returned


def _at_rest(job: JobRecord, began_at: float) -> bool:
    return began_at - job.changed_at > SETTLING


def _jobs_stuck(seen: Snapshot, began_at: float) -> Iterator[AuditFinding]:
    """Not ended, and not moved for longer than anything may wait."""
    for job in seen.jobs:
        if job.status in ENDINGS:
            continue
        since = job.due_at if job.status == Status.SCHEDULED and job.due_at else job.changed_at
        if began_at - since > STUCK:
            hours = round((began_at - since) / HOUR)
            yield _finding(
                FindingKind.JOB_STUCK,
                job.subject,
                f"{job.kind} is {job.status} and has not moved for {hours} hours",
            )


def _jobs_disagree(seen: Snapshot, began_at: float) -> Iterator[AuditFinding]:
    """The job ended in another way than Salesforce says, or there is none."""
    jobs = {job.subject: job for job in seen.jobs if job.kind == PROVISION}
    for order in _settled(seen.orders, began_at):
        job = jobs.get(order.id)
        if job is None:
            if order.provisioning not in ("", "Not Started"):
                what = f"Salesforce says {order.provisioning}; there is no job"
                yield _finding(FindingKind.JOB_DISAGREES, order.id, what)
            continue
        allowed = AGREED.get(Status(job.status))
        if _at_rest(job, began_at) and allowed is not None and order.provisioning not in allowed:
            what = f"Salesforce says {order.provisioning or 'nothing'}; the job has {job.status}"
            yield _finding(FindingKind.JOB_DISAGREES, order.id, what)


def _cancellations_unwritten(seen: Snapshot, began_at: float) -> Iterator[AuditFinding]:
    """The customer's cancellation closed the job, and the Order still waits for its review."""
    closed = {job.subject for job in seen.jobs if job.closed and _at_rest(job, began_at)}
    for order in _settled(seen.orders, began_at):
        if order.id in closed and order.status == DRAFT_STATUS:
            what = f"cancelled by its customer; Salesforce says {order.status}"
            yield _finding(FindingKind.CANCELLATION_UNWRITTEN, order.id, what)


def _clients_unusable(seen: Snapshot) -> Iterator[AuditFinding]:
    """A customer is mapped to a client that WHMCS has closed or does not have."""
    clients = {client.id: client.status for client in seen.clients}
    for mapping in seen.mappings:
        status = clients.get(mapping.client_id)
        if status is None or status.lower() == "closed":
            yield _finding(
                FindingKind.CLIENT_UNUSABLE,
                str(mapping.client_id),
                f"the client is {status or 'not there'}",
                userId=mapping.user_id,
                accountId=mapping.account_id,
            )


def _accounts_missing(seen: Snapshot) -> Iterator[AuditFinding]:
    """A customer is mapped to an Account that Salesforce does not have."""
    for mapping in seen.mappings:
        if not mapping.account_exists:
            yield _finding(
                FindingKind.ACCOUNT_MISSING,
                mapping.account_id,
                "the Account is not there",
                userId=mapping.user_id,
                clientId=str(mapping.client_id),
            )


def _prices_differ(seen: Snapshot) -> Iterator[AuditFinding]:
    """Customers see another price than WHMCS charges."""
    for product in seen.products:
        if product.charged and Decimal(product.charged) != Decimal(product.price):
            yield _finding(
                FindingKind.PRICE_DIFFERS,
                product.sku,
                f"{product.price} in Salesforce, {product.charged} in WHMCS",
                whmcsProductId=str(product.pid),
            )


def _products_unavailable(seen: Snapshot) -> Iterator[AuditFinding]:
    """A product is sold whose WHMCS product does not exist, or is retired."""
    for product in seen.products:
        if not product.in_whmcs or product.retired:
            what = "is retired" if product.retired else "does not exist"
            yield _finding(
                FindingKind.PRODUCT_UNAVAILABLE,
                product.sku,
                f"WHMCS product {product.pid} {what}",
                whmcsProductId=str(product.pid),
            )


def _settled(orders: Iterable[OrderRecord], began_at: float) -> Iterator[OrderRecord]:
    return (order for order in orders if began_at - order.changed_at > SETTLING)


def _finding(kind: FindingKind, subject: str, detail: str, **ids: str) -> AuditFinding:
    return AuditFinding(
        kind=kind, subject=subject, detail=detail, ids={k: v for k, v in ids.items() if v}
    )
