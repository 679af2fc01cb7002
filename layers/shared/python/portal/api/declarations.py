"""What a route says of itself for the API's document, beyond its types.

The document declares every status that an operation can answer. What follows from the frame (a
body, a parameter, a bearer token, an upstream) is added by `ops/openapi.py`; a route names the
problems of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.domain.problems import ProblemType


@dataclass(frozen=True, kw_only=True)
class RequestHeader:
    """A header that a handler reads by itself."""

    name: str
    description: str
    required: bool = False
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, kw_only=True)
class Declared:
    """`refuses` are the problems of the route's own, None where it does not say; `sends` are
    headers of its success; `example` is a body that works."""

    refuses: tuple[ProblemType, ...] | None = None
    headers: tuple[RequestHeader, ...] = ()
    sends: tuple[str, ...] = ()
    example: dict[str, Any] | None = None


IF_MATCH = RequestHeader(
    name="If-Match",
    description="the ETag that was read; a change made meanwhile is then told as `conflict`",
)
IF_NONE_MATCH = RequestHeader(
    name="If-None-Match", description="an ETag that was read; unchanged is then 304"
)
CLIENT = RequestHeader(
    name="X-Portal-Client",
    description="`browser`: the refresh token comes as an HttpOnly cookie",
    schema={"type": "string", "enum": ["browser"]},
)
CSRF = RequestHeader(
    name="X-Portal-CSRF",
    description="`1`: needed with calls that rely on the cookie",
    schema={"type": "string", "enum": ["1"]},
)
LANGUAGE = RequestHeader(
    name="Accept-Language", description="`en` or `ja`: the language of the mails to come"
)

_SIGNED = (
    ("X-Portal-Timestamp", "seconds since 1970 at which the request was signed", r"^[0-9]{1,11}$"),
    ("X-Portal-Key-Id", "the name of the signing key", r"^[A-Za-z0-9._-]{1,64}$"),
    ("Idempotency-Key", "names this attempt; signed", r'^"?[A-Za-z0-9._:-]{1,128}"?$'),
)
SIGNED = tuple(
    RequestHeader(
        name=name,
        description=description,
        required=True,
        schema={"type": "string", "pattern": pattern},
    )
    for name, description, pattern in _SIGNED
)
"""What a signed call carries beside X-Portal-Signature (docs/signature.md)."""
