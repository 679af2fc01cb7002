"""The Idempotency-Key of a request, which names one attempt."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

from portal.domain.problems import IDEMPOTENCY_KEY_MISSING, Problem

PATTERN = r'^"[\x21\x23-\x7e]{1,255}"$|^[\x21\x23-\x7e]{1,255}$'

RequiredIdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=PATTERN,
        description="required: names this attempt (visible ASCII, in quotes or not); the same "
        "key with the same request is the same operation",
    ),
]


def bare(key: str) -> str:
    """Return a key without the quotes that the IETF draft writes and most clients omit."""
    quoted = len(key) > 1 and key[0] == key[-1] == '"'
    return key[1:-1] if quoted else key


def required(key: str | None) -> str:
    """Return the key. Raises Problem `idempotency-key-missing` if there is none."""
    if not key:
        raise Problem(
            IDEMPOTENCY_KEY_MISSING,
            "Send an Idempotency-Key that names this attempt, the same one on every retry.",
        )
    return bare(key)
