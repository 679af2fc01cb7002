"""All problem types (RFC 9457) of the API's answers.

`docs/problems.md` has a row for each, which a test checks. Logic raises `Problem`, and the HTTP
layer renders it. Front ends depend on the slug, so it must never be renamed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

TYPE_BASE = "https://portal.example/problems/"
MAX_ERRORS = 20
"""The most entries of `errors[]` that are told at once."""


@dataclass(frozen=True)
class ProblemType:
    """A stable type of problem. Its URI ends with `slug`. `title` is always the same."""

    slug: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The URI in the problem document's member `type`."""
        return TYPE_BASE + self.slug


@dataclass(frozen=True)
class FieldError:
    """One entry of `errors[]`. It names a `pointer` into the body or a `parameter`."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    code: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return the entry without the members that do not apply."""
        members = {
            "pointer": self.pointer,
            "parameter": self.parameter,
            "code": self.code,
            "detail": self.detail,
        }
        return {name: value for name, value in members.items() if value is not None}


class InvalidValue(ValueError):
    """A value that a validator of ours refuses: `code` is told to front ends, the text to people.

    The code stands in a table of docs/problems.md.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(eq=False)
class Problem(Exception):
    """An expected refusal that is safe to show to the caller.

    `retry_after` is in seconds. `extensions` are further members of the problem document, and
    never hold personal data.
    """

    type: ProblemType
    detail: str
    errors: tuple[FieldError, ...] = ()
    retry_after: int | None = None
    extensions: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(f"{self.type.slug}: {self.detail}")

    def as_json(self, *, instance: str) -> dict[str, Any]:
        """Return the problem document. `instance` is the correlation id."""
        document: dict[str, Any] = {
            "type": self.type.uri,
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "instance": instance,
            **self.extensions,
        }
        if self.errors:
            # A caller mends twenty mistakes at a time; the answer to a hostile body stays small.
            document["errors"] = [error.as_json() for error in self.errors[:MAX_ERRORS]]
        return document


MALFORMED_REQUEST = ProblemType("malformed-request", 400, "The request could not be read")
UNAUTHENTICATED = ProblemType("unauthenticated", 401, "Sign in to do this")
FORBIDDEN = ProblemType("forbidden", 403, "Not allowed")
NOT_FOUND = ProblemType("not-found", 404, "Not found")
METHOD_NOT_ALLOWED = ProblemType("method-not-allowed", 405, "The path has no such method")
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
CUSTOMER_NOT_PROVED = ProblemType("customer-not-proved", 422, "The customer number is not proved")
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
    "invalid-reset-token", 422, "Your link has expired or was already used"
)
TWO_FACTOR_REQUIRED = ProblemType(
    "two-factor-required", 409, "The billing account asks for a second factor"
)
CUSTOMER_NUMBER_MISMATCH = ProblemType(
    "customer-number-mismatch", 422, "The billing account belongs to another customer number"
)
ACCOUNT_CONFLICT = ProblemType(
    "account-conflict", 409, "Two portal accounts belong to the same customer"
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
ORDER_NOT_CANCELLABLE = ProblemType(
    "order-not-cancellable", 409, "The order cannot be cancelled any more"
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
ORDER_CANCELLED = ProblemType("order-cancelled", 422, "The customer cancelled the order")
ALREADY_RUNNING = ProblemType("already-running", 409, "Provisioning is already under way")


def all_problem_types() -> dict[str, ProblemType]:
    """Return every problem type of this module by slug."""
    return {value.slug: value for value in globals().values() if isinstance(value, ProblemType)}
