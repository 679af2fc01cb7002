"""Conditional answers with an ETag, which changes exactly when the answer does."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response
from portal.api.models import ResponseModel

PUBLIC = "public, max-age=60, stale-while-revalidate=300"


def etag_of(*parts: str) -> str:
    """Return a strong ETag of the data that an answer is made from."""
    return '"' + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32] + '"'


def not_modified(if_none_match: str | None, etag: str) -> bool:
    """Whether the caller has this version already (RFC 9110, If-None-Match, weak comparison)."""
    if if_none_match is None:
        return False
    known = re.findall(r'(?:W/)?("[^"]*")|(\*)', if_none_match)
    return any(tag == etag or star for tag, star in known)


def cacheable(etag: str, body: str | None) -> Response[str]:
    """Return a 200 with the body, or a 304 without one."""
    return Response(
        status_code=304 if body is None else 200,
        content_type="application/json",
        body=body or "",
        headers={"ETag": etag, "Cache-Control": PUBLIC},
    )


def to_json(view: ResponseModel) -> str:
    """Return the JSON of a body as it is sent."""
    return view.model_dump_json(by_alias=True)


class RenderedAnswers:
    """Keeps the last bodies by ETag for the life of the execution environment."""

    def __init__(self, limit: int = 16) -> None:
        self._limit = limit
        self._bodies: dict[str, str] = {}

    def get(self, etag: str, render: Callable[[], str]) -> str:
        """Return the body with that ETag, which is rendered only when it is not kept."""
        if etag not in self._bodies:
            if len(self._bodies) >= self._limit:
                self._bodies.pop(next(iter(self._bodies)))
            self._bodies[etag] = render()
        return self._bodies[etag]
