"""The step that creates the invoice of a top-up, and settles it when the operation fails.

WHMCS has no idempotency key, so the invoice has a marker in its notes by which it is found.
"""

from __future__ import annotations

from portal.domain.upstream import Refused, Unavailable
from portal.engine.failures import StopWorkflow
from portal.engine.steps import Compensable, Run, Step
from portal.ports.invoicing import Invoicing, NewInvoice

from functions.operations.timeouts import WHMCS_CALL_SECONDS
from functions.operations.topup.asked import asked
from functions.operations.topup.looks import find_invoice, invoice_so_far
from functions.operations.topup.records import INVOICE, InvoiceRecord, Request
from functions.operations.topup.requests import found_nothing, sent_now, sent_too_often
from functions.operations.topup.settlement import Settlement


class Invoice(Step[InvoiceRecord], Compensable):
    """Creates the invoice by one call.

    An invoice can be cancelled, so this step is reversible. Its compensation also covers the steps
    after it: whatever was paid for the invoice is credited.
    """

    key = INVOICE
    seconds = 60

    def __init__(self, invoicing: Invoicing, settlement: Settlement, payment_method: str) -> None:
        self._invoicing = invoicing
        self._settlement = settlement
        self._payment_method = payment_method

    def already_done(self, run: Run) -> InvoiceRecord | None:
        """Look for an invoice that an earlier request may have made."""
        record = invoice_so_far(run)
        request = record.request
        if record.invoice_id is not None:
            return record
        if request is None:
            return None
        found = find_invoice(run, self._invoicing, record)
        if found is not None:
            return record.model_copy(update={"invoice_id": found})

        def save(looked: Request) -> None:
            run.save(record.model_copy(update={"request": looked}))

        found_nothing(run, request, save, "CreateInvoice")
        if sent_too_often(run, request):
            raise StopWorkflow(
                "invoice-unconfirmed", "CreateInvoice was sent twice and WHMCS shows no invoice."
            )
        return None

    def run(self, run: Run) -> InvoiceRecord:
        """Record the intent and create the invoice."""
        before, wanted = invoice_so_far(run), asked(run.job)
        marker = before.marker or f"[{wanted.operation_id}.{run.job.attempt}]"
        intent = InvoiceRecord(marker=marker, request=sent_now(run, before.request))
        run.require(WHMCS_CALL_SECONDS)
        run.save(intent)
        try:
            invoice_id = self._invoicing.create(
                NewInvoice(
                    client_id=wanted.client_id,
                    payment_method=self._payment_method,
                    description=f"Top-up: {wanted.name}",
                    price=wanted.price,
                    marker=f"Portal {marker}",
                )
            )
        except (Refused, Unavailable):
            # There is certainly no invoice, because two looks found none of an earlier request.
            run.save(InvoiceRecord(marker=marker))
            raise
        return intent.model_copy(update={"invoice_id": invoice_id})

    def compensate(self, run: Run) -> None:
        """Settle the money by `Settlement`."""
        self._settlement.settle(run)
