"""What each step of a top-up leaves for later steps and for its own retries. Times are epoch
seconds.
"""

from __future__ import annotations

from decimal import Decimal

from portal.engine.steps import Record, StepKey
from pydantic import Field


class LoadRecord(Record):
    """Whose line is topped up: `account_id` is the Salesforce Account."""

    account_id: str = ""
    line_id: str = ""
    plan: str = ""


LOAD = StepKey("load", LoadRecord)


class CheckRecord(Record):
    """`data_total`: the bytes bought for the line so far, where the provider tells."""

    data_total: int | None = None
    checked: bool = True


CHECK = StepKey("check", CheckRecord)


class Request(Record):
    """A request to WHMCS that may have taken effect.

    `first_at` and `sent_at`: when it was sent first and last. `looked_at`: when a look first found
    nothing. `sends`: how often it was sent in `attempt`.
    """

    attempt: int
    first_at: int
    sent_at: int
    looked_at: int | None = None
    sends: int = 1


class Refund(Record):
    """What is given back as credit: `request` is AddCredit's."""

    amount: Decimal
    request: Request | None = None
    credited: bool = False


class InvoiceRecord(Record):
    """The invoice, or how the request for it stands; and what became of it when the job failed.

    `marker` finds the invoice, and what is credited for it, in WHMCS. `unpaid`: the
    operation failed and nothing was paid; `refund`: something was.
    """

    marker: str = ""
    invoice_id: int | None = None
    request: Request | None = None
    unpaid: bool = False
    refund: Refund | None = None


INVOICE = StepKey("invoice", InvoiceRecord)


class CaptureRecord(Record):
    """Whether the invoice is paid, or how the request for it stands.

    `accepted`: WHMCS said that the payment was captured. It is never asked for again then, whatever
    the invoice says.
    """

    invoice_id: int | None = None
    paid: bool = False
    accepted: bool = False
    request: Request | None = None


CAPTURE = StepKey("capture", CaptureRecord)


class TopUpRecord(Record):
    """The top-up, or how the request for it stands.

    `asked_at` is set once a request may have taken effect, `ref` names the effect. `data_before`
    and `data_added` tell whether it did, where the provider lists no top-ups.
    """

    invoice_id: int | None = None
    ref: str = ""
    asked_at: int | None = None
    data_before: int | None = None
    data_added: int | None = None
    change_id: str | None = None
    done: bool = False


TOP_UP = StepKey("top_up", TopUpRecord)


class NotifyRecord(Record):
    """How many mails were put on the queue."""

    mails: int = Field(default=0)


NOTIFY = StepKey("notify", NotifyRecord)
