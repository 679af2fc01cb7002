"""The rows of the tables, and the exceptions that they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.upstream import (
    AllowanceUsedUp,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.observability import count, logger


class Kind(StrEnum):
    """The meaning of an error for the request that it answers.

    The first two are refusals. The next three say that the request had no effect and that a retry
    can succeed. After the last one, a write may have had an effect.
    """

    REFUSED = "refused"
    UNAUTHORIZED = "unauthorized"
    UNAVAILABLE = "unavailable"
    THROTTLED = "throttled"
    ALLOWANCE = "allowance used up"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True)
class Row:
    """One code or text of a vendor, with its kind, the reason for it, and the source."""

    code: str
    kind: Kind
    reason: str
    source: str

    @property
    def transient(self) -> bool:
        """Whether the request had no effect and the same one can succeed later."""
        return self.kind in TRANSIENT


TRANSIENT = frozenset({Kind.UNAVAILABLE, Kind.THROTTLED, Kind.ALLOWANCE})
_TYPES: Mapping[Kind, type[UpstreamError]] = {
    Kind.REFUSED: Refused,
    Kind.UNAUTHORIZED: Unauthorized,
    Kind.UNAVAILABLE: Unavailable,
    Kind.THROTTLED: Throttled,
    Kind.ALLOWANCE: AllowanceUsedUp,
    Kind.IN_DOUBT: OutcomeUnknown,
}


def error_type(kind: Kind, *, writes: bool) -> type[UpstreamError]:
    """Return the exception of a kind. A read is never in doubt, because it has no effect."""
    if kind is Kind.IN_DOUBT and not writes:
        return Unavailable
    return _TYPES[kind]


def table(*groups: Iterator[Row]) -> Mapping[str, Row]:
    """Return rows by their code. Raises ValueError for a code that is listed twice."""
    found: dict[str, Row] = {}
    for group in groups:
        for row in group:
            if row.code in found:
                msg = f"{row.code} is listed twice"
                raise ValueError(msg)
            found[row.code] = row
    return found


def rows(kind: Kind, source: str, reasons: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of one kind and source. `reasons` are by code."""
    return (Row(code, kind, reason, source) for code, reason in reasons.items())


def note_unknown(upstream: str, operation: str, code: str, kind: Kind) -> None:
    """Log and count a code that is in no table, so that a developer adds it."""
    count("UnknownVendorErrors")
    logger().warning(
        "an error code that is in no table of docs/vendor-errors.md",
        extra={"upstream": upstream, "operation": operation, "code": code, "taken_for": kind.value},
    )
