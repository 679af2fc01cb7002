"""GET /orders and GET /orders/{sfOrderId} through their handlers, and every status there is."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from portal.domain.order_options import (
    ChoiceSelection,
    OrderOptions,
    QuantitySelection,
    YesNoSelection,
)
from portal.identity.merged_accounts import MergedAccounts
from portal.ports.orders import OrderRecord
from portal.ports.workflow import JobStatus, JobView, StepView

from functions.orders import get_order, list_orders
from functions.orders.deps import ReadOrdersDeps, build_read_orders
from functions.orders.models import CustomerStatus
from functions.orders.reading import DELAYED, NEXT, Reading, status_of, timeline
from tests.events import Answer, call, claims, rest_event
from tests.fakes.accounts import FakeAccounts, account
from tests.fakes.clock import FakeClock
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.orders import ORDER_ID, FakeJobs, FakeOrders, order_line, order_record

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STEPS = (StepView("load", "done", AT), StepView("add_order", "running", AT))


def job(status: JobStatus = "in_progress", **changes: Any) -> JobView:
    return JobView(status=status, attempt=1, **{"timeline": STEPS, **changes})


def install(
    *records: OrderRecord,
    jobs: dict[str, JobView] | None = None,
    accounts: FakeAccounts | None = None,
    directory: FakeDirectory | None = None,
) -> None:
    accounts = accounts or FakeAccounts(account())
    directory = directory or FakeDirectory(customer())
    merged = MergedAccounts(accounts, accounts, directory, directory, FakeClock())
    deps = ReadOrdersDeps(
        directory=directory,
        reading=Reading(
            orders=FakeOrders(*records),
            jobs=FakeJobs(**(jobs or {})),
            currency="JPY",
            current=merged.current,
        ),
    )
    for module in (get_order, list_orders):
        module.app.override(build_read_orders, lambda: deps)


@pytest.fixture(autouse=True)
def uninstall() -> Iterator[None]:
    yield
    for module in (get_order, list_orders):
        module.app.resolver.dependency_overrides.clear()


def read(order_id: str = ORDER_ID, **event: Any) -> Answer:
    event.setdefault("user", claims())
    return call(get_order.handler, rest_event("GET", f"/orders/{order_id}", **event))


def listed(**query: str) -> Answer:
    event = rest_event("GET", "/orders", user=claims(), query=query or None)
    return call(list_orders.handler, event)


def test_an_order_with_its_timeline() -> None:
    options = OrderOptions(
        selections=(
            ChoiceSelection(
                kind="choice",
                option_id="router",
                label="Router",
                value="wifi6",
                value_label="Wi-Fi 6 rental",
                whmcs_option_id=1,
                whmcs_choice_id=2,
            ),
            QuantitySelection(
                kind="quantity", option_id="ip", label="Fixed IP", value=2, whmcs_option_id=2
            ),
            YesNoSelection(
                kind="yesno", option_id="help", label="Help", value=False, whmcs_option_id=3
            ),
        )
    )
    line = order_line(options=options, service_id="77")
    install(order_record(status="Activated", activated=True, lines=(line,)), jobs={ORDER_ID: job()})
    answer = read()
    assert answer.status == 200
    assert answer.json() == {
        "sfOrderId": ORDER_ID,
        "orderNumber": "00000101",
        "status": "provisioning",
        "createdAt": "2026-11-23T01:02:03Z",
        "lines": [
            {
                "sku": "ESIM-10GB",
                "name": "eSIM 10 GB",
                "quantity": 1,
                "unitPrice": {"amount": "1500", "currency": "JPY"},
                "billingCycle": "monthly",
                "options": [
                    {"id": "router", "label": "Router", "value": "Wi-Fi 6 rental"},
                    {"id": "ip", "label": "Fixed IP", "value": "2"},
                    {"id": "help", "label": "Help", "value": "no"},
                ],
                "serviceId": "77",
            }
        ],
        "timeline": [
            {
                "step": "received",
                "label": "Order received",
                "status": "done",
                "at": "2026-11-23T01:02:03Z",
            },
            {"step": "review", "label": "Order review", "status": "done", "at": None},
            {"step": "load", "label": "Order read", "status": "done", "at": "2026-11-23T02:00:00Z"},
            {
                "step": "add_order",
                "label": "Order entered in billing",
                "status": "running",
                "at": "2026-11-23T02:00:00Z",
            },
        ],
        "nextStep": NEXT["provisioning"],
        "cancellable": False,
        "delayed": False,
        "pollAfter": 5,
        "message": None,
        "scheduledAt": None,
    }
    assert answer.headers["cache-control"] == "no-store"


def test_an_id_of_15_characters_is_the_same_order() -> None:
    install(order_record())
    assert read(ORDER_ID[:15]).json()["sfOrderId"] == ORDER_ID


@pytest.mark.parametrize(
    ("order_id", "status"),
    [("801000000000002AAA", 404), ("001000000000101AAA", 404), ("801-evil", 404)],
)
def test_orders_that_are_not_there(order_id: str, status: int) -> None:
    install(order_record())
    assert read(order_id).status == status


def test_somebody_elses_order_is_not_found() -> None:
    install(order_record(account_id="001000000000999AAA"))
    answer = read()
    assert (answer.status, answer.json()["type"].rsplit("/")[-1]) == (404, "not-found")
    assert listed().json()["items"] == []


def test_nobody_reads_without_signing_in() -> None:
    install(order_record())
    assert read(user=None).status == 401
    assert read(user=claims(token_use="access")).status == 401
    assert read(user=claims("0f1e2d3c-0000-4000-8000-00000000ffff")).status == 409


def test_pages_go_on_where_they_ended() -> None:
    install(*(order_record(id=f"80100000000{n:04d}AAA", number=f"{n:08d}") for n in range(1, 6)))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for expected in (2, 2, 1):
        page = listed(limit="2", **cursor).json()
        assert len(page["items"]) == expected
        seen.extend(item["orderNumber"] for item in page["items"])
        cursor = {"cursor": page["nextCursor"]} if page["nextCursor"] else {}
    assert seen == ["00000005", "00000004", "00000003", "00000002", "00000001"]
    assert not cursor


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "51"}, {"cursor": "' OR 1=1"}])
def test_bad_pages(query: dict[str, str]) -> None:
    install(order_record())
    assert listed(**query).status == 422


ORDER_STATUSES = (
    ("Draft", False),
    ("Pending Review", False),
    ("Activated", True),
    ("In Production", True),
    ("Cancelled", False),
)
PROVISIONING_STATUSES = (
    None,
    "Not Started",
    "Queued",
    "Scheduled",
    "In Progress",
    "Provisioned",
    "Failed",
    "Something New",
)
FROM_SALESFORCE = {
    "Queued": "queued",
    "Scheduled": "scheduled",
    "In Progress": "provisioning",
    "Provisioned": "provisioned",
    "Failed": "failed",
}
FROM_JOB = {
    "queued": "queued",
    "scheduled": "scheduled",
    "in_progress": "provisioning",
    "provisioned": "provisioned",
    "failed": "failed",
    "cancelled": "cancelled",
}


def expected_status(status: str, activated: bool, told: str | None, job_status: str | None) -> str:
    if status == "Cancelled":
        return "cancelled"
    if job_status == "failed" and told == "Provisioned":
        return "provisioned"
    if job_status is not None:
        return FROM_JOB[job_status]
    return FROM_SALESFORCE.get(told or "", "queued" if activated else "pending_review")


@pytest.mark.parametrize(
    ("status", "told", "job_status"),
    list(itertools.product(ORDER_STATUSES, PROVISIONING_STATUSES, (None, *get_args(JobStatus)))),
)
def test_every_combination(
    status: tuple[str, bool], told: str | None, job_status: JobStatus | None
) -> None:
    record = order_record(status=status[0], activated=status[1], provisioning_status=told)
    found = None if job_status is None else job(job_status, message="Sorry")
    shown = status_of(record, found, "Cancelled")
    assert shown == expected_status(*status, told, job_status)
    steps = {entry.step: entry.status for entry in timeline(record, found, "Cancelled")}
    assert steps["received"] == "done"
    assert (steps["review"] == "waiting") == (shown == "pending_review")
    assert ("cancelled" in steps) == (status[0] == "Cancelled")
    assert ("load" in steps) == (found is not None)


def test_every_status_says_what_happens_next() -> None:
    assert set(NEXT) == set(get_args(CustomerStatus))


def test_the_message_is_shown_while_it_is_true() -> None:
    failed = job("failed", message="The card was refused.")
    install(order_record(status="Activated", activated=True), jobs={ORDER_ID: failed})
    assert read().json()["message"] == "The card was refused."
    install(order_record(provisioning_status="Provisioned"), jobs={ORDER_ID: failed})
    assert (read().json()["status"], read().json()["message"]) == ("provisioned", None)


def test_an_order_that_staff_set_up_by_hand() -> None:
    install(order_record(status="Activated", activated=True, provisioning_status="In Progress"))
    last = read().json()["timeline"][-1]
    assert (last["step"], last["status"]) == ("set_up", "running")


KEPT = "001000000000909AAA"


def merged_away() -> FakeAccounts:
    """The customer's Account was merged into another one, to which its orders moved."""
    accounts = FakeAccounts(account(), account("CN-000909", id=KEPT))
    accounts.merge(customer().sf_account_id, KEPT)
    return accounts


