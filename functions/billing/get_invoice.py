"""GET /billing/invoices/{invoiceId} returns one invoice of the caller."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    NOT_FOUND,
    NOT_MAPPED,
    Problem,
)

from functions.billing.deps import InvoicesDeps, build_invoices
from functions.billing.invoices import detail
from functions.billing.models import InvoiceDetail

app = App("billing")


@app.get(
    "/billing/invoices/<invoiceId>",
    summary="One invoice",
    signed_in=True,
    declared=Declared(
        refuses=(
            NOT_MAPPED,
            NOT_FOUND,
        )
    ),
)
def get_invoice(
    invoiceId: Annotated[str, Path(pattern=r"^[1-9][0-9]{0,9}$")],  # noqa: N803  # as in the path
    user: CurrentUser,
    deps: Annotated[InvoicesDeps, Depends(build_invoices)],
) -> InvoiceDetail:
    """Return an invoice of the caller. Invoices of other clients are not found."""
    customer = mapped(user, deps.directory)
    invoice = deps.invoices.find(int(invoiceId), client_id=customer.whmcs_client_id)
    if invoice is None:
        raise Problem(NOT_FOUND, "You have no invoice of that number.")
    return detail(invoice)


handler = app.handler
