"""What an error code of an eSIM provider means to the caller, whoever the provider is.

Each adapter sorts its provider's codes in one table of verdicts; the table is shown in
docs/esim-providers.md.
"""

from __future__ import annotations

from enum import StrEnum

from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable, UpstreamError
from portal.observability import count, logger

UPSTREAM = "esim"


class Verdict(StrEnum):
    """One row of a provider's table of codes."""

    REFUSED = "refused"
    """Nothing happened, and the same request will be refused again."""
    UNAUTHORIZED = "unauthorized"
    """Our credentials, grants or address stand in the way."""
    NOT_YET = "not-yet"
    """Nothing happened, the provider works; later the request may succeed."""
    UNAVAILABLE = "unavailable"
    """Nothing happened: the request was turned away unprocessed."""
    IN_DOUBT = "in-doubt"
    """A write may have happened; a read has to be repeated."""


def failure(
    verdict: Verdict,
    operation: str,
    message: str,
    *,
    writes: bool,
    code: str | None,
    status: int | None,
    loggable: str | None = None,
) -> UpstreamError:
    """The error that a verdict means for a read or a write."""
    kinds: dict[Verdict, type[UpstreamError]] = {
        Verdict.REFUSED: Refused,
        Verdict.UNAUTHORIZED: Unauthorized,
        Verdict.IN_DOUBT: OutcomeUnknown if writes else Unavailable,
    }
    kind = kinds.get(verdict, Unavailable)
    return kind(UPSTREAM, operation, message, code=code, status=status, loggable=loggable)


def log_unknown_code(provider: str, operation: str, code: str | None, status: int) -> None:
    """Log and count a code that the provider's table lacks, so that somebody adds it."""
    count("UnknownVendorErrors")
    logger().warning(
        "eSIM provider answered with an unknown error code",
        extra={"provider": provider, "operation": operation, "code": code, "status": status},
    )
