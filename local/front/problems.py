"""Errors of the front door itself: pages for browsers, RFC 9457 documents for programs."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates


def problem(
    status: int, title: str, detail: str, *, correlation_id: str | None = None
) -> JSONResponse:
    """Return an `application/problem+json` response, with a new correlation id if none is given."""
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
    """Return the error as a page when the caller accepts HTML, else as a problem document."""
    if "text/html" not in request.headers.get("accept", ""):
        return problem(status, title, detail)
    data = {"title": title, "detail": detail}
    return templates.TemplateResponse(request, "error.html", data, status_code=status)
