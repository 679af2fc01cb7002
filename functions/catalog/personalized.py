"""GET /catalog/personalized: what this customer can have."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from portal.api.app import App
from portal.api.principal import CurrentUser, mapped
from portal.catalog.eligibility import fully_known

from functions.catalog.deps import PersonalizedDeps, build_personalized
from functions.catalog.models import PersonalCatalogView, eligibility_view, product_view
from functions.catalog.shop import offered_to

app = App("catalog")


@app.get("/catalog/personalized", summary="What the caller can order", signed_in=True)
def personalized(
    user: CurrentUser,
    deps: Annotated[PersonalizedDeps, Depends(build_personalized)],
    category: Annotated[
        Literal["Internet", "eSIM", "VPN", "Other"] | None,
        Query(description="only this category"),
    ] = None,
) -> PersonalCatalogView:
    """The catalogue filtered by the Account's eligibility; never cached by anybody else."""
    customer = mapped(user, deps.directory)
    account = deps.eligibility(customer.sf_account_id)
    offered = offered_to(deps.catalog.current(), deps.today(), account, category=category)
    return PersonalCatalogView(
        items=[product_view(product) for product in offered],
        eligibility=eligibility_view(account, known=fully_known(account)),
    )


handler = app.handler
