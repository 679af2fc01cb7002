"""Checks of the eSIM provider."""

from __future__ import annotations

from decimal import Decimal

from portal.domain.esim import read_settings

from ops.doctor.installation import Installation
from ops.doctor.model import Check, Finding, ok, warning, wrong

PAGE = "doctor.md#esim-provider"
LEAST_BALANCE = Decimal(50)


def login(world: Installation) -> Finding:
    """Check whether the credentials are accepted."""
    plans = world.esim.plans()
    return ok(
        f"{world.setting('ESIM_PROVIDER')} accepts the credentials and has {len(plans)} plans"
    )


def settings(world: Installation) -> Finding:
    """Check whether each eSIM product names a plan of this provider."""
    provider = world.setting("ESIM_PROVIDER")
    problems = []
    for product in world.salesforce.esim_products():
        try:
            read = read_settings(product.settings)
        except ValueError:
            problems.append(f"{product.sku}: not readable")
            continue
        if read is not None and read.plan(provider) is None:
            problems.append(f"{product.sku}: nothing for {provider}")
    if problems:
        return wrong(", ".join(problems), SETTINGS)
    return ok(f"{len(world.salesforce.esim_products())} eSIM products have settings")


def plans(world: Installation) -> Finding:
    """Check whether the plans that products name can be ordered."""
    available = world.esim.plans()
    problems = [
        f"{sku}: {plan} is {'not available' if plan in available else 'unknown'}"
        for sku, plan in _plans(world)
        if not available.get(plan, False)
    ]
    if problems:
        return wrong(", ".join(problems), PLANS)
    return ok(f"{len(_plans(world))} products name plans that can be ordered")


def balance(world: Installation) -> Finding:
    """Check whether the prepaid balance is sufficient."""
    left = world.esim.balance()
    if left is None:
        return ok("the provider sends invoices")
    found = f"{left:.2f} USD are left"
    if left <= 0:
        return wrong(found, BALANCE)
    return ok(found) if left >= LEAST_BALANCE else warning(found, BALANCE)


def webhook(world: Installation) -> Finding:
    """Whether events reach the portal, where the provider tells."""
    address = world.esim.webhook()
    if address is None:
        return ok("the provider does not tell where events go; its dashboard does")
    if not address:
        return warning("no webhook is registered: jobs poll", WEBHOOK)
    # The end of the address is a secret: it is not shown.
    wanted = f"{world.api.url}/webhooks/esim/"
    if not address.startswith(wanted):
        return wrong(f"events do not go to {wanted}…", WEBHOOK)
    return ok("events go to the portal")


def _plans(world: Installation) -> list[tuple[str, str]]:
    provider = world.setting("ESIM_PROVIDER")
    found = []
    for product in world.salesforce.esim_products():
        try:
            read = read_settings(product.settings)
        except ValueError:
            continue
        plan = read.plan(provider) if read is not None else None
        if plan is not None:
            found.append((product.sku, plan))
    return found


LOGIN = (
    "Make new credentials at the provider, run `make secrets`, and check ESIM_PROVIDER and "
    "ESIM_API_URL."
)
SETTINGS = "Correct eSIM_Settings_JSON__c of the product in Salesforce (docs/esim-providers.md)."
PLANS = "Name a plan in eSIM_Settings_JSON__c that the provider offers to this account."
WEBHOOK = (
    "Register the portal's address at the provider (docs/esim-providers.md#webhooks): without "
    "events a pending eSIM is noticed minutes later."
)
BALANCE = "Pay a deposit to the provider: an order that it does not cover is refused."

CHECKS = (
    Check(
        id="esim.login",
        title="the credentials are accepted",
        look=login,
        remedy=LOGIN,
        page=PAGE,
        needs=("aws.secret-esim",),
    ),
    Check(
        id="esim.settings",
        title="eSIM products have settings",
        look=settings,
        remedy=SETTINGS,
        page=PAGE,
        needs=("salesforce.pricebook", "salesforce.fields"),
    ),
    Check(
        id="esim.plans",
        title="plans can be ordered",
        look=plans,
        remedy=PLANS,
        page=PAGE,
        needs=("esim.login", "salesforce.pricebook", "salesforce.fields"),
    ),
    Check(
        id="esim.balance",
        title="the balance covers orders",
        look=balance,
        remedy=BALANCE,
        page=PAGE,
        needs=("esim.login",),
    ),
    Check(
        id="esim.webhook",
        title="events reach the portal",
        look=webhook,
        remedy=WEBHOOK,
        page=PAGE,
        needs=("esim.login",),
    ),
)
