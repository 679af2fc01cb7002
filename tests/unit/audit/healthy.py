"""Systems that agree, as large as wanted, and what can be planted into them."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import replace
from typing import Any

from portal.domain.audit import (
    BillingOrderRecord,
    ClientRecord,
    InvoiceRecord,
    JobRecord,
    LineRecord,
    MappingRecord,
    OrderRecord,
    ProductRecord,
    ServiceRecord,
    Snapshot,
)

DAY = 86_400.0
NOW = 1_800_000_000.0
LONG_AGO = NOW - 30 * DAY
# How an order stands → what Salesforce says, what its job has, what its service is.
SHAPES = (
    ("Provisioned", "succeeded", "Active"),
    ("Provisioned", "succeeded", "Active"),
    ("Provisioned", "succeeded", "Suspended"),
    ("Provisioned", "succeeded", "Terminated"),
    ("Failed", "failed", None),
    ("Not Started", None, None),
    ("Not Started", "cancelled", None),
)


def order_id(number: int) -> str:
    return f"801{number:012d}AAA"


def reference(number: int) -> str:
    return f"portal-{hashlib.sha256(str(number).encode()).hexdigest()[:32]}"


@functools.cache
def healthy(count: int) -> Snapshot:
    """`count` orders in every shape that is right; every third has an eSIM."""
    orders, jobs, services, billing, lines = [], [], [], [], []
    clients, mappings = [], []
    for number in range(1, count + 1):
        said, ended, service = SHAPES[number % len(SHAPES)]
        esim = number % 3 == 0 and service is not None
        orders.append(
            OrderRecord(
                id=order_id(number),
                status="Activated",
                provisioning=said,
                whmcs_order_id=str(number) if service else "",
                changed_at=LONG_AGO,
            )
        )
        if ended is not None:
            jobs.append(
                JobRecord(
                    kind="provision",
                    subject=order_id(number),
                    status=ended,
                    changed_at=LONG_AGO,
                    refs=(reference(number),) if esim else (),
                )
            )
        if service is not None:
            billing.append(BillingOrderRecord(id=number, status="Active"))
            services.append(
                ServiceRecord(
                    id=number,
                    order_id=number,
                    client_id=number,
                    status=service,
                    ref=order_id(number),
                    registered="2026-12-01",
                )
            )
        if esim:
            gone = service == "Terminated"
            lines.append(LineRecord(id=f"sub_{number}", ref=reference(number), ended=gone))
        clients.append(ClientRecord(id=number, status="Active" if number % 5 else "Inactive"))
        mappings.append(
            MappingRecord(
                user_id=f"user-{number}",
                client_id=number,
                account_id=f"001{number:012d}AAA",
                account_exists=True,
            )
        )
    return Snapshot(
        orders=orders,
        jobs=jobs,
        # What staff and other shops sell is nobody's business.
        services=[*services, ServiceRecord(id=0, order_id=0, client_id=1, status="Active", ref="")],
        billing_orders=billing,
        clients=clients,
        invoices=[InvoiceRecord(id=n, status="Unpaid", operation="") for n in range(1, 4)],
        lines=[*lines, LineRecord(id="sub_test", ref="", ended=False)],
        mappings=mappings,
        products=[
            ProductRecord(sku="FIBRE", pid=101, price="5400", in_whmcs=True, charged="5400.00"),
            ProductRecord(sku="OLD", pid=102, price="100", in_whmcs=True, charged=""),
        ],
    )


def change(seen: Snapshot, name: str, at: int, **fields: Any) -> Snapshot:
    """With one record changed."""
    records = list(getattr(seen, name))
    records[at] = replace(records[at], **fields)
    return replace(seen, **{name: records})


def without(seen: Snapshot, name: str, at: int) -> Snapshot:
    """With one record less."""
    records = list(getattr(seen, name))
    del records[at]
    return replace(seen, **{name: records})


def with_more(seen: Snapshot, name: str, record: Any) -> Snapshot:
    """With one record more."""
    return replace(seen, **{name: [*getattr(seen, name), record]})
