"""The texts for customers about a top-up."""

from __future__ import annotations

from portal.domain.money import Money
from portal.domain.operation_errors import TOPUP
from portal.engine.model import Job
from portal.engine.steps import RecordT, StepKey

from functions.operations.topup.asked import asked
from functions.operations.topup.records import (
    CAPTURE,
    CHECK,
    INVOICE,
    LOAD,
    NOTIFY,
    TOP_UP,
)
from functions.operations.words import MadeGood, OperationWords


def made_good(job: Job) -> MadeGood:
    """Return a sentence about the customer's money after the top-up failed."""
    top_up, invoice = _record(job, TOP_UP), _record(job, INVOICE)
    if top_up is not None and top_up.done:
        return MadeGood(code="data-added", text="The data was added to your line.")
    if invoice is None or (invoice.unpaid and invoice.refund is None):
        return MadeGood(code="not-charged", text="You have not been charged.")
    if invoice.refund is not None and invoice.refund.credited:
        paid = Money.of(invoice.refund.amount, asked(job).price.currency)
        text = f"We have credited {paid.amount} {paid.currency} to your account."
        return MadeGood(code="credited", text=text, credited=paid)
    text = "Our support team checks whether you were charged, and will tell you."
    return MadeGood(code="charge-checked", text=text)


def _record(job: Job, key: StepKey[RecordT]) -> RecordT | None:
    stored = job.steps.get(key.name)
    return key.model.model_validate(stored.data) if stored is not None and stored.data else None


WORDS = OperationWords(
    steps={
        LOAD.name: "Line read",
        CHECK.name: "Line and payment method checked",
        INVOICE.name: "Invoice made",
        CAPTURE.name: "Payment taken",
        TOP_UP.name: "Data added",
        NOTIFY.name: "Receipt sent",
    },
    running="We charge your payment method and add the data to your line. This takes a moment.",
    succeeded="Nothing: the data is on your line. The receipt is in your mail.",
    reasons=TOPUP,
    made_good=made_good,
)
