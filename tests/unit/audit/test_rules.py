"""Every inconsistency is found, alone and among ten thousand healthy orders; nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from portal.audit.rules import SETTLING, STUCK, judge
from portal.audit.run import FIELDS
from portal.domain.audit import (
    REMEDIES,
    BillingOrderRecord,
    ClientRecord,
    FindingKind,
    InvoiceRecord,
    JobRecord,
    LineRecord,
    MappingRecord,
    OrderRecord,
    ServiceRecord,
    Snapshot,
    Source,
)
from portal.ports.orders import DRAFT_STATUS

from tests.unit.audit.healthy import (
    LONG_AGO,
    NOW,
    change,
    healthy,
    order_id,
    reference,
    with_more,
    without,
)

K = FindingKind
HOUR = 3600.0


def at(seen: Snapshot, name: str, **wanted: object) -> int:
    """The place of the first record with these values."""
    for place, record in enumerate(getattr(seen, name)):
        if all(getattr(record, field) == value for field, value in wanted.items()):
            return place
    raise AssertionError(wanted)


@dataclass(frozen=True)
class Plant:
    name: str
    kind: FindingKind
    plant: Callable[[Snapshot], Snapshot]


def service(seen: Snapshot, number: int) -> int:
    return at(seen, "services", id=number)


def order(seen: Snapshot, number: int) -> int:
    return at(seen, "orders", id=order_id(number))


def job(seen: Snapshot, number: int) -> int:
    return at(seen, "jobs", subject=order_id(number))


def top_up(seen: Snapshot, status: str, *, paid: str, **fields: Any) -> Snapshot:
    changed_at = NOW - 3 * 24 * HOUR
    job = JobRecord(kind="topup", subject="op_4", status=status, changed_at=changed_at, **fields)
    invoice = InvoiceRecord(id=4, status=paid, operation="op_4")
    return with_more(with_more(seen, "jobs", job), "invoices", invoice)


# Order 7 (shape 0) is provisioned without an eSIM, 21 (shape 0) with one, 4 (shape 4) failed,
# 5 (shape 5) was never pressed, 3 (shape 3) was terminated.
PLANTS = (
    Plant(
        "a provisioned order without a service",
        K.SERVICE_MISSING,
        lambda s: without(s, "services", service(s, 7)),
    ),
    Plant(
        "a provisioned order whose service is pending",
        K.SERVICE_MISSING,
        lambda s: change(s, "services", service(s, 7), status="Pending"),
    ),
    Plant(
        "a WHMCS order that was deleted",
        K.BILLING_ORDER_MISSING,
        lambda s: without(s, "billing_orders", at(s, "billing_orders", id=7)),
    ),
    Plant(
        "a WHMCS order that was marked as fraud",
        K.BILLING_ORDER_MISSING,
        lambda s: change(s, "billing_orders", at(s, "billing_orders", id=7), status="Fraud"),
    ),
    Plant(
        "two WHMCS orders with one reference",
        K.ORDERS_DUPLICATE,
        lambda s: with_more(
            with_more(s, "billing_orders", BillingOrderRecord(id=900_001, status="Active")),
            "services",
            ServiceRecord(
                id=900_001, order_id=900_001, client_id=7, status="Active", ref=order_id(7)
            ),
        ),
    ),
    Plant(
        "two lines with one reference",
        K.LINES_DUPLICATE,
        lambda s: with_more(s, "lines", LineRecord(id="sub_x", ref=reference(21), ended=False)),
    ),
    Plant(
        "a service with our reference and no Order",
        K.SERVICE_UNKNOWN,
        lambda s: with_more(
            s,
            "services",
            ServiceRecord(
                id=900_002, order_id=900_002, client_id=7, status="Active", ref=order_id(999_999)
            ),
        ),
    ),
    Plant(
        "a line with our reference that no job made",
        K.LINE_UNKNOWN,
        lambda s: with_more(s, "lines", LineRecord(id="sub_y", ref="portal-abc", ended=False)),
    ),
    Plant(
        "a line of an order that was never provisioned",
        K.LINE_UNKNOWN,
        lambda s: with_more(
            change(s, "jobs", job(s, 4), refs=("portal-dead",)),
            "lines",
            LineRecord(id="sub_z", ref="portal-dead", ended=False),
        ),
    ),
    Plant(
        "a paid top-up that failed",
        K.TOPUP_MISSING,
        lambda s: top_up(s, "failed", paid="Paid"),
    ),
    Plant(
        "a paid top-up without a job",
        K.TOPUP_MISSING,
        lambda s: with_more(s, "invoices", InvoiceRecord(id=5, status="Paid", operation="op_5")),
    ),
    Plant(
        "a top-up that was delivered and not paid",
        K.TOPUP_UNPAID,
        lambda s: top_up(s, "succeeded", paid="Unpaid", delivered=True),
    ),
    Plant(
        "a job that does not move",
        K.JOB_STUCK,
        lambda s: with_more(
            s,
            "jobs",
            JobRecord(
                kind="reissue", subject="op-1", status="running", changed_at=NOW - STUCK - HOUR
            ),
        ),
    ),
    Plant(
        "a scheduled job that did not come due",
        K.JOB_STUCK,
        lambda s: with_more(
            s,
            "jobs",
            JobRecord(
                kind="reissue",
                subject="op-2",
                status="scheduled",
                changed_at=LONG_AGO,
                due_at=NOW - STUCK - HOUR,
            ),
        ),
    ),
    Plant(
        "a job that succeeded and Salesforce says failed",
        K.JOB_DISAGREES,
        lambda s: change(s, "orders", order(s, 7), provisioning="Failed"),
    ),
    Plant(
        "a job that failed and Salesforce says in progress",
        K.JOB_DISAGREES,
        lambda s: change(s, "orders", order(s, 4), provisioning="In Progress"),
    ),
    Plant(
        "an order that waits for a job which is not there",
        K.JOB_DISAGREES,
        lambda s: change(s, "orders", order(s, 5), provisioning="Queued"),
    ),
    Plant(
        "an order that its customer cancelled and that still waits for its review",
        K.CANCELLATION_UNWRITTEN,
        lambda s: change(
            change(s, "jobs", job(s, 6), closed=True), "orders", order(s, 6), status=DRAFT_STATUS
        ),
    ),
    Plant(
        "a customer whose client is closed",
        K.CLIENT_UNUSABLE,
        lambda s: change(s, "clients", at(s, "clients", id=7), status="Closed"),
    ),
    Plant(
        "a customer whose client is gone",
        K.CLIENT_UNUSABLE,
        lambda s: without(s, "clients", at(s, "clients", id=7)),
    ),
    Plant(
        "a customer whose Account is gone",
        K.ACCOUNT_MISSING,
        lambda s: change(s, "mappings", 6, account_exists=False),
    ),
    Plant(
        "two prices",
        K.PRICE_DIFFERS,
        lambda s: change(s, "products", 0, charged="5500.00"),
    ),
    Plant(
        "a product that WHMCS does not have",
        K.PRODUCT_UNAVAILABLE,
        lambda s: change(s, "products", 0, in_whmcs=False),
    ),
    Plant(
        "a product that WHMCS has retired",
        K.PRODUCT_UNAVAILABLE,
        lambda s: change(s, "products", 0, retired=True),
    ),
)


@pytest.mark.parametrize("count", [21, 10_000])
def test_systems_that_agree_have_no_finding(count: int) -> None:
    assert judge(healthy(count), began_at=NOW) == []


@pytest.mark.parametrize("count", [21, 10_000])
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_exactly_what_is_planted_is_found(plant: Plant, count: int) -> None:
    found = judge(plant.plant(healthy(count)), began_at=NOW)
    assert [finding.kind for finding in found] == [plant.kind], found
    assert found[0].id.startswith(f"{plant.kind}:")
    assert found[0].remedy == REMEDIES[plant.kind]


def test_every_kind_is_planted_and_has_a_remedy() -> None:
    assert {plant.kind for plant in PLANTS} == set(K) - {K.AUDIT_INCOMPLETE}
    assert set(REMEDIES) == set(K)


@pytest.mark.parametrize("said", ["In Progress", "Provisioned", "Failed", "Queued"])
def test_what_changed_a_moment_ago_is_not_judged(said: str) -> None:
    seen = healthy(21)
    recent = NOW - SETTLING + 60
    seen = change(seen, "orders", order(seen, 4), provisioning=said, changed_at=recent)
    seen = change(seen, "jobs", job(seen, 4), changed_at=recent)
    assert judge(seen, began_at=NOW) == []


@pytest.mark.parametrize("status", ["queued", "running", "stopping"])
def test_a_job_under_way_is_no_finding(status: str) -> None:
    seen = healthy(21)
    seen = change(seen, "orders", order(seen, 7), provisioning="In Progress")
    seen = change(seen, "jobs", job(seen, 7), status=status, changed_at=NOW - HOUR)
    seen = without(seen, "services", service(seen, 7))
    seen = change(seen, "orders", order(seen, 7), whmcs_order_id="")
    assert judge(seen, began_at=NOW) == []


def test_a_scheduled_order_waits_as_long_as_it_has_to() -> None:
    seen = healthy(21)
    seen = change(seen, "orders", order(seen, 4), provisioning="Scheduled")
    seen = change(seen, "jobs", job(seen, 4), status="scheduled", due_at=NOW + 90 * 24 * HOUR)
    assert judge(seen, began_at=NOW) == []


def test_a_cancelled_second_order_is_no_duplicate() -> None:
    seen = healthy(21)
    more = ServiceRecord(id=900, order_id=900, client_id=7, status="Pending", ref=order_id(7))
    seen = with_more(seen, "services", more)
    seen = with_more(seen, "billing_orders", BillingOrderRecord(id=900, status="Cancelled"))
    assert judge(seen, began_at=NOW) == []


def test_a_failed_order_keeps_its_line_for_another_press() -> None:
    seen = healthy(21)
    seen = change(seen, "jobs", job(seen, 4), refs=("portal-dead",), changed_at=NOW - 24 * HOUR)
    seen = with_more(seen, "lines", LineRecord(id="sub_z", ref="portal-dead", ended=False))
    assert judge(seen, began_at=NOW) == []


@pytest.mark.parametrize(
    ("status", "paid", "fields"),
    [
        ("succeeded", "Paid", {"delivered": True}),
        ("succeeded", "Refunded", {"delivered": True}),
        ("failed", "Paid", {"returned": True}),
        ("failed", "Cancelled", {}),
        ("running", "Paid", {}),
    ],
)
def test_a_top_up_that_adds_up_is_no_finding(
    status: str, paid: str, fields: dict[str, bool]
) -> None:
    found = judge(top_up(healthy(21), status, paid=paid, **fields), began_at=NOW)
    assert [f for f in found if f.kind is not K.JOB_STUCK] == []


def test_a_finding_has_the_same_id_every_night() -> None:
    seen = change(healthy(21), "products", 0, charged="5500.00")
    tonight = judge(seen, began_at=NOW)
    tomorrow = judge(replace(seen), began_at=NOW + 24 * HOUR)
    assert [f.id for f in tonight] == [f.id for f in tomorrow] == ["price-differs:FIBRE"]


@pytest.mark.parametrize("read_before", range(len(Source) + 1))
def test_what_is_made_while_the_systems_are_read_is_no_finding(read_before: int) -> None:
    """A system that is out of reach for hours splits the reading into before and after."""
    before, new = healthy(21), 900
    after = before
    for name, record in (
        ("clients", ClientRecord(id=new, status="Active")),
        (
            "mappings",
            MappingRecord(user_id="new", client_id=new, account_id="001N", account_exists=True),
        ),
        (
            "orders",
            OrderRecord(
                id=order_id(new),
                status="Activated",
                provisioning="Provisioned",
                whmcs_order_id=str(new),
                changed_at=NOW + HOUR,
            ),
        ),
        (
            "jobs",
            JobRecord(
                kind="provision",
                subject=order_id(new),
                status="succeeded",
                changed_at=NOW + HOUR,
                refs=(reference(new),),
            ),
        ),
        (
            "jobs",
            JobRecord(
                kind="topup",
                subject="topup-new",
                status="succeeded",
                changed_at=NOW + 2 * HOUR,
                delivered=True,
            ),
        ),
        (
            "services",
            ServiceRecord(id=new, order_id=new, client_id=new, status="Active", ref=order_id(new)),
        ),
        ("billing_orders", BillingOrderRecord(id=new, status="Active")),
        ("lines", LineRecord(id="sub_new", ref=reference(new), ended=False)),
        ("invoices", InvoiceRecord(id=new, status="Paid", operation="topup-new")),
    ):
        after = with_more(after, name, record)
    read = {
        FIELDS[source]: getattr(before if place < read_before else after, FIELDS[source])
        for place, source in enumerate(Source)
    }
    assert judge(Snapshot(**read), began_at=NOW) == []
