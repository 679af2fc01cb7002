"""The error texts of the WHMCS API by action, and the HTML pages that may replace an answer.

WHMCS has no error codes. Errors are texts with the status 200; only its refusals of a caller come
with 403 or 400. A text is matched as a whole, without regard to case, repeated spaces and a final
full stop. `…` in a row stands for any text. The rows of the action are searched before the rows
for all actions.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from portal.vendor_errors.model import Kind, Row

_API = "WHMCS API reference"
_CLIENTS = "public clients: darthsoup/php-whmcs-api, whmcspy"
_ISSUES = "drosendo/whmcs-custom-apis 1, darthsoup 3, sburina/laravel-whmcs-up 5"
_ANY = "every action"

CLIENT_MISSING = "client not found"
CLIENT_ID_MISSING = "client id not found"
NOT_PENDING = "order id not found or status not pending"
INVOICE_MISSING = "invoice id not found"
CAPTURE_FAILED = "payment attempt failed"
NOT_UNPAID = "invoice not found or not unpaid"
LOGIN_REFUSED = "email or password invalid"
# Only these may mean that the secret was rotated. Repeating them can ban the portal's address.
ROTATED = frozenset({"authentication failed", "invalid or missing credentials"})
# These return the text of a server module, which can be any text, even "Access Denied".
MODULE_ACTIONS = frozenset({"AcceptOrder", "ModuleCreate", "ModuleCustom"})
# These cannot be repeated safely. After a text in no table, it is unknown if they took effect.
ONCE_ONLY = frozenset(
    {"AddCredit", "AddOrder", "AddBillableItem", "CapturePayment", "CreateInvoice"}
)


@dataclass(frozen=True)
class Text(Row):
    """A row for one action, or for every action."""

    action: str = _ANY

    @property
    def for_every_action(self) -> bool:
        """Whether the row counts for all actions."""
        return self.action == _ANY


def _texts(action: str, kind: Kind, source: str, reasons: dict[str, str]) -> list[Text]:
    return [Text(text, kind, reason, source, action) for text, reason in reasons.items()]


TEXTS: tuple[Text, ...] = (
    *_texts(
        _ANY,
        Kind.UNAUTHORIZED,
        _CLIENTS,
        {
            "authentication failed": "Identifier or secret is wrong; the secret is read again "
            "once.",
            "invalid or missing credentials": "Identifier or secret is missing or wrong; the "
            "secret is read again once.",
            "invalid password provided": "The credentials of an administrator are wrong.",
            "administrator account disabled": "The administrator of the API credentials is "
            "disabled.",
            "access denied": "The administrator of the API credentials has no API access.",
        },
    ),
    *_texts(
        _ANY,
        Kind.UNAUTHORIZED,
        _ISSUES,
        {
            'invalid permissions: api action "…" is not allowed': "The API role lacks the action.",
            "invalid ip …": "Our address is not on the allow-list.",
            "forbidden ip …": "Our address is banned.",
            "api command restricted": "The API credentials may not use the action.",
        },
    ),
    *_texts(
        _ANY,
        Kind.REFUSED,
        _API,
        {
            "command not found": "This version of WHMCS has no such action.",
            "empty action request": "The request names no action.",
            "client not found": "No such client.",
            "client id not found": "No such client.",
            "client id is required": "The request names no client.",
            "either clientid or email is required": "The request names no client.",
            "service id not found": "No such service.",
            "service id is required": "The request names no service.",
            "expecting parameter '…' to be an array": "The request is malformed.",
        },
    ),
    *_texts(
        _ANY,
        Kind.IN_DOUBT,
        "MySQL error reference: what was done before the failing statement may stay",
        {
            "…sqlstate[…": "The database refused a statement in the middle of the action.",
            "…deadlock found when trying to get lock…": "Two transactions met in the database.",
            "…lock wait timeout exceeded…": "Another transaction held the row for too long.",
            "…mysql server has gone away…": "The database connection was lost.",
            "…maximum execution time of …": "PHP stopped the action.",
            "…allowed memory size of …": "PHP stopped the action.",
        },
    ),
    *_texts(
        _ANY,
        Kind.UNAVAILABLE,
        "WHMCS documentation, maintenance mode; general PHP start-up",
        {
            "…down for maintenance…": "Maintenance mode: no action runs.",
            "…could not connect to the database…": "WHMCS has no database; no action has run.",
            "…too many connections…": "The database takes no connection; no action has run.",
        },
    ),
    *_texts(
        "AddOrder",
        Kind.REFUSED,
        _API,
        {
            "client id not found": "No such client.",
            "unable to add order when client status is closed": "The client is closed.",
            "invalid payment method. valid options include …": "WHMCS_PAYMENT_METHOD is no "
            "gateway of this installation.",
            "invalid billing cycle": "The product is not sold in that cycle.",
            "invalid billing cycle …": "The product is not sold in that cycle.",
            "no items added to cart so order cannot proceed": "No product of that id, or a "
            "retired one.",
            "invalid configurable option": "The product has no such option.",
            "invalid configurable option …": "The product has no such option.",
            "invalid value for configurable option": "The option has no such choice.",
            "invalid value for configurable option …": "The option has no such choice.",
            "addon id invalid": "No such addon.",
            "service id not owned by client id provided": "Another client's service.",
            "service id … can not be renewed at this time": "The service is not due.",
        },
    ),
    *_texts(
        "AcceptOrder",
        Kind.REFUSED,
        _API,
        {NOT_PENDING: "Not pending, or no such order: the order itself says which."},
    ),
    *_texts(
        "ModuleCreate",
        Kind.REFUSED,
        _API,
        {
            "service id not found": "No such service.",
            "service id is required": "The request names no service.",
        },
    ),
    *_texts(
        "AddClient",
        Kind.REFUSED,
        _API,
        {
            "a user already exists with that email address": "A User has the address.",
            "the email address entered is not available for use": "The address is banned or taken.",
            "duplicate email address": "A client has the address.",
            "you did not enter your first name": "WHMCS requires the field.",
            "you did not enter your last name": "WHMCS requires the field.",
            "you did not enter your email address": "WHMCS requires the field.",
            "you did not enter your address line 1": "WHMCS requires the field.",
            "you did not enter your city": "WHMCS requires the field.",
            "you did not enter your state": "WHMCS requires the field.",
            "you did not enter your postcode": "WHMCS requires the field.",
            "you did not enter your phone number": "WHMCS requires the field.",
            "the email address you entered was not valid": "WHMCS does not take the address.",
            "the email address entered was not valid": "WHMCS does not take the address.",
            "the email address entered is not valid": "WHMCS does not take the address.",
            "invalid telephone phone number": "WHMCS does not take the number.",
            "you did not enter a password": "WHMCS requires the field.",
            "valid country required": "WHMCS does not know the country.",
            "invalid owner user id": "No such User.",
            "you did not provide required custom field value for …": "A client custom field is "
            "required.",
        },
    ),
    *_texts(
        "UpdateClient",
        Kind.REFUSED,
        _API,
        {
            "duplicate email address": "Another client has the address.",
            "the email address entered is not valid": "WHMCS does not take the address.",
            "multiple credit card pay methods found": "The change cannot be applied to one card.",
            "multiple bank account pay methods found": "The change cannot be applied to one "
            "account.",
        },
    ),
    *_texts(
        "ValidateLogin",
        Kind.REFUSED,
        _API,
        {LOGIN_REFUSED: "The customer's own mistake."},
    ),
    *_texts(
        "GetPayMethods",
        Kind.REFUSED,
        _API,
        {
            "invalid pay method type. should be 'bankaccount' or 'creditcard'": "The request is "
            "malformed."
        },
    ),
    *_texts(
        "GetInvoice",
        Kind.REFUSED,
        _API,
        {INVOICE_MISSING: "No such invoice."},
    ),
    *_texts(
        "CreateInvoice",
        Kind.REFUSED,
        _API,
        {
            "client id not found": "No such client.",
            "invalid payment method. valid options include …": "WHMCS_PAYMENT_METHOD is no "
            "gateway of this installation.",
            "cannot create and send a draft invoice in a single api request. …": "The request is "
            "malformed.",
        },
    ),
    *_texts(
        "CapturePayment",
        Kind.REFUSED,
        _API,
        {
            CAPTURE_FAILED: "The gateway did not take the money.",
            NOT_UNPAID: "Paid, cancelled, or no such invoice: the invoice itself says which.",
        },
    ),
    *_texts(
        "UpdateInvoice",
        Kind.REFUSED,
        _API,
        {
            INVOICE_MISSING: "No such invoice.",
            "invalid status …": "The installation has no such status.",
        },
    ),
    *_texts(
        "AddCredit",
        Kind.REFUSED,
        _API,
        {
            "client id not found": "No such client.",
            "no amount provided": "The request is malformed.",
            "amount must be in decimal format: ### or ###.##": "The request is malformed.",
            "type can only be add or remove": "The request is malformed.",
            "date format is not valid": "The request is malformed.",
        },
    ),
    *_texts(
        "GetCredits",
        Kind.REFUSED,
        _API,
        {"client id not found": "No such client."},
    ),
    *_texts(
        "CreateSsoToken",
        Kind.REFUSED,
        _API,
        {
            "invalid client_id": "No such client.",
            "invalid user_id": "No such User.",
            "invalid user_id for client": "The User does not own the client.",
            "a valid client_id or user_id is required": "The request names nobody.",
            "invalid destination": "The page is not one that single sign-on leads to.",
            "sso authentication blocked for client …": "The customer switched single sign-on off.",
            "token could not be provisioned: …": "A fault of the installation "
            "(whmcs_autoauth issue 17).",
        },
    ),
)


@functools.cache
def _patterns() -> tuple[tuple[Text, re.Pattern[str]], ...]:
    return tuple(
        (row, re.compile(".*".join(re.escape(part) for part in row.code.split("…")), re.DOTALL))
        for row in TEXTS
    )


def normal(text: str) -> str:
    """Return a text in the form of the rows: lower case, single spaces, no final full stop."""
    return " ".join(text.lower().split()).rstrip(".")


def lookup(action: str, text: str) -> Text | None:
    """Return the row for a text, from the rows of the action, else from those for all actions."""
    wanted = normal(text)
    for scope in (action, _ANY):
        for row, pattern in _patterns():
            if row.action == scope and pattern.fullmatch(wanted):
                return row
    return None


def page_row(page: str) -> Text | None:
    """Return the row for an HTML page that says that no action has run, or None."""
    text = " ".join(page.lower().split())
    return next(
        (
            row
            for row, _ in _patterns()
            if row.kind is Kind.UNAVAILABLE and row.code.strip("…") in text
        ),
        None,
    )
