"""GET /billing/payment-methods/summary says whether the caller has a valid payment method."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.payment import PayMethod, any_usable
from portal.domain.problems import (
    NOT_MAPPED,
)

from functions.billing.deps import PaymentMethodsDeps, build_payment_methods
from functions.billing.models import PaymentMethodsSummary, PaymentMethodView

app = App("billing")


@app.get(
    "/billing/payment-methods/summary",
    summary="Is there a valid payment method",
    signed_in=True,
    declared=Declared(refuses=(NOT_MAPPED,)),
)
def payment_methods(
    user: CurrentUser,
    deps: Annotated[PaymentMethodsDeps, Depends(build_payment_methods)],
) -> PaymentMethodsSummary:
    """Return the payment methods. They are read from WHMCS each time.

    The customer may have added a card a moment before.
    """
    customer = mapped(user, deps.directory)
    methods = deps.gate.methods(customer.whmcs_client_id)
    today = deps.today()
    return PaymentMethodsSummary(
        has_payment_method=any_usable(methods, today),
        methods=[_view(method, today) for method in methods],
    )


def _view(method: PayMethod, today: date) -> PaymentMethodView:
    readable = method.expires is not None and method.expires != date.min
    return PaymentMethodView(
        type=method.kind.value,
        brand=method.brand,
        last_four=method.last_four,
        expiry=f"{method.expires:%Y-%m}" if method.expires and readable else None,
        expired=method.expired(today),
    )


handler = app.handler
