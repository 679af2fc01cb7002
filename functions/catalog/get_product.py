"""GET /catalog/{sku} returns one product with the data that a form needs to configure it."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import IF_NONE_MATCH, Declared
from portal.domain.ids import SKU
from portal.domain.problems import (
    NOT_FOUND,
)

from functions.catalog.caching import cacheable, etag_of, not_modified, to_json
from functions.catalog.deps import CatalogDeps, build_catalog
from functions.catalog.models import ProductView, product_view
from functions.catalog.shop import one_on_sale

app = App("catalog")

ANSWERS: dict[int, Any] = {
    200: {
        "description": "The product",
        "content": {"application/json": {"model": ProductView}},
    },
    304: {"description": "Unchanged since the version named in If-None-Match"},
}


@app.get(
    "/catalog/<sku>",
    summary="One product",
    responses=ANSWERS,
    declared=Declared(refuses=(NOT_FOUND,), headers=(IF_NONE_MATCH,), sends=("ETag",)),
)
def get_product(
    sku: Annotated[str, Path(pattern=SKU)],
    request: Request,
    deps: Annotated[CatalogDeps, Depends(build_catalog)],
) -> Response[str]:
    """Return one product. An unknown or hidden product, or one not sold today, is a 404."""
    today = deps.today()
    product = one_on_sale(deps.catalog, today, sku)
    body = to_json(product_view(product, tax_included=deps.tax_included))
    etag = etag_of(body)
    unchanged = not_modified(request.resolved_event.headers.get("if-none-match"), etag)
    return cacheable(etag, None if unchanged else body)


handler = app.handler
