"""Every problem that the API can answer with, as RFC 9457 names them.

`docs/problems.md` has a row for each (a test holds the two together). Logic raises `Problem`;
the HTTP layer renders it. The slug is a contract with front ends: never rename one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

TYPE_BASE = "https://portal.example/problems/"


@dataclass(frozen=True)
class ProblemType:
    """A stable kind of problem: `slug` ends the type URI, `title` never varies."""

    slug: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The `type` member."""
        return TYPE_BASE + self.slug


@dataclass(frozen=True)
class FieldError:
    """One entry of `errors[]`: where (`pointer` into the body, or a `parameter`), and what."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    code: str | None = None

    def as_json(self) -> dict[str, str]:
        """Without the members that do not apply."""
        members = {
            "pointer": self.pointer,
            "parameter": self.parameter,
            "code": self.code,
            "detail": self.detail,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(eq=False)
class Problem(Exception):
    """An expected refusal, safe to show to the caller.

    `retry_after` is in seconds; `extensions` are further members of the problem document
    (never personal data).
    """

    type: ProblemType
    detail: str
    errors: tuple[FieldError, ...] = ()
    retry_after: int | None = None
    extensions: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(f"{self.type.slug}: {self.detail}")

    def as_json(self, *, instance: str) -> dict[str, Any]:
        """The problem document; `instance` is the correlation id."""
        document: dict[str, Any] = {
            "type": self.type.uri,
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "instance": instance,
            **self.extensions,
        }
        if self.errors:
            document["errors"] = [error.as_json() for error in self.errors]
        return document


MALFORMED_REQUEST = ProblemType("malformed-request", 400, "The request could not be read")
UNAUTHENTICATED = ProblemType("unauthenticated", 401, "Sign in to do this")
FORBIDDEN = ProblemType("forbidden", 403, "Not allowed")
NOT_FOUND = ProblemType("not-found", 404, "Nothing of that name")
CONFLICT = ProblemType("conflict", 409, "Something changed meanwhile")
IN_PROGRESS = ProblemType("in-progress", 409, "The same request is still being worked on")
PAYLOAD_TOO_LARGE = ProblemType("payload-too-large", 413, "The request is too large")
UNSUPPORTED_MEDIA_TYPE = ProblemType("unsupported-media-type", 415, "Send application/json")
INVALID_REQUEST = ProblemType("invalid-request", 422, "Some values are not valid")
RATE_LIMITED = ProblemType("rate-limited", 429, "Too many attempts")
INTERNAL = ProblemType("internal-error", 500, "Something went wrong on our side")
UPSTREAM_REFUSED = ProblemType("upstream-refused", 502, "A system behind the portal refused")
UPSTREAM_UNAVAILABLE = ProblemType(
    "upstream-unavailable", 503, "A system behind the portal is not available"
)
OUTCOME_UNKNOWN = ProblemType(
    "outcome-unknown", 504, "A system behind the portal did not answer in time"
)

# Identity
CUSTOMER_NUMBER_UNKNOWN = ProblemType(
    "customer-number-unknown", 422, "That customer number is not known"
)
CUSTOMER_ALREADY_REGISTERED = ProblemType(
    "customer-already-registered", 409, "That customer already has a portal account"
)
EMAIL_ALREADY_REGISTERED = ProblemType(
    "email-already-registered", 409, "That e-mail address already has a portal account"
)
WHMCS_ACCOUNT_EXISTS = ProblemType(
    "whmcs-account-exists", 409, "That e-mail address already has a billing account"
)
PASSWORD_REFUSED = ProblemType("password-refused", 422, "The password does not meet the rules")
INVALID_CREDENTIALS = ProblemType("invalid-credentials", 401, "E-mail or password is wrong")
INVALID_REFRESH_TOKEN = ProblemType("invalid-refresh-token", 401, "Sign in again")
INVALID_RESET_TOKEN = ProblemType(
    "invalid-reset-token", 422, "The link is used, too old or not ours"
)
TWO_FACTOR_REQUIRED = ProblemType(
    "two-factor-required", 409, "The billing account asks for a second factor"
)
CUSTOMER_NUMBER_MISMATCH = ProblemType(
    "customer-number-mismatch", 422, "The billing account belongs to another customer number"
)
NOT_MAPPED = ProblemType("account-not-mapped", 409, "The account is not complete yet")

# Catalogue, billing, orders
PAYMENT_METHOD_REQUIRED = ProblemType(
    "payment-method-required", 409, "A valid payment method is needed first"
)
CART_INVALID = ProblemType("cart-invalid", 422, "The cart cannot be ordered as it is")
IDEMPOTENCY_KEY_REUSED = ProblemType(
    "idempotency-key-reused", 422, "The Idempotency-Key was used for something else"
)
TOPUP_UNAVAILABLE = ProblemType("topup-unavailable", 409, "This line cannot be topped up")
REAUTHENTICATION_REQUIRED = ProblemType(
    "reauthentication-required", 401, "Sign in again to do this"
)
OPERATION_IN_PROGRESS = ProblemType(
    "operation-in-progress", 409, "Another operation works on this line"
)
SSO_DISABLED = ProblemType("sso-disabled", 409, "Single sign-on is switched off in billing")

# Subscriptions
ESIM_CODE_UNAVAILABLE = ProblemType(
    "esim-code-unavailable", 409, "There is no activation code to show"
)

REISSUE_UNAVAILABLE = ProblemType("reissue-unavailable", 409, "This eSIM cannot be replaced now")
CONFIRM_LOSS_REQUIRED = ProblemType(
    "confirm-loss-required", 409, "Confirm what is lost with the old eSIM"
)

# Provisioning (read by an operator in Salesforce), and operations
IDEMPOTENCY_KEY_MISSING = ProblemType(
    "idempotency-key-missing", 400, "The Idempotency-Key header is missing"
)
SIGNATURE_INVALID = ProblemType("signature-invalid", 401, "The signature does not verify")
ALREADY_RUNNING = ProblemType("already-running", 409, "Provisioning is already under way")


def all_problem_types() -> dict[str, ProblemType]:
    """Every problem type of this module by slug."""
    return {value.slug: value for value in globals().values() if isinstance(value, ProblemType)}
