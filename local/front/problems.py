"""Errors of the front door itself: pages for browsers, RFC 9457 documents for programs."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates


def problem(
    status: int, title: str, detail: str, *, correlation_id: str | None = None
) -> JSONResponse:
    """An `application/problem+json` answer; a new correlation id where the caller had none."""
    instance = correlation_id or str(uuid.uuid4())
    return JSONResponse(
        {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "instance": instance,
        },
        status_code=status,
        media_type="application/problem+json",
        headers={"X-Correlation-Id": instance, "Cache-Control": "no-store"},
    )


def page_problem(
    templates: Jinja2Templates, request: Request, status: int, title: str, detail: str
) -> Response:
    """The error as a page where the caller accepts HTML, else as a problem document."""
    if "text/html" not in request.headers.get("accept", ""):
        return problem(status, title, detail)
    data = {"title": title, "detail": detail}
    return templates.TemplateResponse(request, "error.html", data, status_code=status)
