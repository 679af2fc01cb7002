"""A client's services against the WHMCS emulator, in every shape its answers are known to take."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from portal.adapters.whmcs.client_services import WhmcsClientServices
from portal.domain.client_service import ClientService, ServiceStatus
from portal.domain.upstream import Unavailable

from local.demo.products import PRODUCTS
from tests.unit.adapters.whmcs.test_billing import EVERY_SHAPE
from tests.vendors import Vendors, add_client

PID = next(p.whmcs_id for p in PRODUCTS if p.sku == "ESIM-DATA-5GB")
SERVICE: dict[str, Any] = {
    "id": 77,
    "clientid": 42,
    "pid": 1,
    "name": "eSIM O'Neill & Söhne",
    "translated_name": "",
    "qty": 2,
    "regdate": "2026-11-01",
    "firstpaymentamount": "3000.00",
    "recurringamount": "1450.00",
    "billingcycle": "Monthly",
    "nextduedate": "2026-12-01",
    "status": "Active",
    "password": "secret",
}


def services(vendors: Vendors) -> WhmcsClientServices:
    return WhmcsClientServices(vendors.whmcs_client())


def answers(vendors: Vendors, *records: dict[str, Any], **more: Any) -> None:
    """Make GetClientsProducts answer these."""
    body = {
        "result": "success",
        "totalresults": len(records),
        "startnumber": 0,
        "products": {"product": list(records)},
        **more,
    }
    vendors.fail(
        vendors.whmcs, kind="replace", operation="GetClientsProducts", status=200, body=body
    )


def found(vendors: Vendors, **changes: Any) -> ClientService | None:
    add_client(vendors)
    answers(vendors, {**SERVICE, **changes})
    return services(vendors).find(77, client_id=42)


def test_everything_that_a_customer_sees(vendors: Vendors) -> None:
    assert found(vendors) == ClientService(
        id=77,
        client_id=42,
        pid=1,
        name="eSIM O'Neill & Söhne",
        quantity=2,
        billing_cycle="monthly",
        status=ServiceStatus.ACTIVE,
        price=Decimal("1450.00"),
        currency="JPY",
        registered=date(2026, 11, 1),
        next_due=date(2026, 12, 1),
    )


def test_what_does_not_renew_shows_what_was_paid_once(vendors: Vendors) -> None:
    service = found(vendors, billingcycle="One Time", recurringamount="0.00")
    assert service is not None
    assert (service.billing_cycle, service.price) == ("onetime", Decimal("3000.00"))
    assert service.next_due is None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Pending", ServiceStatus.PENDING),
        ("active", ServiceStatus.ACTIVE),
        ("Suspended", ServiceStatus.SUSPENDED),
        ("Completed", ServiceStatus.COMPLETED),
        ("Cancelled", ServiceStatus.CANCELLED),
        ("Terminated", ServiceStatus.TERMINATED),
        ("Fraud", ServiceStatus.CANCELLED),
        ("On hold", ServiceStatus.UNKNOWN),
        ("", ServiceStatus.UNKNOWN),
    ],
)
def test_statuses(vendors: Vendors, text: str, status: ServiceStatus) -> None:
    service = found(vendors, status=text)
    assert service is not None
    assert service.status is status


@pytest.mark.parametrize("changes", [{"clientid": 43}, {"clientid": ""}, {"id": 78}])
def test_what_is_not_certainly_the_clients_is_not_found(
    vendors: Vendors, changes: dict[str, Any]
) -> None:
    assert found(vendors, **changes) is None


def test_amounts_and_dates_for_people_are_left_open(vendors: Vendors) -> None:
    service = found(vendors, recurringamount="¥1,450", nextduedate="0000-00-00")
    assert service is not None
    assert (service.price, service.next_due) == (None, None)


@EVERY_SHAPE
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_page_of_services(vendors: Vendors, switches: dict[str, Any], count: int) -> None:
    add_client(vendors)
    _order(vendors, count)
    vendors.whmcs.set_switches(switches)
    page = services(vendors).page(42, offset=0, limit=25)
    assert [found.currency for found in page.services] == ["JPY"] * count
    assert all(found.client_id == 42 and found.name for found in page.services)
    assert page.following is None


def test_pages_follow_each_other(vendors: Vendors) -> None:
    add_client(vendors)
    _order(vendors, 3)
    source = services(vendors)
    first = source.page(42, offset=0, limit=2)
    assert first.following == 2
    second = source.page(42, offset=2, limit=2)
    assert second.following is None
    ids = [found.id for found in (*first.services, *second.services)]
    assert len(set(ids)) == 3


def test_an_installation_that_ignores_the_offset_ends_the_list(vendors: Vendors) -> None:
    add_client(vendors)
    answers(vendors, SERVICE, startnumber=0, totalresults=30)
    page = services(vendors).page(42, offset=25, limit=25)
    assert (page.services, page.following) == ([], None)


def test_nobody_asks_for_the_currency_of_no_service(vendors: Vendors) -> None:
    add_client(vendors)
    services(vendors).page(42, offset=0, limit=25)
    assert vendors.calls() == {"whmcs GetClientsProducts": 1}


def test_a_failure_is_none_to_hide(vendors: Vendors) -> None:
    vendors.fail(vendors.whmcs, kind="status", operation="GetClientsProducts", status=500)
    with pytest.raises(Unavailable):
        services(vendors).find(77, client_id=42)


def _order(vendors: Vendors, count: int) -> None:
    for _ in range(count):
        line = {"pid": PID, "billingcycle": "monthly"}
        vendors.whmcs.seed(
            {"orders": [{"clientid": 42, "paymentmethod": "stripe", "lines": [line]}]}
        )
