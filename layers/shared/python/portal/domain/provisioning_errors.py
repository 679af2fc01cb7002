"""All reasons for which provisioning can stop, with the texts for operators and customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Reason:
    """The texts for a reason: what the operator should do, and what the customer is told.

    `told` is the stable code of the customer's text, from which pages make it in other languages.
    """

    action: str
    customer: str
    told: str = ""


GOES_ON = "Nothing is to be done: the order waits and goes on by itself."
_UPSTREAMS = {"salesforce": "Salesforce", "whmcs": "WHMCS", "esim": "The eSIM provider"}
_OURS = "Something needs our attention. We are looking into it; you need not do anything."
_LATER = "A system we depend on is not available. We will try again."
_PAYMENT = "Please add a valid payment method; then we can continue."

REASONS: dict[str, Reason] = {
    "account-conflict": Reason(
        "Two portal users belong to the Order's Account after a merge: decide with `ops users` "
        "which one keeps it, then press again.",
        _OURS,
    ),
    "account-not-mapped": Reason(
        "The Account has no portal user yet: let the customer sign up, then press again.", _OURS
    ),
    "activation-date-missing": Reason(
        "Activation is Scheduled without Activation Scheduled At: enter it, then press again.",
        _OURS,
    ),
    "add-order-ambiguous": Reason(
        "Several WHMCS orders could be this one: cancel the wrong ones, then press again.", _OURS
    ),
    "add-order-unconfirmed": Reason(
        "WHMCS took the order twice without confirming it and does not show it: look there, "
        "then press again.",
        _OURS,
    ),
    "retries-exhausted": Reason(
        "The worker was interrupted each time: see its logs, then press again.", _LATER
    ),
    "aws-access-denied": Reason(
        "The worker's role lacks a permission: see its logs, grant it, then press again.", _OURS
    ),
    "aws-outcome-unknown": Reason("Press again.", _LATER),
    "aws-refused": Reason("The portal's own storage refused a request: see its logs.", _OURS),
    "aws-unavailable": Reason("The portal's own storage failed: press again.", _LATER),
    "billing-cycle-unavailable": Reason(
        "WHMCS does not sell the product in that billing cycle: correct one of the two, "
        "then press again.",
        _OURS,
    ),
    "cancelled": Reason("Nothing; press the button to begin anew.", "The order was cancelled."),
    "configuration": Reason(
        "The worker's configuration is incomplete: see its logs, complete it, then press again.",
        _OURS,
    ),
    "esim-access-denied": Reason(
        "The eSIM provider refuses our credentials: renew them, then press again.", _OURS
    ),
    "esim-activation-failed": Reason(
        "The provider ended the line before it was active: pressing again orders a new one.", _OURS
    ),
    "esim-activation-pending": Reason(
        "The provider did not activate the line in time: ask it, then press again.", _LATER
    ),
    "esim-outcome-unknown": Reason("The provider did not answer: press again.", _LATER),
    "esim-refused": Reason(
        "Correct what the eSIM provider's reason names, then press again.", _OURS
    ),
    "esim-settings-invalid": Reason(
        "The product's eSIM Settings JSON names no plan at the provider in use: correct "
        "it, then press again.",
        _OURS,
    ),
    "esim-unavailable": Reason("The eSIM provider was not available: press again.", _LATER),
    "internal-error": Reason("A defect in the portal: report the correlation id.", _OURS),
    "module-failed": Reason(
        "A WHMCS module could not set up a service: see the Module Queue, then press again.", _OURS
    ),
    "options-invalid": Reason(
        "The line's ConfigOptions JSON does not fit the WHMCS product: correct it, press again.",
        _OURS,
    ),
    "order-changed": Reason(
        "Lines were changed after ordering had begun: undo the change, then press again, "
        "or finish by hand.",
        _OURS,
    ),
    "order-empty": Reason("The Order has no products: add them, then press again.", _OURS),
    "order-not-approved": Reason(
        "Approve the Order: set its Status to Activated or Approved, then press again.",
        "Your order is being reviewed; you need not do anything.",
    ),
    "order-not-found": Reason(
        "The Order does not exist or is hidden from the portal: restore it or show it to "
        "the portal's user, then press again.",
        _OURS,
    ),
    "order-status": Reason(
        "Move the Order to a status that can be provisioned, then press again.", _OURS
    ),
    "order-synthetic": Reason(
        "Nothing: orders of the synthetic customer (SMOKE_EMAIL) are never set up. Set the Order's "
        "Status to the one of cancelled orders.",
        "This order is a test and is not set up.",
    ),
    "order-too-large": Reason(
        "Split the Order: WHMCS takes about 160 services at once. Then press again.", _OURS
    ),
    "out-of-time": Reason("The worker's timeout is too short: raise it, then press again.", _OURS),
    "payment-method-missing": Reason(
        "The customer has no valid payment method in WHMCS: ask for one, then press again.",
        _PAYMENT,
    ),
    "product-not-mapped": Reason("Enter the product's WHMCS Product Id, then press again.", _OURS),
    "product-not-prepared": Reason(
        "Give the WHMCS products the custom field Portal Order Ref, shown on the order "
        "form, then press again.",
        _OURS,
    ),
    "product-unknown": Reason(
        "WHMCS has no product with that id: correct the id, then press again.", _OURS
    ),
    "quantity-invalid": Reason(
        "Quantities are whole numbers from 1: correct the line, then press again.", _OURS
    ),
    "salesforce-access-denied": Reason(
        "Salesforce refuses our user: run `ops doctor`, correct what it names, then press again.",
        _OURS,
    ),
    "salesforce-conflict": Reason(
        "Salesforce names another WHMCS order: clear the field if it is wrong, then press again.",
        _OURS,
    ),
    "salesforce-order-deleted": Reason(
        "The Order was deleted after it had been ordered in WHMCS: restore it or cancel there.",
        _OURS,
    ),
    "salesforce-outcome-unknown": Reason("Salesforce did not answer: press again.", _LATER),
    "salesforce-refused": Reason(
        "Correct what Salesforce's reason names on the Order, then press again.",
        _OURS,
    ),
    "salesforce-unavailable": Reason("Salesforce was not available: press again.", _LATER),
    "service-mismatch": Reason(
        "The WHMCS services are not what was ordered: correct them there, then press again.", _OURS
    ),
    "whmcs-access-denied": Reason(
        "WHMCS refuses our credentials or address: run `ops doctor`, correct what it "
        "names, then press again.",
        _OURS,
    ),
    "whmcs-client-closed": Reason(
        "The WHMCS client is closed: reopen it, then press again.", _OURS
    ),
    "whmcs-client-missing": Reason(
        "The mapped WHMCS client does not exist any more: remove the portal user with "
        "`ops users remove`, let the customer sign up again, then press again.",
        _OURS,
    ),
    "whmcs-order-missing": Reason("The WHMCS order was deleted: finish by hand.", _OURS),
    "whmcs-order-not-accepted": Reason(
        "Somebody cancelled the WHMCS order or marked it as fraud: decide there first.", _OURS
    ),
    "whmcs-outcome-unknown": Reason("WHMCS did not answer: press again.", _LATER),
    "whmcs-refused": Reason("Correct what the reason of WHMCS names, then press again.", _OURS),
    "whmcs-unavailable": Reason("WHMCS was not available: press again.", _LATER),
}


def customer_message(code: str) -> str:
    """Return the text for customers about a code."""
    reason = REASONS.get(code)
    return reason.customer if reason else _OURS


def operator_message(code: str, found: str) -> str:
    """Return the text for operators in Salesforce: what was found, and what to do."""
    reason = REASONS.get(code)
    return f"{found} {reason.action}".strip() if reason else found


def waiting_message(code: str, at: datetime) -> str:
    """Return the text for operators while an order waits for an upstream that is down.

    The text stays until the order is provisioned or fails, so it names the time.
    """
    upstream = _UPSTREAMS.get(code.partition("-")[0], "Another system")
    return f"{upstream} was not available at {at:%H:%M} UTC. {GOES_ON}"
