"""What an operator does when a step of the smoke test fails."""

from __future__ import annotations

from portal.ports.portal_api import ApiAnswer
from portal.smoke.model import SmokeStep

NOT_REACHED = (
    "The public address does not answer: look whether the stage is deployed, and at its name in "
    "the DNS, its certificate and the way there from here; then run `make doctor`."
)
LOST = "The answer was lost on the way: run it again, then look at the alarms on latency."
OTHER = "Look up the reference in the logs of the stage's Lambdas, and run `make doctor`."
UPSTREAM = (
    "A system behind the portal failed: run `make doctor`, which names it, and follow the runbook "
    "of the alarm that rings."
)
NOT_PORTAL = (
    "The answer is not the portal's: something in front of it answered, such as a firewall, a "
    "distribution or another site at that address."
)
CREDENTIALS = (
    "The user does not exist or has another password: sign up with SMOKE_EMAIL, or put its "
    "password into the secret `smoke` by `make secrets`."
)
SKU = (
    "Customers do not see SMOKE_SKU: name a product that is visible, sold today, in the price book "
    "and not limited to another address; `ops catalog check` says why one is left out."
)
PAYMENT = (
    "SMOKE_SKU needs a payment method: name a product that needs none, or add one for the "
    "synthetic customer in WHMCS."
)
CART = (
    "The product cannot be ordered as it is: name another in SMOKE_SKU, whose options have "
    "defaults."
)
APPROVED = (
    "Somebody, or a flow of the org, approved the order within seconds: exclude the synthetic "
    "customer's Account from it, and set the order's Status to the one of cancelled orders."
)
STATUS = (
    "Salesforce refused the status: run `make doctor`, whose line salesforce.cancelled-status "
    "says how to mend it."
)
STILL_THERE = (
    "The order does not show as cancelled: look at it with `ops order show`, and set its Status to "
    "the one of cancelled orders."
)
MAPPING = (
    "The synthetic customer is not complete, or its Account was merged: look with `ops users`, or "
    "sign up again with SMOKE_EMAIL."
)
TOO_MANY = (
    "The synthetic customer is limited: run it less often, or look who else signs in with it."
)

_BY_SLUG = {
    "invalid-credentials": CREDENTIALS,
    "rate-limited": TOO_MANY,
    "account-not-mapped": MAPPING,
    "account-conflict": MAPPING,
    "payment-method-required": PAYMENT,
    "cart-invalid": CART,
    "order-not-cancellable": APPROVED,
    "upstream-unavailable": UPSTREAM,
    "upstream-refused": UPSTREAM,
    "outcome-unknown": UPSTREAM,
}
_BY_STEP = {(SmokeStep.CANCEL, "upstream-refused"): STATUS}


def remedy(step: SmokeStep, answer: ApiAnswer) -> str:
    """Return what to do about an answer that is no success."""
    if not answer.slug:
        return NOT_PORTAL if answer.status < 500 else OTHER  # noqa: PLR2004  # HTTP: our side
    return _BY_STEP.get((step, answer.slug)) or _BY_SLUG.get(answer.slug, OTHER)


def described(answer: ApiAnswer) -> str:
    """Return an answer in words, without what customers typed."""
    slug = answer.slug or "no problem document"
    codes = sorted({str(error.get("code")) for error in answer.body.get("errors") or () if error})
    more = f" ({', '.join(codes)})" if codes else ""
    return f"{answer.status} {slug}{more}"
