"""The rows of the tables, and what a row makes of a failed request."""

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
    """What an error says about the request that it answers.

    The first two are a definite no, the next three mean that nothing happened and that a
    repetition can succeed, and after the last one a write may have happened.
    """

    REFUSED = "refused"
    UNAUTHORIZED = "unauthorized"
    UNAVAILABLE = "unavailable"
    THROTTLED = "throttled"
    ALLOWANCE = "allowance used up"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True)
class Row:
    """One code (or text) of a vendor: how it is classified, why, and who says so."""

    code: str
    kind: Kind
    reason: str
    source: str

    @property
    def transient(self) -> bool:
        """Whether nothing happened and the same request can succeed later."""
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
    """The exception of a kind; a read is never in doubt, because it has no effect."""
    if kind is Kind.IN_DOUBT and not writes:
        return Unavailable
    return _TYPES[kind]


def table(*groups: Iterator[Row]) -> Mapping[str, Row]:
    """Rows by their code. Raises ValueError for a code that is listed twice."""
    found: dict[str, Row] = {}
    for group in groups:
        for row in group:
            if row.code in found:
                msg = f"{row.code} is listed twice"
                raise ValueError(msg)
            found[row.code] = row
    return found


def rows(kind: Kind, source: str, reasons: Mapping[str, str]) -> Iterator[Row]:
    """Rows of one kind and source; `reasons` by code."""
    return (Row(code, kind, reason, source) for code, reason in reasons.items())


def note_unknown(upstream: str, operation: str, code: str, kind: Kind) -> None:
    """Log and count a code that is in no table, so that somebody adds it."""
    count("UnknownVendorErrors")
    logger().warning(
        "an error code that is in no table of docs/vendor-errors.md",
        extra={"upstream": upstream, "operation": operation, "code": code, "taken_for": kind.value},
    )
