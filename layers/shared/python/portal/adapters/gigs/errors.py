"""The meaning of Gigs' error types and codes.

Source: developers.gigs.com, "Error handling" (types) and "Error codes". A known code decides
first, then the type, then the HTTP status, because Gigs adds codes to a type without notice. An
answer that is no error of Gigs (a gateway's page) leaves the outcome in doubt.
"""

from __future__ import annotations

from portal.adapters.esim_verdict import Verdict

CODES = {
    "deviceNotSupported": Verdict.REFUSED,
    "deviceNotSupportedOnPlan": Verdict.REFUSED,
    "invalidIccid": Verdict.REFUSED,
    "paymentFailed": Verdict.REFUSED,
    "paymentMethodRequired": Verdict.REFUSED,
    "portOutAlreadyExists": Verdict.REFUSED,
    "portingConflictsWithPortOut": Verdict.REFUSED,
    # "Gigs cannot always guarantee" that a failing request had no effect.
    "serviceUnavailable": Verdict.IN_DOUBT,
    "simAlreadyUsed": Verdict.REFUSED,
    "subscriptionChangeProviderMismatch": Verdict.REFUSED,
    "subscriptionChangeProviderTransitionNotSupported": Verdict.REFUSED,
    "subscriptionPortingAlreadyOpen": Verdict.REFUSED,
    "unknown": Verdict.IN_DOUBT,
    "userAddressAlreadyExists": Verdict.REFUSED,
    "userAddressInvalid": Verdict.REFUSED,
    "userAlreadyExists": Verdict.REFUSED,
}
TYPES = {
    # Another request of the portal, or the same one repeated, may be changing the resource.
    "conflict": Verdict.IN_DOUBT,
    "internal": Verdict.IN_DOUBT,
    "invalid": Verdict.REFUSED,
    "malformed": Verdict.REFUSED,
    "notFound": Verdict.REFUSED,
    "notImplemented": Verdict.REFUSED,
    "permissionDenied": Verdict.UNAUTHORIZED,
    "serviceUnavailable": Verdict.IN_DOUBT,
    "tooManyRequests": Verdict.UNAVAILABLE,
    "unauthenticated": Verdict.UNAUTHORIZED,
}
STATUSES = {401: Verdict.UNAUTHORIZED, 403: Verdict.UNAUTHORIZED, 429: Verdict.UNAVAILABLE}
_SERVER_ERROR = 500


def judge(code: str | None, kind: str | None, status: int) -> Verdict:
    """Return the verdict on an error by its code, its type and its HTTP status."""
    if code in CODES:
        return CODES[code]
    if status >= _SERVER_ERROR:
        return Verdict.REFUSED if kind == "notImplemented" else Verdict.IN_DOUBT
    if kind in TYPES:
        return TYPES[kind]
    return STATUSES.get(status, Verdict.IN_DOUBT)


def is_known(code: str | None, kind: str | None) -> bool:
    """Whether the tables hold an error's code or, without a code, its type."""
    return code in CODES if code else kind in TYPES
