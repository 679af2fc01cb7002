"""Makes the tables of `docs/vendor-errors.md` from the tables that the code uses.

`python -m ops.vendor_errors` writes them into the page, below its introduction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.adapters.whmcs.clients import FIELD_BY_TEXT
from portal.adapters.whmcs.orders import REFUSALS
from portal.vendor_errors import aws, salesforce, sendgrid, smtp, whmcs
from portal.vendor_errors.model import Kind, Row

PAGE = Path(__file__).parents[1] / "docs" / "vendor-errors.md"


@dataclass(frozen=True)
class Seen:
    """The effect of a kind of error for customers and operators."""

    customer: str
    operator: str


@dataclass(frozen=True)
class Section:
    """One vendor's table. `family` is the first part of its codes on Orders, "" for none."""

    title: str
    rows: tuple[Row, ...]
    family: str
    mail: bool = False


SECTIONS: tuple[Section, ...] = (
    Section("Salesforce: errorCode", tuple(salesforce.CODES.values()), "salesforce"),
    Section(
        "Salesforce: texts that triggers and flows wrap",
        tuple(salesforce.TEXTS.values()),
        "salesforce",
    ),
    Section(
        "Salesforce: error of the token endpoint",
        tuple(salesforce.TOKEN_CODES.values()),
        "salesforce",
    ),
    Section(
        "Salesforce: error_description of the token endpoint",
        tuple(salesforce.TOKEN_TEXTS.values()),
        "salesforce",
    ),
    Section("WHMCS", whmcs.TEXTS, "whmcs"),
    Section("SendGrid: texts", tuple(sendgrid.TEXTS.values()), "", mail=True),
    Section("SendGrid: statuses", tuple(sendgrid.STATUSES.values()), "", mail=True),
    Section("SMTP: texts", tuple(smtp.TEXTS.values()), "", mail=True),
    Section("SMTP: replies", tuple(smtp.REPLIES.values()), "", mail=True),
    Section("AWS: every service", tuple(aws.COMMON.values()), "aws"),
    Section("AWS: Cognito", tuple(aws.COGNITO.values()), ""),
    Section("AWS: DynamoDB", tuple(aws.DYNAMODB.values()), "aws"),
    Section(
        "AWS: DynamoDB, reasons of a cancelled transaction", tuple(aws.CONTENTION.values()), "aws"
    ),
    Section("AWS: SQS", tuple(aws.SQS.values()), "aws"),
)
# The answers to callers for rows that are not handled by their kind.
ANSWERS: Mapping[str, str] = {
    "DUPLICATE_VALUE": "The order that exists already.",
    "FIELD_INTEGRITY_EXCEPTION": "422 with the line, when it is a price; the order without the "
    "refused part, when it is the address; else 502.",
    "STRING_TOO_LONG": "The order without the refused part, when it is the address; else 502.",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "The order without the refused part, when it is "
    "the address; else 502.",
    "ENTITY_IS_DELETED": "422 with the line, when it is a price; else 502.",
    "INVALID_CROSS_REFERENCE_KEY": "422 with the line, when it is a price; else 502.",
    "a user already exists with that email address": "409 whmcs-account-exists.",
    "the email address entered is not available for use": "409 whmcs-account-exists.",
    "duplicate email address": "409 whmcs-account-exists.",
    **dict.fromkeys(FIELD_BY_TEXT, "422 invalid-request with the field."),
    "email or password invalid": "401 invalid-credentials.",
    "sso authentication blocked for client …": "409 sso-disabled.",
    "token could not be provisioned: …": "The plain address of the page.",
    "invoice id not found": "404.",
    "NotAuthorizedException": "401 invalid-credentials or invalid-refresh-token.",
    "UserNotFoundException": "401 invalid-credentials.",
    "UsernameExistsException": "409 email-already-registered.",
    "InvalidPasswordException": "422 password-refused.",
    "RefreshTokenReuseException": "401 invalid-refresh-token.",
}


# The codes on Orders for rows that are not handled by their kind.
CODES_ON_ORDERS: Mapping[str, tuple[str, ...]] = {
    "ENTITY_IS_DELETED": ("salesforce-order-deleted",),
    "INVALID_CROSS_REFERENCE_KEY": ("salesforce-order-deleted",),
    "NOT_FOUND": ("salesforce-order-deleted",),
    whmcs.CLIENT_MISSING: ("whmcs-client-missing",),
    whmcs.NOT_PENDING: ("whmcs-order-missing", "whmcs-order-not-accepted"),
    **{text: (code,) for text, code in REFUSALS},
}


def seen(section: Section, row: Row) -> Seen:
    """Return what customer and operator see of a row."""
    return _of_mail(row.kind) if section.mail else _of_call(section.family, row)


def _of_mail(kind: Kind) -> Seen:
    if kind is Kind.ALLOWANCE:
        return Seen("A later mail.", "Metric AllowanceUsedUp; mails wait for the renewal.")
    if kind in (Kind.UNAVAILABLE, Kind.THROTTLED):
        return Seen("A later mail.", "Nothing: the mail is tried again.")
    if kind is Kind.UNAUTHORIZED:
        return Seen("A later mail.", "Metric AccessDenied and alarm; mails wait for the mending.")
    return Seen("No mail.", "Dead letter and alarm, with the text.")


def _of_call(family: str, row: Row) -> Seen:
    code = {
        Kind.REFUSED: "refused",
        Kind.UNAUTHORIZED: "access-denied",
        Kind.UNAVAILABLE: "unavailable",
        Kind.THROTTLED: "unavailable",
        Kind.ALLOWANCE: "unavailable",
        Kind.IN_DOUBT: "outcome-unknown",
    }[row.kind]
    codes = CODES_ON_ORDERS.get(row.code, (f"{family}-{code}",))
    if row.kind is Kind.IN_DOUBT:
        codes = (f"{family}-unavailable", f"{family}-outcome-unknown")
    operator = f"{' or '.join(f'`{one}`' for one in codes)} on an order."
    if not family:
        operator = "The log, by correlation id."
    customer = {
        Kind.REFUSED: "502 upstream-refused.",
        Kind.UNAUTHORIZED: "502 upstream-refused.",
        Kind.IN_DOUBT: "A read: 503. A write: 504; sending it again settles it.",
    }.get(row.kind, "503 with Retry-After.")
    return Seen(ANSWERS.get(row.code, customer), operator)


def tables() -> str:
    """Return all tables in Markdown."""
    return "\n".join(_table(section) for section in SECTIONS)


def _table(section: Section) -> str:
    return "\n".join([f"## {section.title}", "", *_lines(section), ""])


def _lines(section: Section) -> Iterator[str]:
    by_action = section.title == "WHMCS"
    first = "| action | text |" if by_action else "| code |"
    yield f"{first} class | why | what the customer sees | what the operator sees | source |"
    yield "|---" * (7 if by_action else 6) + "|"
    for row in section.rows:
        shown = seen(section, row)
        action = f"| {row.action} " if isinstance(row, whmcs.Text) else ""
        cells: Iterable[str] = (
            f"`{row.code}`",
            row.kind.value,
            row.reason,
            shown.customer,
            shown.operator,
            row.source,
        )
        yield f"{action}| " + " | ".join(cells) + " |"


def main() -> None:
    """Write the tables into the page."""
    introduction = PAGE.read_text(encoding="utf-8").partition(f"## {SECTIONS[0].title}\n")[0]
    PAGE.write_text(introduction + tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
