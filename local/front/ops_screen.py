"""`/ops`: the alarms and the dashboard of CloudWatch, and the runbooks that they link to."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from markdown_it import MarkdownIt
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.front.charts import draw
from local.front.monitoring import Monitoring
from local.front.problems import page_problem, problem
from local.front.trace import IDENTIFIER, Tracer

NOT_FOUND = 404


class OpsScreen:
    """Pages over CloudWatch, logs and calls, and over the folder of documents `docs`."""

    def __init__(
        self, monitoring: Monitoring, tracer: Tracer, docs: Path, templates: Jinja2Templates
    ) -> None:
        self._monitoring = monitoring
        self._tracer = tracer
        self._docs = docs.resolve()
        self._templates = templates
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")

    def routes(self) -> list[Route]:
        """Return the routes below `/ops`."""
        return [
            Route("/ops", self.show),
            Route("/ops/alarms.json", self.alarms),
            Route("/ops/trace", self.trace),
            Route("/ops/docs/{path:path}", self.document),
        ]

    async def show(self, request: Request) -> Response:
        """Show alarms and charts."""
        try:
            board = await run_in_threadpool(self._monitoring.read)
        except (BotoCoreError, ClientError) as error:
            return page_problem(
                self._templates,
                request,
                502,
                "No alarms and metrics",
                f"CloudWatch of the local stack does not answer ({type(error).__name__}).",
            )
        data = {"board": board, "charts": [draw(widget) for widget in board.widgets]}
        return self._templates.TemplateResponse(request, "ops.html", data)

    async def alarms(self, _: Request) -> Response:
        """Return the alarms for programs: name, state, value, runbook and the rest."""
        try:
            board = await run_in_threadpool(self._monitoring.read)
        except (BotoCoreError, ClientError) as error:
            detail = f"CloudWatch of the local stack does not answer ({type(error).__name__})."
            return problem(502, "No alarms and metrics", detail)
        return JSONResponse({"alarms": [asdict(alarm) for alarm in board.alarms]})

    async def trace(self, request: Request) -> Response:
        """Show the log lines and calls of an Order id or a correlation id."""
        identifier = request.query_params.get("id", "").strip()
        data: dict[str, Any] = {"identifier": identifier, "trace": None, "says": None}
        status = 200
        if identifier and not IDENTIFIER.fullmatch(identifier):
            status = 422
            data["says"] = "An id has 8 to 64 letters, digits, dots, underscores or hyphens."
        elif identifier:
            data["trace"] = await self._tracer.follow(identifier)
        return self._templates.TemplateResponse(request, "trace.html", data, status_code=status)

    async def document(self, request: Request) -> Response:
        """Show a Markdown document of the project; links between documents work."""
        path = (self._docs / request.path_params["path"]).resolve()
        if path.is_dir():
            path /= "README.md"
        if not path.is_relative_to(self._docs) or path.suffix != ".md" or not path.is_file():
            raise HTTPException(NOT_FOUND)
        text = path.read_text(encoding="utf-8")
        heading = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
        data = {
            "title": heading.group(1) if heading else path.stem,
            "content": self._markdown.render(text),
        }
        return self._templates.TemplateResponse(request, "document.html", data)
