"""GET /subscriptions returns the caller's services."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.models import Page
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    NOT_MAPPED,
)

from functions.subscriptions.deps import ListDeps, build_list
from functions.subscriptions.models import SubscriptionSummary
from functions.subscriptions.views import summary

app = App("subscriptions")


@app.get(
    "/subscriptions",
    summary="Services of the customer",
    signed_in=True,
    declared=Declared(refuses=(NOT_MAPPED,)),
)
def list_subscriptions(
    user: CurrentUser,
    deps: Annotated[ListDeps, Depends(build_list)],
    cursor: Annotated[
        str, Query(pattern=r"^[0-9]{1,7}$", description="nextCursor of a page")
    ] = "0",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    lines: Annotated[bool, Query(description="with what the eSIM provider tells at once")] = False,
) -> Page[SubscriptionSummary]:
    """Return a page of the caller's services in WHMCS.

    With `lines` the services have their eSIM lines, which cost one call of the provider. Gigs lists
    a customer's lines, so they have state and period. eSIM Access gives the usage of several lines,
    so the first ten lines have their usage.
    """
    customer = mapped(user, deps.directory)
    page = deps.services.page(customer.whmcs_client_id, offset=int(cursor), limit=limit)
    found = deps.lines().of(page.services, customer.user_id) if lines else {}
    return Page[SubscriptionSummary](
        items=[summary(service, found.get(service.id)) for service in page.services],
        next_cursor=None if page.following is None else str(page.following),
    )


handler = app.handler
