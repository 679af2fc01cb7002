"""GET /subscriptions/{id} returns one service of the caller, with its eSIM line."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    NOT_FOUND,
    NOT_MAPPED,
)

from functions.subscriptions.deps import SubscriptionDeps, build_subscription
from functions.subscriptions.finding import own_service
from functions.subscriptions.models import ServiceId, SubscriptionView
from functions.subscriptions.views import detail, esim_view

app = App("subscriptions")


@app.get(
    "/subscriptions/<id>",
    summary="One service with its eSIM line",
    signed_in=True,
    declared=Declared(
        refuses=(
            NOT_MAPPED,
            NOT_FOUND,
        )
    ),
)
def get_subscription(
    id: ServiceId,  # noqa: A002  # as in the path
    user: CurrentUser,
    deps: Annotated[SubscriptionDeps, Depends(build_subscription)],
) -> SubscriptionView:
    """Return a service of the caller. Others' services are not found."""
    customer = mapped(user, deps.directory)
    service = own_service(deps.services, id, customer.whmcs_client_id)
    line = deps.lines.of(service)
    if line is None:
        return detail(service, None)
    facts = deps.lines.facts(service, line)
    return detail(service, esim_view(facts, deps.lines.usage(facts)))


handler = app.handler
