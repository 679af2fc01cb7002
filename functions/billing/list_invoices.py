"""GET /billing/invoices: the caller's invoices, newest first."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from portal.api.app import App
from portal.api.models import Page
from portal.api.principal import CurrentUser, mapped

from functions.billing.deps import InvoicesDeps, build_invoices
from functions.billing.invoices import summary
from functions.billing.models import InvoiceView

app = App("billing")


@app.get("/billing/invoices", summary="Invoices, newest first", signed_in=True)
def list_invoices(
    user: CurrentUser,
    deps: Annotated[InvoicesDeps, Depends(build_invoices)],
    cursor: Annotated[str, Query(pattern=r"^\d{1,7}$", description="nextCursor of a page")] = "0",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Page[InvoiceView]:
    """Read-only; WHMCS is the authority."""
    customer = mapped(user, deps.directory)
    offset = int(cursor)
    found, total = deps.invoices.page(customer.whmcs_client_id, offset=offset, limit=limit)
    following = offset + len(found)
    return Page[InvoiceView](
        items=[summary(invoice) for invoice in found],
        next_cursor=str(following) if found and following < total else None,
    )


handler = app.handler
