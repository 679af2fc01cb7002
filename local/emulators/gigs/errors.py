"""Gigs' error envelope ("Error handling", "Error codes" in the API documentation).

Documented: the envelope, the types and their statuses, the check order (headers, then path, then
query and body) and the codes. Assumed: which status a business refusal has (the type `invalid`)
and that running out of eSIMs has no code of its own.
"""

from __future__ import annotations

from typing import Any

from local.emulators.gigs.switches import Refusal

DOCUMENTATION = "https://developers.gigs.com/api/error-handling"
STATUS = {
    "malformed": 400,
    "invalid": 422,
    "unauthenticated": 401,
    "permissionDenied": 403,
    "notFound": 404,
    "conflict": 409,
    "tooManyRequests": 429,
    "internal": 500,
    "notImplemented": 501,
    "serviceUnavailable": 503,
}
REFUSAL_MESSAGES = {
    "deviceNotSupported": "The device is not supported by the provider.",
    "deviceNotSupportedOnPlan": "The device cannot be used with this plan.",
    "userAddressInvalid": "The address of the user is not valid.",
    "paymentFailed": "The payment could not be processed.",
    "paymentMethodRequired": "A valid payment method is needed.",
    "portOutAlreadyExists": "A port-out is open for this subscription.",
}


class ApiError(Exception):
    """Ends the handling of a request with an error envelope.

    `type_` is one of the keys of `STATUS`; `details` are `propertyErrorDetail` objects.
    """

    def __init__(
        self,
        type_: str,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        details: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(message)
        self.type = type_
        self.message = message
        self.code = code
        self.hint = hint
        self.details = details

    def body(self) -> dict[str, Any]:
        """The envelope; optional members only when there is something to say."""
        optional = {"code": self.code, "hint": self.hint, "details": self.details}
        return {
            "object": "error",
            "type": self.type,
            "message": self.message,
            "documentation": [DOCUMENTATION],
            **{name: value for name, value in optional.items() if value},
        }


def invalid(message: str, *, code: str | None = None, hint: str | None = None) -> ApiError:
    """A request that is understood and refused."""
    return ApiError("invalid", message, code=code, hint=hint)


def not_found(what: str) -> ApiError:
    """No such resource in this project."""
    return ApiError("notFound", f"The requested {what} does not exist.")


def property_detail(name: str, code: str, message: str) -> dict[str, Any]:
    """One `propertyErrorDetail` (preview in the documentation)."""
    return {
        "object": "propertyErrorDetail",
        "code": code,
        "message": message,
        "property": name,
        "suggestion": None,
    }


def refuse(reason: Refusal | None) -> None:
    """Raise the refusal that a switch asks for, if it asks for one."""
    if reason is None:
        return
    if reason == "serviceUnavailable":
        raise ApiError(reason, "The service is currently unavailable.", code=reason)
    if reason == "unknown":
        raise ApiError("internal", "An unexpected error has occurred.", code=reason)
    if reason == "outOfStock":
        raise invalid("No eSIM is available for this plan at the moment.")
    raise invalid(REFUSAL_MESSAGES[reason], code=reason)
