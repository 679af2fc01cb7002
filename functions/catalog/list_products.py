"""GET /catalog returns the products that are on sale today. It is public."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from portal.api.app import App
from portal.api.declarations import IF_NONE_MATCH, Declared
from portal.garbage_collection import collector_paused

from functions.catalog.caching import RenderedAnswers, cacheable, etag_of, not_modified, to_json
from functions.catalog.deps import CatalogDeps, build_catalog
from functions.catalog.models import CatalogView, product_view
from functions.catalog.shop import on_sale

app = App("catalog")
rendered = RenderedAnswers()

ANSWERS: dict[int, Any] = {
    200: {
        "description": "Products in display order",
        "content": {"application/json": {"model": CatalogView}},
    },
    304: {"description": "Unchanged since the version named in If-None-Match"},
}
Category = Annotated[
    Literal["Internet", "eSIM", "VPN", "Other"] | None, Query(description="only this category")
]


@app.get(
    "/catalog",
    summary="What is on sale today",
    responses=ANSWERS,
    declared=Declared(refuses=(), headers=(IF_NONE_MATCH,), sends=("ETag",)),
)
def list_products(
    request: Request,
    deps: Annotated[CatalogDeps, Depends(build_catalog)],
    category: Category = None,
) -> Response[str]:
    """Return the products from a shared cache, which is read from Salesforce every few minutes."""
    catalog, today = deps.catalog.current(), deps.today()
    etag = etag_of(catalog.version, today.isoformat(), category or "")
    if not_modified(request.resolved_event.headers.get("if-none-match"), etag):
        return cacheable(etag, None)

    def render() -> str:
        products = on_sale(catalog, today, category=category)
        with collector_paused():
            return to_json(
                CatalogView(
                    items=[product_view(p, tax_included=deps.tax_included) for p in products],
                    tax_included=deps.tax_included,
                )
            )

    return cacheable(etag, rendered.get(etag, render))


handler = app.handler
