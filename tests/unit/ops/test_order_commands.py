"""`ops order` and `ops redrive <id>`."""

from __future__ import annotations

from decimal import Decimal

import pytest
from portal.domain.lease import Lease
from portal.domain.upstream import Unavailable
from portal.engine.model import Event, Job, LastError, StepRecord, StepState
from portal.engine.states import Status
from portal.provisioning.job import KIND

from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.faults import Fault
from tests.fakes.provisioning import ORDER_ID, REF_FIELD, loaded_order, order_line
from tests.unit.ops.root import MemoryRoot

JOB_ID = f"provision#{ORDER_ID}"

BEGUN = StepRecord(state=StepState.STARTED, attempt=1, started_at=1.0, irreversible=True)


def job(root: MemoryRoot, status: Status, **changes: object) -> Job:
    """A stored job."""
    now = root.clock.now
    stored = Job(
        id=JOB_ID,
        kind=KIND,
        subject=ORDER_ID,
        status=status,
        attempt=1,
        version=1,
        requested_at=now,
        updated_at=now,
        correlation_id="correlation-1",
    ).changed(**changes)
    root.job_store.jobs[JOB_ID] = stored
    return stored


def test_an_order_is_shown_across_all_systems() -> None:
    root = MemoryRoot()
    whmcs_order = root.whmcs.add_by_hand(101, fields={REF_FIELD: ORDER_ID})
    root.whmcs.add_by_hand(102, fields={})
    root.salesforce.order = loaded_order(whmcs_order_id=str(whmcs_order))
    done = StepRecord(
        state=StepState.DONE, attempt=1, started_at=1.0, done_at=2.0, data={"clientId": 42}
    )
    job(
        root,
        Status.FAILED,
        steps={"load": done},
        last_error=LastError(
            code="module-failed", message="taro@example.com said no", step="accept_order", at=3.0
        ),
    )
    root.job_store.remember(JOB_ID, Event(at=1.0, attempt=1, kind="step-done", step="load"))
    result = root.run("order", "show", ORDER_ID)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert f"Order {ORDER_ID} · stage test" in lines
    assert "  order 7001: Pending, client 42" in lines
    assert "7003" not in result.stdout, "an order of somebody else's"
    assert "  last error        module-failed in accept_order" in lines
    assert "  1970-01-01T00:00:01.000Z  attempt 1  step-done  load" in lines
    either = f'sf_order_id = "{ORDER_ID}" or job_id = "{JOB_ID}"'
    assert f'| filter correlation_id = "correlation-1" or {either}' in lines


def test_nothing_personal_is_shown() -> None:
    root = MemoryRoot(directory=FakeDirectory(customer()))
    root.salesforce.order = loaded_order()
    job(
        root,
        Status.FAILED,
        last_error=LastError(code="whmcs-refused", message="Taro Yamada", step="check", at=3.0),
    )
    shown = root.run("order", "show", ORDER_ID).output
    assert "whmcs-refused" in shown
    for personal in ("Taro", "Yamada", "taro@example.com"):
        assert personal not in shown


def test_a_whmcs_order_that_nobody_recorded_is_found_by_its_reference() -> None:
    root = MemoryRoot(directory=FakeDirectory(customer()))
    found = root.whmcs.add_by_hand(101, fields={REF_FIELD: ORDER_ID})
    root.salesforce.order = loaded_order()
    result = root.run("order", "show", ORDER_ID)
    assert f"order {found}: Pending, client 42" in result.stdout
    assert "Provisioning was never started." in result.stdout


def test_a_recorded_whmcs_order_that_is_gone_is_said() -> None:
    root = MemoryRoot()
    root.salesforce.order = loaded_order(whmcs_order_id="9999")
    result = root.run("order", "show", ORDER_ID)
    assert "order 9999 is recorded, but WHMCS has none" in result.stdout


def test_a_system_that_is_down_hides_only_itself() -> None:
    root = MemoryRoot()
    root.salesforce.order = loaded_order(whmcs_order_id="7001")
    root.faults.always = lambda name: Fault.UNAVAILABLE if name.startswith("whmcs") else None
    job(root, Status.RUNNING)
    result = root.run("order", "show", ORDER_ID)
    assert result.exit_code == 3
    assert "could not be read: whmcs GetOrders" in result.stdout
    assert "00000101" in result.stdout
    assert "correlation-1" in result.stdout


def test_while_it_is_tried_again_nothing_is_to_be_done() -> None:
    last_error = LastError(code="whmcs-unavailable", message="down", step="check", at=3.0)
    for status, said in (
        (Status.RUNNING, "goes on by itself"),
        (Status.STOPPING, "press again"),
        (Status.FAILED, "press again"),
    ):
        root = MemoryRoot(directory=FakeDirectory(customer()))
        root.salesforce.order = loaded_order()
        job(root, status, last_error=last_error)
        (line,) = [
            line
            for line in root.run("order", "show", ORDER_ID).stdout.splitlines()
            if "what to do" in line
        ]
        assert said in line


