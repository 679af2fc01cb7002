"""The records of the steps of a top-up, for later steps and for retries.

Times are epoch seconds.
"""

from __future__ import annotations

from decimal import Decimal

from portal.engine.steps import Record, StepKey
from pydantic import Field


class LoadRecord(Record):
    """The line and its owner. `account_id` is the Salesforce Account."""

    account_id: str = ""
    line_id: str = ""
    plan: str = ""


LOAD = StepKey("load", LoadRecord)


class CheckRecord(Record):
    """`data_total` is the number of bytes bought so far; None if the provider does not tell.

    `product_name` is the service's, for mails.
    """

    data_total: int | None = None
    product_name: str = ""
    checked: bool = True


CHECK = StepKey("check", CheckRecord)


class Request(Record):
    """A request to WHMCS that may have taken effect.

    `first_at` and `sent_at` are the times of the first and last sending. `looked_at` is the time of
    the first look that found nothing. `sends` counts the sendings in `attempt`.
    """

    attempt: int
    first_at: int
    sent_at: int
    looked_at: int | None = None
    sends: int = 1


class Refund(Record):
    """The amount to credit. `request` is the request of AddCredit."""

    amount: Decimal
    request: Request | None = None
    credited: bool = False


class InvoiceRecord(Record):
    """The invoice or the request for it, and its settlement after a failure.

    `marker` is in the invoice's notes and the credit's description. After a failure, `unpaid` says
    that nothing was paid, and `refund` is set if something was.
    """

    marker: str = ""
    invoice_id: int | None = None
    request: Request | None = None
    unpaid: bool = False
    refund: Refund | None = None


INVOICE = StepKey("invoice", InvoiceRecord)


class CaptureRecord(Record):
    """Whether the invoice is paid, or the request for the payment.

    `accepted` says that WHMCS reported a captured payment. Then no payment is requested again,
    whatever the invoice's state.
    """

    invoice_id: int | None = None
    paid: bool = False
    accepted: bool = False
    request: Request | None = None


CAPTURE = StepKey("capture", CaptureRecord)


class TopUpRecord(Record):
    """The top-up or the request for it.

    `asked_at` is set once a request may have taken effect. `ref` is its reference, `line_id` the
    line it was sent for, which a reissue may replace before the next attempt. `data_before` and
    `data_added` tell whether it took effect, if the provider lists no top-ups.
    """

    invoice_id: int | None = None
    ref: str = ""
    line_id: str = ""
    asked_at: int | None = None
    data_before: int | None = None
    data_added: int | None = None
    change_id: str | None = None
    done: bool = False


TOP_UP = StepKey("top_up", TopUpRecord)


class NotifyRecord(Record):
    """The number of queued mails."""

    mails: int = Field(default=0)


NOTIFY = StepKey("notify", NotifyRecord)
