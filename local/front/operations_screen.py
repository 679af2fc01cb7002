"""`/ops/operations`: top-ups and reissues of customers, as `ops operation show` tells them."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.front.operations import FAILURES, Operations, entry, newest
from local.front.problems import page_problem, problem
from ops.operation_report import facts_of, steps_of
from ops.operations import commands, invoice_of

NOT_FOUND, BAD_GATEWAY = 404, 502
SILENT = "DynamoDB of the local stack does not answer."


class OperationsScreen:
    """The list, and one operation with its steps and history."""

    def __init__(self, operations: Operations, templates: Jinja2Templates) -> None:
        self._operations = operations
        self._templates = templates

    def routes(self) -> list[Route]:
        """Return the routes below `/ops/operations`."""
        return [
            Route("/ops/operations", self.list_all),
            Route("/ops/operations/{operation}", self.show),
        ]

    async def list_all(self, request: Request) -> Response:
        """List the operations, the last requested first."""
        found = await newest(self._operations)
        if "application/json" in request.headers.get("accept", ""):
            if found is None:
                return problem(BAD_GATEWAY, "No operations", SILENT)
            return JSONResponse({"operations": found})
        return self._templates.TemplateResponse(request, "operations.html", {"operations": found})

    async def show(self, request: Request) -> Response:
        """Show one operation."""
        try:
            found = await run_in_threadpool(self._operations.find, request.path_params["operation"])
        except FAILURES:
            return page_problem(self._templates, request, BAD_GATEWAY, "No operation", SILENT)
        if found is None:
            raise HTTPException(NOT_FOUND)
        job, history = found
        facts = facts_of(job)
        data: dict[str, Any] = {
            **entry(job),
            "facts": {
                name: value
                for name, value in facts.items()
                if name != "can be done" and value not in ("", None)
            },
            "commands": commands(job),
            "invoice": invoice_of(job),
            "steps": steps_of(job),
            "history": history,
        }
        return self._templates.TemplateResponse(request, "operation.html", data)