def test_orders_follow_a_merged_account() -> None:
    directory = FakeDirectory(customer())
    install(order_record(account_id=KEPT), accounts=merged_away(), directory=directory)
    assert [order["sfOrderId"] for order in listed().json()["items"]] == [ORDER_ID]
    assert read().status == 200
    mapping = directory.by_user(customer().user_id)
    assert mapping is not None
    assert (mapping.sf_account_id, mapping.customer_number) == (KEPT, "CN-000909")
    assert directory.reasons == ["merged in Salesforce"]


def test_one_order_follows_a_merged_account_too() -> None:
    install(order_record(account_id=KEPT), accounts=merged_away())
    assert read().status == 200


def test_two_portal_users_of_one_customer_are_told_so() -> None:
    directory = FakeDirectory(
        customer(),
        customer("other", sf_account_id=KEPT, customer_number="CN-000909", email="b@example.com"),
    )
    install(order_record(account_id=KEPT), accounts=merged_away(), directory=directory)
    for answer in (listed(), read()):
        assert answer.status == 409
        assert answer.json()["type"].endswith("/account-conflict")
    assert directory.reasons == []


def waiting_job(status: JobStatus = "in_progress") -> JobView:
    return JobView(
        status=status,
        attempt=1,
        timeline=tuple(StepView(name, "waiting") for name in ("load", "activate_esim", "verify")),
        error_code="whmcs-unavailable",
        message="A system we depend on is not available. We will try again.",
    )


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_set_up_whose_last_try_failed_is_said_to_be_delayed(status: JobStatus) -> None:
    install(order_record(status="Activated", activated=True), jobs={ORDER_ID: waiting_job(status)})
    answer = read().json()
    assert answer["delayed"] is True
    assert answer["nextStep"] == DELAYED
    assert answer["message"] == waiting_job().message


def test_steps_that_an_order_does_not_need_are_not_shown() -> None:
    def steps(*, is_esim: bool) -> list[str]:
        line = dataclasses.replace(order_line(), is_esim=is_esim)
        record = order_record(status="Activated", activated=True, lines=(line,))
        install(record, jobs={ORDER_ID: waiting_job()})
        return [entry["step"] for entry in read().json()["timeline"]]

    assert "activate_esim" not in steps(is_esim=False)
    assert "activate_esim" in steps(is_esim=True)


@pytest.mark.parametrize(
    ("job_status", "seconds"), [("queued", 5), ("scheduled", 300), ("provisioned", None)]
)
def test_the_answer_says_when_to_ask_again(job_status: JobStatus, seconds: int | None) -> None:
    job = dataclasses.replace(waiting_job(job_status), error_code=None)
    install(order_record(status="Activated", activated=True), jobs={ORDER_ID: job})
    assert read().json()["pollAfter"] == seconds
