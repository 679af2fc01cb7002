"""GET /catalog/personalized returns the products that the caller can order."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.catalog.eligibility import eligible, fully_known
from portal.domain.problems import (
    ACCOUNT_CONFLICT,
    NOT_MAPPED,
)

from functions.catalog.caching import RenderedAnswers, etag_of, to_json
from functions.catalog.deps import PersonalizedDeps, build_personalized
from functions.catalog.models import (
    PersonalCatalogView,
    eligibility_view,
    not_offered_view,
    product_view,
)
from functions.catalog.shop import on_sale

app = App("catalog")
rendered = RenderedAnswers()

ANSWERS: dict[int, Any] = {
    200: {
        "description": "Products in display order, and why these",
        "content": {"application/json": {"model": PersonalCatalogView}},
    }
}


@app.get(
    "/catalog/personalized",
    summary="What the caller can order",
    signed_in=True,
    responses=ANSWERS,
    declared=Declared(
        refuses=(
            ACCOUNT_CONFLICT,
            NOT_MAPPED,
        )
    ),
)
def personalized(
    user: CurrentUser,
    deps: Annotated[PersonalizedDeps, Depends(build_personalized)],
    category: Annotated[
        Literal["Internet", "eSIM", "VPN", "Other"] | None,
        Query(description="only this category"),
    ] = None,
) -> Response[str]:
    """Return the products for which the caller's Account is eligible. No cache may store it."""
    customer = mapped(user, deps.directory)
    account = deps.eligibility(customer)
    catalog, today = deps.catalog.current(), deps.today()

    def render() -> str:
        sold = on_sale(catalog, today, category=category)
        view = PersonalCatalogView(
            items=[
                product_view(product, tax_included=deps.tax_included)
                for product in sold
                if eligible(product, account)
            ],
            tax_included=deps.tax_included,
            not_offered=[
                not_offered_view(product, account)
                for product in sold
                if not eligible(product, account)
            ],
            eligibility=eligibility_view(account, known=fully_known(account)),
        )
        return to_json(view)

    # Customers with the same eligibility get the same body, which holds no other data of theirs.
    alike = etag_of(catalog.version, today.isoformat(), account.model_dump_json(), category or "")
    return Response(
        status_code=200,
        content_type="application/json",
        body=rendered.get(alike, render),
    )


handler = app.handler