def test_it_says_where_the_vendors_own_words_are() -> None:
    root = MemoryRoot()
    root.salesforce.order = loaded_order()
    root.reader.error_code = "whmcs-refused"
    last_error = LastError(code="whmcs-refused", message="Taro Yamada", step="check", at=3.0)
    job(root, Status.FAILED, last_error=last_error)
    where = f"field Provisioning Error Message of the Order: https://org.example/{ORDER_ID}"
    shown = root.run("order", "show", ORDER_ID).stdout
    assert shown.count(f"  full reason       {where}") == 2
    root.reader.error_code = ""
    job(root, Status.SUCCEEDED)
    assert "full reason" not in root.run("order", "show", ORDER_ID).stdout


def test_quantities_are_written_out() -> None:
    root = MemoryRoot()
    root.salesforce.order = loaded_order(order_line(1, quantity=Decimal("10.0")))
    words = root.run("order", "show", ORDER_ID).stdout.split()
    assert words[words.index("SKU-1") + 1] == "10"


def test_an_order_that_nobody_knows_is_an_error() -> None:
    result = MemoryRoot().run("order", "show", ORDER_ID)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"Order {ORDER_ID} is unknown in this stage" in result.stderr


@pytest.mark.parametrize("text", ["00000101", "802000000000001AAA", f"{ORDER_ID[:15]}AAB"])
def test_what_is_no_order_id_is_refused_at_once(text: str) -> None:
    result = MemoryRoot().run("order", "show", text)
    assert result.exit_code == 1
    assert "is no Order id" in result.stderr


def test_fifteen_characters_will_do() -> None:
    root = MemoryRoot()
    root.salesforce.order = loaded_order()
    assert root.run("order", "show", ORDER_ID[:15]).exit_code == 0


@pytest.mark.parametrize(
    ("status", "changes", "said", "exit_code"),
    [
        (Status.SCHEDULED, {}, "Cancelled before anything was ordered", 0),
        (Status.RUNNING, {"steps": {"add_order": BEGUN}}, "Too late", 1),
        (Status.SUCCEEDED, {}, "provisioning is over", 1),
    ],
)
def test_cancelling_says_what_came_of_it(
    status: Status, changes: dict[str, object], said: str, exit_code: int
) -> None:
    root = MemoryRoot()
    job(root, status, **changes)
    result = root.run("order", "cancel", ORDER_ID, "--yes")
    assert (result.exit_code, said in result.stdout) == (exit_code, True), result.output


def test_a_worker_at_work_is_asked_to_stop() -> None:
    root = MemoryRoot()
    job(root, Status.RUNNING, lease=Lease("worker", int(root.clock.now + 60)))
    result = root.run("order", "cancel", ORDER_ID, answer="y\n")
    assert (result.exit_code, "next checkpoint" in result.stdout) == (0, True)
    assert root.job_store.jobs[JOB_ID].cancel_requested


def test_cancelling_asks_first() -> None:
    root = MemoryRoot()
    before = job(root, Status.SCHEDULED)
    result = root.run("order", "cancel", ORDER_ID, answer="n\n")
    assert result.exit_code == 1
    assert root.job_store.jobs[JOB_ID] == before


@pytest.mark.parametrize("command", [("order", "cancel"), ("redrive",)])
def test_without_a_job_there_is_nothing_to_change(command: tuple[str, ...]) -> None:
    result = MemoryRoot().run(*command, ORDER_ID)
    assert result.exit_code == 1
    assert f"Order {ORDER_ID} is unknown here" in result.stderr


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_redriving_starts_the_next_attempt(status: Status) -> None:
    root = MemoryRoot()
    job(root, status, runs=5)
    result = root.run("redrive", ORDER_ID)
    assert result.exit_code == 0, result.output
    now = root.job_store.jobs[JOB_ID]
    assert (now.status, now.attempt, now.runs) == (Status.QUEUED, 2, 0)
    assert now.correlation_id in result.stdout
    assert root.queue.backlog() == 1
    assert len(root.job_store.keys) == 1


@pytest.mark.parametrize("status", [Status.RUNNING, Status.STOPPING, Status.SUCCEEDED])
def test_only_what_has_failed_is_redriven(status: Status) -> None:
    root = MemoryRoot()
    before = job(root, status)
    result = root.run("redrive", ORDER_ID)
    assert (result.exit_code, root.queue.backlog()) == (1, 0)
    assert f"the job is {status}, not failed" in result.stderr
    assert root.job_store.jobs[JOB_ID] == before


def test_a_store_that_is_down_starts_nothing() -> None:
    root = MemoryRoot()
    job(root, Status.FAILED)
    root.job_store.faults.always = lambda _: Fault.UNAVAILABLE
    result = root.run("redrive", ORDER_ID)
    assert result.exit_code == 3
    assert Unavailable.__name__ not in result.stderr
    assert "try again" in result.stderr


@pytest.mark.parametrize("arguments", [(), (ORDER_ID, "--dead-letters")])
def test_redrive_wants_one_of_the_two(arguments: tuple[str, ...]) -> None:
    assert MemoryRoot().run("redrive", *arguments).exit_code == 2
