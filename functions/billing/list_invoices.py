"""GET /billing/invoices returns the caller's invoices, newest first."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.models import Page
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    NOT_MAPPED,
)

from functions.billing.deps import InvoicesDeps, build_invoices
from functions.billing.invoices import summary
from functions.billing.models import InvoiceView

app = App("billing")


@app.get(
    "/billing/invoices",
    summary="Invoices, newest first",
    signed_in=True,
    declared=Declared(refuses=(NOT_MAPPED,)),
)
def list_invoices(
    user: CurrentUser,
    deps: Annotated[InvoicesDeps, Depends(build_invoices)],
    cursor: Annotated[
        str, Query(pattern=r"^[0-9]{1,7}$", description="nextCursor of a page")
    ] = "0",
    status: Annotated[
        Literal["unpaid"] | None, Query(description="only what is still to be paid")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Page[InvoiceView]:
    """Return a page of the caller's invoices, which are read from WHMCS."""
    customer = mapped(user, deps.directory)
    page = deps.invoices.page(
        customer.whmcs_client_id, offset=int(cursor), limit=limit, unpaid=status is not None
    )
    return Page[InvoiceView](
        items=[summary(invoice) for invoice in page.invoices],
        next_cursor=None if page.following is None else str(page.following),
    )


handler = app.handler
