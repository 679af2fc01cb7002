"""The error codes of customers' operations, with the texts for operators and customers.

`docs/topups.md` has a row for each reason of a top-up (a test holds the two together).
"""

from __future__ import annotations

from portal.domain.provisioning_errors import Reason

# What customers are told: the text, and its stable code.
_SORRY = ("We could not finish. We are looking into it.", "looking-into-it")
_LATER = (
    "A system that we depend on did not answer in time. Please try again later.",
    "try-later",
)
_PAYMENT = (
    "Your payment was not accepted. Please check your payment method and try again.",
    "payment-declined",
)
_LINE = (
    "The line cannot be topped up at the moment. Please ask our support team.",
    "line-not-available",
)
_MADE_GOOD = "What was paid has been credited, unless a Case says otherwise."

GENERAL: dict[str, Reason] = {
    "account-not-mapped": Reason("The portal user is gone.", *_SORRY),
    "aws-access-denied": Reason("The worker's role lacks a permission: see its logs.", *_SORRY),
    "aws-outcome-unknown": Reason("The portal's own storage did not answer: see logs.", *_LATER),
    "aws-refused": Reason("The portal's own storage refused a request: see its logs.", *_SORRY),
    "aws-unavailable": Reason("The portal's own storage failed.", *_LATER),
    "cancelled": Reason(
        "Nothing: an operator cancelled it.", "We cancelled the operation.", "cancelled"
    ),
    "configuration": Reason("The worker's configuration is incomplete: see its logs.", *_SORRY),
    "esim-access-denied": Reason("The eSIM provider refuses our credentials: renew them.", *_SORRY),
    "esim-outcome-unknown": Reason(
        "The provider does not tell whether the change happened: compare its books with the "
        "operation; a Case was opened when money is involved.",
        *_SORRY,
    ),
    "esim-refused": Reason("The eSIM provider refused; the job's record has its reason.", *_SORRY),
    "esim-unavailable": Reason("The eSIM provider was not available.", *_LATER),
    "internal-error": Reason("A defect in the portal: report the correlation id.", *_SORRY),
    "out-of-time": Reason("Give the worker a longer timeout.", *_SORRY),
    "retries-exhausted": Reason("The worker was interrupted each time: see its logs.", *_LATER),
    "line-not-active": Reason("The line is not active at the provider.", *_LINE),
    "service-missing": Reason("WHMCS has no such service of the client.", *_LINE),
    "service-not-active": Reason("The WHMCS service is not active.", *_LINE),
    "whmcs-access-denied": Reason(
        "WHMCS refuses our credentials or address: see `doctor`.", *_SORRY
    ),
    "whmcs-outcome-unknown": Reason("WHMCS did not answer.", *_LATER),
    "whmcs-refused": Reason("WHMCS refused; the job's record has its reason.", *_SORRY),
    "whmcs-unavailable": Reason("WHMCS was not available.", *_LATER),
}
"""The codes of every kind of operation."""

TOPUP: dict[str, Reason] = {
    **GENERAL,
    "invoice-changed": Reason(
        "Somebody changed the invoice in WHMCS before it was paid.",
        "The invoice was cancelled.",
        "invoice-cancelled",
    ),
    "invoice-missing": Reason("The invoice was deleted in WHMCS.", *_SORRY),
    "invoice-unconfirmed": Reason(
        "CreateInvoice was sent twice and WHMCS shows no invoice: look for one there.", *_SORRY
    ),
    "offer-gone": Reason(
        "The provider does not sell the top-up any more: correct the product's settings.",
        "This top-up is not available any more.",
        "offer-gone",
    ),
    "payment-failed": Reason("Nothing: the gateway did not take the money.", *_PAYMENT),
    "payment-method-missing": Reason(
        "Nothing: the customer has no valid payment method in WHMCS.",
        "There is no valid payment method. Please add one and try again.",
        "payment-method-missing",
    ),
    "payment-pending": Reason(
        "The bank or gateway has not decided; the operation ends when it has.", *_LATER
    ),
    "payment-unconfirmed": Reason(
        "CapturePayment was sent and WHMCS shows no payment: look at the gateway.", *_SORRY
    ),
    "topup-failed": Reason(f"The provider ended the top-up. {_MADE_GOOD}", *_SORRY),
    "topup-pending": Reason(f"The provider did not finish in time. {_MADE_GOOD}", *_LATER),
}
"""The codes of top-ups."""

_RETRY = "Please try again, or ask our support team."

REISSUE: dict[str, Reason] = {
    **GENERAL,
    "esim-outcome-unknown": Reason(
        "The provider does not tell whether it reissued the line: compare its books with the "
        "operation.",
        *_SORRY,
    ),
    "line-changed": Reason(
        "Nothing: the line was reissued or installed while the operation waited.",
        f"Your eSIM has changed meanwhile. {_RETRY}",
        "line-changed",
    ),
    "line-not-active": Reason(
        "The line is not active at the provider.",
        f"The eSIM is not active. {_RETRY}",
        "line-not-active",
    ),
    "old-line-not-ended": Reason(
        "The provider does not end the old line: end it there, or it costs money.",
        "Your new eSIM is ready. We still have to switch off the old one and look after that.",
        "old-esim-to-end",
    ),
    "order-missing": Reason(
        "Salesforce has no such Order: the new ICCID stands in WHMCS only.", *_SORRY
    ),
    "reissue-failed": Reason(
        "The provider ended the reissue; the job's record has its reason.",
        f"We could not replace the eSIM. The current one still works. {_RETRY}",
        "not-replaced",
    ),
    "reissue-pending": Reason("The provider did not finish in time.", *_LATER),
    "salesforce-access-denied": Reason("Salesforce refuses our credentials.", *_SORRY),
    "salesforce-outcome-unknown": Reason("Salesforce did not answer.", *_LATER),
    "salesforce-refused": Reason("Salesforce refused; the job's record has its reason.", *_SORRY),
    "salesforce-unavailable": Reason("Salesforce was not available.", *_LATER),
    "service-missing": Reason("WHMCS has no such service of the client.", *_SORRY),
    "service-not-active": Reason(
        "The WHMCS service is not active.",
        f"The service is not active. {_RETRY}",
        "service-not-active",
    ),
}
"""Of reissues."""

UNDER_WAY = frozenset({"payment-pending", "reissue-pending", "topup-pending"})
"""Codes of waits in which others do their work: nothing is wrong."""

REISSUE_DECLINED = frozenset({"cancelled", "line-changed", "line-not-active", "service-not-active"})
"""Ends that need no operator."""

TOPUP_DECLINED = frozenset({"cancelled", "payment-failed", "payment-method-missing"})
"""Codes that need no operator."""
