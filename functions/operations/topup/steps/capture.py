"""The step that charges the invoice. The invoice itself shows the result.

The customer may also pay in WHMCS' client area meanwhile, or WHMCS may collect the payment. Then
the top-up follows, too.
"""

from __future__ import annotations

from portal.domain.upstream import Refused, Unavailable
from portal.engine.failures import Postpone, StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.invoicing import InvoiceStatus, Invoicing, NotUnpaid, PaymentDeclined

from functions.operations.timeouts import WHMCS_CALL_SECONDS
from functions.operations.topup.looks import capture_so_far, invoice_number
from functions.operations.topup.records import CAPTURE, CaptureRecord, Request
from functions.operations.topup.requests import found_nothing, sent_now, sent_too_often

PENDING_SECONDS = 60.0


class Capture(Step[CaptureRecord]):
    """Charges by one call, and reads the paid invoice by another."""

    key = CAPTURE
    seconds = 75
    irreversible = True

    def __init__(self, invoicing: Invoicing) -> None:
        self._invoicing = invoicing

    def outdated(self, run: Run) -> bool:
        """Return whether the record belongs to the settled invoice of an earlier attempt."""
        return not capture_so_far(run).paid

    def already_done(self, run: Run) -> CaptureRecord | None:
        """Return the record if the invoice is paid by an earlier request or in another way."""
        record = capture_so_far(run)
        request = record.request
        if request is None:
            return None  # nothing was sent that could have taken effect
        if self._paid(run):
            return _done(record)
        if record.accepted:
            raise _accepted()

        def save(looked: Request) -> None:
            run.save(record.model_copy(update={"request": looked}))

        found_nothing(run, request, save, "CapturePayment")
        if sent_too_often(run, request):
            raise StopWorkflow(
                "payment-unconfirmed", "CapturePayment was sent twice and nothing was paid."
            )
        return None

    def run(self, run: Run) -> CaptureRecord:
        """Record the intent, charge the invoice and read it."""
        run.require(WHMCS_CALL_SECONDS)
        before = capture_so_far(run)
        intent = before.model_copy(update={"request": sent_now(run, before.request)})
        run.save(intent, irreversible=True)
        try:
            self._invoicing.capture(invoice_number(run))
        except PaymentDeclined:
            return self._declined(run, intent)
        except NotUnpaid:
            _take_back(run, intent)
            if self._paid(run):
                return _done(intent)
            raise Unavailable(
                "whmcs", "CapturePayment", "says not unpaid, and GetInvoice says unpaid"
            ) from None
        except (Refused, Unavailable):
            _take_back(run, intent)
            raise
        if self._paid(run):
            return _done(intent)
        run.save(intent.model_copy(update={"accepted": True}))
        raise _accepted()

    def _declined(self, run: Run, intent: CaptureRecord) -> CaptureRecord:
        """Handle a declined payment. The invoice may be paid in another way meanwhile."""
        if self._paid(run):
            return _done(intent)
        _take_back(run, intent)
        raise StopWorkflow("payment-failed", f"Invoice {invoice_number(run)}: the payment failed.")

    def _paid(self, run: Run) -> bool:
        """Return whether it is paid. Raises StopWorkflow if it cannot be paid any more."""
        number = invoice_number(run)
        run.require(WHMCS_CALL_SECONDS)
        invoice = self._invoicing.read(number)
        if invoice is None:
            raise StopWorkflow("invoice-missing", f"WHMCS has no invoice {number}.")
        if invoice.status is InvoiceStatus.PAID:
            return True
        if invoice.status is InvoiceStatus.UNPAID:
            return False
        if invoice.status is InvoiceStatus.PENDING:
            raise _pending(f"The payment of invoice {number} is under way.")
        raise StopWorkflow("invoice-changed", f"Invoice {number} is {invoice.status.value}.")


def _done(record: CaptureRecord) -> CaptureRecord:
    return CaptureRecord(invoice_id=record.invoice_id, paid=True)


def _take_back(run: Run, record: CaptureRecord) -> None:
    """Remove the intent, because neither this nor an earlier request has charged anything."""
    run.save(CaptureRecord(invoice_id=record.invoice_id), irreversible=False)


def _accepted() -> Postpone:
    return _pending("WHMCS has captured the payment; the invoice is still unpaid.")


def _pending(text: str) -> Postpone:
    return Postpone("payment-pending", text, seconds=PENDING_SECONDS)
