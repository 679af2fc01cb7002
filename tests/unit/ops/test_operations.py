"""`ops operation`: showing, calling off and starting anew what a customer has started."""

from __future__ import annotations

from decimal import Decimal

import pytest
from portal.domain.upstream import Unavailable
from portal.engine.model import Event, Hold, Job, LastError, StepRecord, StepState
from portal.engine.states import Status
from portal.ports.invoicing import BilledInvoice, InvoiceStatus
from portal.workflow_kinds import OPERATION_KINDS

from ops.operation_report import REASONS
from tests.fakes.workflow import START
from tests.unit.ops.root import MemoryRoot

OPERATION = "topup-" + "0a" * 16
OTHER = "topup-" + "0b" * 16
JOB_ID = f"topup#{OPERATION}"
INPUT = {
    "userId": "user-1",
    "clientId": "42",
    "serviceId": "77",
    "asked": "fingerprint",
    "offer": "add_1gb",
    "amount": "1500",
    "currency": "JPY",
}


def job(root: MemoryRoot, status: Status, operation: str = OPERATION, **changes: object) -> Job:
    """A stored operation on line 77."""
    stored = Job(
        id=f"topup#{operation}",
        kind="topup",
        subject=operation,
        status=status,
        attempt=1,
        version=1,
        requested_at=START,
        updated_at=START,
        correlation_id="correlation-1",
        exclusive="line#77",
        input=INPUT,
    ).changed(**changes)
    root.job_store.jobs[stored.id] = stored
    root.job_store.holds["line#77"] = Hold(stored.id, stored.attempt)
    return stored


def invoiced(**refund: object) -> dict[str, StepRecord]:
    data = {"invoiceId": 9001, **({"refund": refund} if refund else {})}
    return {
        "invoice": StepRecord(
            state=StepState.UNDONE, attempt=1, started_at=1.0, done_at=2.0, data=data
        )
    }


def test_an_operation_is_shown_with_its_invoice() -> None:
    root = MemoryRoot()
    error = LastError(code="esim-refused", message="taro@example.com", step="top_up", at=3.0)
    steps = invoiced(amount="1500", credited=True)
    job(root, Status.FAILED, last_error=error, steps=steps)
    root.invoices[9001] = BilledInvoice(
        id=9001, client_id=42, status=InvoiceStatus.PAID, received=Decimal(1500)
    )
    root.job_store.remember(JOB_ID, Event(at=1.0, attempt=1, kind="step-done", step="load"))
    result = root.run("operation", "show", OPERATION)
    assert result.exit_code == 0, result.output
    shown = result.stdout
    for fact in (
        f"Operation {OPERATION} · stage test",
        "  WHMCS service     77",
        "  asked for         add_1gb 1500 JPY",
        "  last error        esim-refused in top_up",
        "  what to do        The eSIM provider refused",
        f"  can be done       ops operation redrive {OPERATION}",
        f"  full reason       member `error` of the item {JOB_ID} in the workflow table",
        "  invoice           9001",
        "  status            Paid",
        "  credited          1500",
        "attempt 1  step-done  load",
        f'| filter correlation_id = "correlation-1" or job_id = "{JOB_ID}"',
    ):
        assert fact in shown
    assert "taro" not in shown


def test_every_kind_has_its_reasons() -> None:
    assert set(REASONS) == {kind.name for kind in OPERATION_KINDS}


def test_an_operation_that_has_billed_nothing() -> None:
    root = MemoryRoot()
    job(root, Status.QUEUED)
    shown = root.run("operation", "show", OPERATION)
    assert shown.exit_code == 0
    assert "WHMCS\n" not in shown.stdout


def test_an_invoice_that_is_gone_is_said() -> None:
    root = MemoryRoot()
    job(root, Status.FAILED, steps=invoiced())
    assert (
        "invoice 9001 is recorded, but WHMCS has none"
        in root.run("operation", "show", OPERATION).stdout
    )


def test_without_whmcs_the_rest_is_shown() -> None:
    root = MemoryRoot()
    job(root, Status.FAILED, steps=invoiced())
    root.invoice_failure = Unavailable("whmcs", "GetInvoice", "down")
    result = root.run("operation", "show", OPERATION)
    assert result.exit_code == 3
    assert "could not be read" in result.stdout
    assert "WHMCS service     77" in result.stdout


@pytest.mark.parametrize("command", ["show", "cancel", "redrive"])
@pytest.mark.parametrize(
    ("operation", "words"), [("nonsense", "is no operation's id"), (OPERATION, "is unknown")]
)
def test_what_is_not_there(command: str, operation: str, words: str) -> None:
    result = MemoryRoot().run("operation", command, operation)
    assert result.exit_code == 1
    assert words in result.stderr


def test_cancelling() -> None:
    root = MemoryRoot()
    job(root, Status.RUNNING)
    assert root.run("operation", "cancel", OPERATION, answer="n\n").exit_code == 1
    assert root.job_store.jobs[JOB_ID].status is Status.RUNNING
    result = root.run("operation", "cancel", OPERATION, "--yes")
    assert (result.exit_code, root.job_store.jobs[JOB_ID].status) == (0, Status.STOPPING)


def test_cancelling_too_late() -> None:
    root = MemoryRoot()
    charged = StepRecord(state=StepState.DONE, attempt=1, started_at=1.0, irreversible=True)
    job(root, Status.RUNNING, steps={"capture": charged})
    result = root.run("operation", "cancel", OPERATION, "--yes")
    assert result.exit_code == 1
    assert "Too late" in result.stdout


def test_redriving_keeps_what_was_asked_for() -> None:
    root = MemoryRoot()
    job(root, Status.FAILED)
    assert root.run("operation", "redrive", OPERATION, answer="n\n").exit_code == 1
    result = root.run("operation", "redrive", OPERATION, "--yes")
    assert result.exit_code == 0, result.output
    again = root.job_store.jobs[JOB_ID]
    assert (again.status, again.attempt, again.input) == (Status.QUEUED, 2, INPUT)
    assert root.job_store.holds["line#77"] == Hold(JOB_ID, 2)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED])
def test_what_has_not_failed_is_not_redriven(status: Status) -> None:
    root = MemoryRoot()
    job(root, status)
    result = root.run("operation", "redrive", OPERATION, "--yes")
    assert result.exit_code == 1
    assert "Nothing was started" in result.stderr


def test_nothing_is_redriven_beside_another_operation_on_the_line() -> None:
    root = MemoryRoot()
    job(root, Status.FAILED)
    job(root, Status.RUNNING, OTHER)
    result = root.run("operation", "redrive", OPERATION, "--yes")
    assert result.exit_code == 1
    assert f"{OTHER} works on the same line" in result.stderr
