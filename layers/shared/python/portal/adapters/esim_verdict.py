"""The meaning of an eSIM provider's error code to the caller, for all providers.

Each adapter has a table from its provider's codes to verdicts. docs/esim-providers.md shows them.
"""

from __future__ import annotations

from enum import StrEnum

from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable, UpstreamError
from portal.observability import count, logger

UPSTREAM = "esim"


class Verdict(StrEnum):
    """One row of a provider's table of codes."""

    REFUSED = "refused"
    """The request had no effect, and the same one will be refused again."""
    UNAUTHORIZED = "unauthorized"
    """The provider refuses the portal's credentials, grants or IP address."""
    NOT_YET = "not-yet"
    """The request had no effect. The provider works, and the request may succeed later."""
    UNAVAILABLE = "unavailable"
    """The request had no effect, because the provider did not process it."""
    IN_DOUBT = "in-doubt"
    """A write may have had an effect. A read has to be repeated."""


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
    """Return the error that a verdict means for a read or a write."""
    kinds: dict[Verdict, type[UpstreamError]] = {
        Verdict.REFUSED: Refused,
        Verdict.UNAUTHORIZED: Unauthorized,
        Verdict.IN_DOUBT: OutcomeUnknown if writes else Unavailable,
    }
    kind = kinds.get(verdict, Unavailable)
    return kind(UPSTREAM, operation, message, code=code, status=status, loggable=loggable)


def log_unknown_code(provider: str, operation: str, code: str | None, status: int) -> None:
    """Log and count a code that is missing in the provider's table, so that a developer adds it."""
    count("UnknownVendorErrors")
    logger().warning(
        "eSIM provider answered with an unknown error code",
        extra={"provider": provider, "operation": operation, "code": code, "status": status},
    )
