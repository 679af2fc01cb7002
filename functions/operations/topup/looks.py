"""Reads a top-up's records, and finds its effects in the other systems.

Records of the charge and of the top-up belong to one invoice. After an attempt was settled, the
next one creates another invoice, and the records of the first are ignored.
"""

from __future__ import annotations

from datetime import UTC, datetime

from portal.domain.esim import TopUp, TopUpTrace
from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run
from portal.ports.esim import EsimProvider
from portal.ports.invoicing import Invoicing
from portal.ports.topups import LineChanges

from functions.operations.timeouts import ESIM_CALL_SECONDS, WHMCS_CALL_SECONDS
from functions.operations.topup.asked import asked
from functions.operations.topup.records import (
    CAPTURE,
    INVOICE,
    LOAD,
    TOP_UP,
    CaptureRecord,
    InvoiceRecord,
    TopUpRecord,
)


def invoice_so_far(run: Run) -> InvoiceRecord:
    """Return the record of the invoice."""
    return run.record(INVOICE) or InvoiceRecord()


def invoice_number(run: Run) -> int:
    """Return the invoice of this attempt. Raises LookupError without one, which is a defect."""
    number = invoice_so_far(run).invoice_id
    if number is None:
        msg = "there is no invoice yet"
        raise LookupError(msg)
    return number


def capture_so_far(run: Run) -> CaptureRecord:
    """Return the record of charging the invoice."""
    record = run.record(CAPTURE)
    number = invoice_so_far(run).invoice_id
    if record is None or record.invoice_id != number:
        return CaptureRecord(invoice_id=number)
    return record


def top_up_so_far(run: Run) -> TopUpRecord:
    """Return the record of the top-up that belongs to the invoice."""
    record = run.record(TOP_UP)
    number = invoice_so_far(run).invoice_id
    if record is None or record.invoice_id != number:
        return TopUpRecord(invoice_id=number)
    return record


def find_invoice(run: Run, invoicing: Invoicing, record: InvoiceRecord) -> int | None:
    """Return the invoice with the record's marker. Raises StopWorkflow if there are several."""
    if record.request is None:
        return None
    run.require(WHMCS_CALL_SECONDS)
    since = datetime.fromtimestamp(record.request.first_at, UTC).date()
    found = invoicing.find(asked(run.job).client_id, record.marker, since=since)
    if len(found) > 1:
        numbers = ", ".join(str(number) for number in sorted(found))
        raise StopWorkflow("invoice-unconfirmed", f"Invoices {numbers} carry one marker.")
    return found[0] if found else None


def find_top_up(run: Run, provider: EsimProvider, changes: LineChanges) -> TopUp | None:
    """Return the top-up at the provider; None if it certainly did not happen.

    Raises the errors of `EsimProvider.find_top_up`.
    """
    record, wanted = top_up_so_far(run), asked(run.job)
    if record.asked_at is None:
        return None
    run.require(ESIM_CALL_SECONDS)
    return provider.find_top_up(
        TopUpTrace(
            ref=record.ref,
            line_id=record.line_id or run.result(LOAD).line_id,
            since=datetime.fromtimestamp(record.asked_at, UTC),
            change_id=record.change_id,
            earlier=changes.of_others(wanted.service_id, wanted.operation_id),
            offer_id=wanted.offer,
            data_before=record.data_before,
            data_added=record.data_added,
        )
    )
