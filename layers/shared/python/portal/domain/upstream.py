"""How calls to Salesforce, WHMCS, the eSIM provider, SendGrid and AWS can fail.

Split by what the caller must do, because the vendors' own codes are countless:

    UpstreamError
    ├── Refused           a definite no: nothing happened, the same request will fail again
    │   └── Unauthorized  our credentials or grants are wrong: alarm, never retry blindly
    ├── Unavailable       nothing happened: try again later
    │   └── Throttled     the same, not before `retry_after` seconds
    │       └── AllowanceUsedUp  the same: somebody must buy more, or the period must end
    └── OutcomeUnknown    a write left and no trustworthy answer came: look before acting again
"""

from __future__ import annotations


class UpstreamError(Exception):
    """Base: which `upstream`, which `operation` (vendor's name), vendor `code`, HTTP `status`.

    `message` is the vendor's own text: for staff, never for customers or logs, because vendors
    quote what they were sent. `loggable` is what logs may have of it, and what `str()` shows.
    """

    def __init__(
        self,
        upstream: str,
        operation: str,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        loggable: str | None = None,
    ) -> None:
        self.upstream = upstream
        self.operation = operation
        self.message = message
        self.code = code
        self.status = status
        self.loggable = message if loggable is None else loggable
        super().__init__(f"{upstream} {operation}: {self.loggable}")


class Refused(UpstreamError):
    """The vendor understood and said no; repeating the request changes nothing."""


class Unauthorized(Refused):
    """Credentials, grants or an IP allow-list stand in the way."""


class Unavailable(UpstreamError):
    """The request had no effect (it never left, was a read, or was turned away unprocessed)."""


class Throttled(Unavailable):
    """Too many requests; `retry_after` in seconds when the vendor says."""

    def __init__(
        self,
        upstream: str,
        operation: str,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        loggable: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(upstream, operation, message, code=code, status=status, loggable=loggable)
        self.retry_after = retry_after


class AllowanceUsedUp(Throttled):
    """The account's allowance at the vendor is used up until it is renewed or raised.

    `retry_after` is the time until it is worth to ask again, in seconds.
    """


class OutcomeUnknown(UpstreamError):
    """A write may or may not have happened."""
