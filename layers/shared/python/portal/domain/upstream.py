"""The errors of calls to Salesforce, WHMCS, the eSIM provider, SendGrid and AWS.

The classes tell what the caller must do, because the vendors have too many codes of their own:

    UpstreamError
    ├── Refused           no effect; the same request will be refused again
    │   └── Unauthorized  the portal's credentials or grants are wrong: raise an alarm
    ├── Unavailable       no effect; retry later
    │   └── Throttled     no effect; retry after `retry_after` seconds
    │       ├── CircuitOpen      the upstream is down for every caller
    │       └── AllowanceUsedUp  an allowance must be renewed or raised first
    └── OutcomeUnknown    a write was sent and may have had an effect: look before acting again
"""

from __future__ import annotations


class UpstreamError(Exception):
    """The base class of all failed calls.

    `operation` is the vendor's name of the operation, `code` the vendor's error code, and `status`
    the HTTP status. `message` is the vendor's text for staff. It must not be logged or shown to
    customers, because vendors quote what they were sent. `loggable` is the part of it for logs,
    and is what `str()` shows.
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
    """The vendor refused the request. It had no effect, and a retry cannot help."""


class Unauthorized(Refused):
    """The vendor refused the portal's credentials, grants or IP address."""


class Unavailable(UpstreamError):
    """The request had no effect: it was not sent, was a read, or was not processed."""


class Throttled(Unavailable):
    """Too many requests. `retry_after` is in seconds; None when the vendor does not name it."""

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


class CircuitOpen(Throttled):
    """The request had no effect, because the upstream has failed several times in a row.

    Either no call was made, or the call opened the circuit or found the upstream still down.
    """


class AllowanceUsedUp(Throttled):
    """The account's allowance at the vendor is used up until it is renewed or raised.

    `retry_after` is the number of seconds until a retry makes sense.
    """


class OutcomeUnknown(UpstreamError):
    """A write may or may not have had an effect."""
