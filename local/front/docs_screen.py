"""`/docs` and `/openapi.json`: the committed OpenAPI document in Swagger UI."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from local.context import StackContext
from local.front.problems import problem
from local.front.vendoring import SWAGGER_UI, VENDOR

# Swagger UI needs style attributes. Its script is a file of this origin.
VIEWER_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class DocsScreen:
    """Reads the document for each request: it may be generated again while the stack runs."""

    def __init__(self, context: StackContext, templates: Jinja2Templates) -> None:
        self._context = context
        self._templates = templates

    def routes(self) -> list[BaseRoute]:
        """Return the routes of `/docs`, of the viewer's files below it, and of `/openapi.json`."""
        return [
            Route("/docs", self.show),
            Mount("/docs/viewer", StaticFiles(directory=VENDOR / SWAGGER_UI.package)),
            Route("/openapi.json", self.document),
        ]

    async def document(self, _: Request) -> Response:
        """Serve the document with this front door as its server."""
        document = self._read()
        if document is None:
            return self._missing()
        servers = [{"url": f"{self._context.front_url}/api", "description": "local stack"}]
        return JSONResponse({**document, "servers": servers})

    async def show(self, request: Request) -> Response:
        """Show the viewer with a sign-in button for each demo customer."""
        if self._read() is None:
            return self._missing()
        return self._templates.TemplateResponse(
            request,
            "docs.html",
            {"accounts": self._context.accounts},
            headers={"Content-Security-Policy": VIEWER_POLICY},
        )

    def _read(self) -> dict[str, Any] | None:
        path = self._context.openapi_path
        if not path.is_file():
            return None
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document

    def _missing(self) -> Response:
        return problem(
            404,
            "Not Found",
            f"There is no {self._context.openapi_path.name}. Run `make openapi` and load this page "
            "again.",
        )
