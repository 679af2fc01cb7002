"""Errors of the front door itself, in the same shape as the API's (RFC 9457)."""

from __future__ import annotations

import uuid

from starlette.responses import JSONResponse


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
