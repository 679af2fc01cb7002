"""`/docs` and `/openapi.json`: the committed OpenAPI document, readable and playable."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.context import StackContext
from local.front.openapi_view import read_api
from local.front.problems import problem


class DocsScreen:
    """Reads the document anew for each request: it may be regenerated while the stack runs."""

    def __init__(self, context: StackContext, templates: Jinja2Templates) -> None:
        self._context = context
        self._templates = templates

    def routes(self) -> list[Route]:
        """`/docs` and `/openapi.json`."""
        return [Route("/docs", self.show), Route("/openapi.json", self.document)]

    async def document(self, _: Request) -> Response:
        """The document, with this front door as its server."""
        document = self._read()
        if document is None:
            return self._missing()
        servers = [{"url": f"{self._context.front_url}/api", "description": "local stack"}]
        return JSONResponse({**document, "servers": servers})

    async def show(self, request: Request) -> Response:
        """The viewer."""
        document = self._read()
        if document is None:
            return self._missing()
        data = {"api": read_api(document), "accounts": self._context.accounts}
        return self._templates.TemplateResponse(request, "docs.html", data)

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
            f"There is no {self._context.openapi_path.name}; generate it and load this page again.",
        )
