"""Settles the money of a top-up that failed or was cancelled.

- If nothing was paid, the invoice is cancelled, so that nobody can pay it later.
- If something was paid, by the portal or in another way, and the top-up certainly did not happen, a
  Case is opened, the amount is credited in WHMCS and the customer gets a mail, each once.
- If the provider cannot tell whether the top-up happened, or WHMCS whether something was charged, a
  Case is opened, nothing is credited, and a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from portal.domain.cases import CaseJob, TopUpCase
from portal.domain.esim import ChangeState
from portal.domain.mail import MailJob
from portal.domain.mail_contents import TopupRefunded
from portal.domain.money import Money
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable
from portal.engine.failures import Postpone, StopWorkflow
from portal.engine.steps import Run
from portal.observability import count
from portal.operations.job import owner_of
from portal.ports.accounts import CaseJobs
from portal.ports.esim import EsimProvider
from portal.ports.invoicing import BilledInvoice, Credits, InvoiceStatus, Invoicing
from portal.ports.mail import MailQueue
from portal.ports.topups import LineChanges

from functions.operations.timeouts import WHMCS_CALL_SECONDS
from functions.operations.topup.asked import asked
from functions.operations.topup.looks import (
    capture_so_far,
    find_invoice,
    find_top_up,
    invoice_so_far,
    top_up_so_far,
)
from functions.operations.topup.records import CHECK, LOAD, InvoiceRecord, Refund, Request
from functions.operations.topup.requests import found_nothing, sent_now, sent_too_often

PENDING_SECONDS = 300.0


class Save(Protocol):
    """Records changes of the refund."""

    def __call__(self, **changes: object) -> None:
        """Save the changes. Raises the errors of `Run.save`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """Settles a top-up. Raises StopWorkflow when a person must decide."""

    invoicing: Invoicing
    credits: Credits
    provider: EsimProvider
    changes: LineChanges
    cases: CaseJobs
    mail_queue: MailQueue

    def settle(self, run: Run) -> None:
        """Settle the money, as the module describes. It may be repeated until it succeeds."""
        if self._topped_up(run):
            raise StopWorkflow(
                "topped-up", "The top-up took effect after all: start the next attempt."
            )
        record = self._with_number(run)
        number = record.invoice_id
        if number is None:
            return
        if record.refund is None:
            received = self._received(run, number)
            if received <= 0:
                run.save(record.model_copy(update={"unpaid": True}))
                return
            record = record.model_copy(update={"refund": Refund(amount=received)})
            run.save(record)
        self._give_back(run, record)

    def _topped_up(self, run: Run) -> bool:
        """Return whether the top-up happened. Raises StopWorkflow if the provider cannot tell."""
        if top_up_so_far(run).done:
            return True
        try:
            found = find_top_up(run, self.provider, self.changes)
        except Unauthorized:
            raise  # staff corrects the credentials, and a later run looks again
        except (OutcomeUnknown, Refused) as error:
            self._open_case(run, asked(run.job).price.value, decision="person")
            raise StopWorkflow("esim-outcome-unknown", error.message) from error
        if found is None or found.state is ChangeState.FAILED:
            return False
        if found.state is ChangeState.PENDING:
            raise Postpone(
                "topup-pending", "The provider has the top-up pending.", seconds=PENDING_SECONDS
            )
        return True

    def _with_number(self, run: Run) -> InvoiceRecord:
        """Return the record with the number of the invoice, if one was created."""
        record = invoice_so_far(run)
        request = record.request
        if record.invoice_id is not None or request is None:
            return record
        found = find_invoice(run, self.invoicing, record)
        if found is None:

            def save(looked: Request) -> None:
                run.save(record.model_copy(update={"request": looked}))

            found_nothing(run, request, save, "CreateInvoice")
            return record
        record = record.model_copy(update={"invoice_id": found})
        run.save(record)
        return record

    def _received(self, run: Run, number: int) -> Decimal:
        """Cancel the invoice if it is unpaid, and return the received amount."""
        invoice = self._read(run, number)
        if invoice is not None and invoice.status is InvoiceStatus.UNPAID:
            run.require(WHMCS_CALL_SECONDS)
            self.invoicing.cancel(number)
            invoice = self._read(run, number)
            if invoice is not None and invoice.status is InvoiceStatus.UNPAID:
                raise Unavailable("whmcs", "UpdateInvoice", "the invoice is still unpaid")
        received = invoice.received if invoice is not None else Decimal(0)
        if received <= 0 and capture_so_far(run).request is not None:
            self._open_case(run, asked(run.job).price.value, decision="person")
            raise StopWorkflow(
                "payment-unconfirmed", f"Whether invoice {number} was charged is not certain."
            )
        return received

    def _read(self, run: Run, number: int) -> BilledInvoice | None:
        run.require(WHMCS_CALL_SECONDS)
        invoice = self.invoicing.read(number)
        if invoice is not None and invoice.status is InvoiceStatus.PENDING:
            raise Postpone(
                "payment-pending",
                f"The payment of invoice {number} is under way.",
                seconds=PENDING_SECONDS,
            )
        return invoice

    def _give_back(self, run: Run, record: InvoiceRecord) -> None:
        """Open a Case, credit the amount and queue a mail. AddCredit needs two looks before."""
        refund, client_id = record.refund, asked(run.job).client_id
        if refund is None or refund.credited:
            return
        self._open_case(run, refund.amount, decision="credit")

        def save(**changes: object) -> None:
            run.save(record.model_copy(update={"refund": refund.model_copy(update=changes)}))

        if refund.request is None or not self._credited(run, record, refund.request, save):
            run.require(WHMCS_CALL_SECONDS)
            save(request=sent_now(run, refund.request))
            try:
                self.credits.add(client_id, refund.amount, f"Top-up not delivered {record.marker}")
            except (Refused, Unavailable):
                save(request=None)  # certainly nothing was credited
                raise
        # The mail has a key: if the record that follows is lost, it is put again and is one mail.
        self.mail_queue.put([_refunded(run, record.invoice_id, refund.amount)])
        save(credited=True)
        count("TopupRefunded")

    def _credited(self, run: Run, record: InvoiceRecord, request: Request, save: Save) -> bool:
        """Return whether an earlier AddCredit took effect."""
        run.require(WHMCS_CALL_SECONDS)
        if self.credits.carries(asked(run.job).client_id, record.marker):
            return True
        found_nothing(run, request, lambda looked: save(request=looked), "AddCredit")
        if sent_too_often(run, request):
            raise StopWorkflow(
                "credit-unconfirmed", "AddCredit was sent twice and WHMCS shows no credit."
            )
        return False

    def _open_case(
        self, run: Run, amount: Decimal, *, decision: Literal["credit", "person"]
    ) -> None:
        """Queue a Case. Queuing it again gives no second Case."""
        wanted, record, error = asked(run.job), invoice_so_far(run), run.job.last_error
        self.cases.send(
            CaseJob(
                case_key=record.marker.strip("[]"),
                topup=TopUpCase(
                    operation_id=wanted.operation_id,
                    account_id=run.result(LOAD).account_id,
                    service_id=wanted.service_id,
                    client_id=wanted.client_id,
                    invoice_id=record.invoice_id,
                    amount=f"{amount:f}",
                    currency=wanted.price.currency,
                    code=error.code if error else "",
                    decision=decision,
                ),
            )
        )


def _refunded(run: Run, invoice_id: int | None, amount: Decimal) -> MailJob:
    """That the data was not added, and how much is credited."""
    wanted, checked = asked(run.job), run.record(CHECK)
    return MailJob.of(
        TopupRefunded(
            subscription_id=wanted.service_id,
            product_name=checked.product_name if checked is not None else "",
            iccid_ending=wanted.ending,
            offer_name=wanted.name,
            price=Money.of(amount, wanted.price.currency),
            invoice_id=invoice_id,
        ),
        user_id=owner_of(run.job),
        # Another attempt has an invoice of its own, and what is paid for that is credited too.
        dedup_key=f"topup-refunded:{wanted.operation_id}:{invoice_id}",
        correlation_id=run.job.correlation_id,
    )
