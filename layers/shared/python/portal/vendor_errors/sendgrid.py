"""The statuses of SendGrid's mail/send, and the texts that say more than the status.

The text decides first, because a used-up allowance has the same status as a wrong key.
"""

from __future__ import annotations

from portal.vendor_errors.model import Kind, Row, rows, table

_ERRORS = "Twilio SendGrid API reference, Errors and Mail Send"
_CREDITS = "sendgrid-nodejs issue 1032, openwhyd issue 178, mautic issue 8721"

# Parts of a message in lower case. They decide before the status.
TEXTS = table(
    rows(
        Kind.ALLOWANCE,
        _CREDITS,
        {
            "maximum credits exceeded": "The plan's mails of the day or month are used up.",
            "messaging limits": "A new account's daily limit is used up.",
        },
    ),
    rows(
        Kind.UNAUTHORIZED,
        "SendGrid support, account under review",
        {
            "account is under review": "SendGrid has stopped the account.",
            "account has been suspended": "SendGrid has stopped the account.",
            "account disabled": "SendGrid has stopped the account.",
            "authenticated user is not authorized to send mail": "SendGrid has stopped the "
            "account, or the key may not send.",
        },
    ),
    rows(
        Kind.UNAUTHORIZED,
        "sendgrid-nodejs issue 1088, sendgrid-ruby pull request 489",
        {
            "does not match a verified sender identity": "EMAIL_FROM is no verified sender: verify "
            "its domain or the address under Sender Authentication.",
        },
    ),
    rows(
        Kind.UNAUTHORIZED,
        "sendgrid-csharp issue 427",
        {
            "access forbidden": "The key lacks Mail Send, or the account's IP Access Management "
            "does not admit the Lambdas' address.",
        },
    ),
)

STATUSES = table(
    rows(
        Kind.UNAUTHORIZED,
        _ERRORS,
        {
            "401": "The API key is wrong, was revoked or is missing; it is read again once.",
            "403": "SendGrid forbids it; the text says what.",
        },
    ),
    rows(
        Kind.THROTTLED,
        _ERRORS,
        {"429": "Too many requests: X-RateLimit-Reset or Retry-After says until when."},
    ),
    rows(
        Kind.UNAVAILABLE,
        _ERRORS,
        {
            "408": "SendGrid did not get the whole request.",
            "500": "An error of SendGrid: it answers 202 once it has the mail.",
            "502": "An error of SendGrid: it answers 202 once it has the mail.",
            "503": "SendGrid takes no requests at the moment.",
            "504": "An error of SendGrid: it answers 202 once it has the mail.",
        },
    ),
    rows(
        Kind.REFUSED,
        _ERRORS,
        {
            "400": "The mail is malformed; the text names the field.",
            "404": "SENDGRID_API_URL is not the address of the API.",
            "405": "SENDGRID_API_URL is not the address of the API.",
            "406": "The Accept header is missing.",
            "413": "The mail is larger than 30 MB.",
            "415": "The content type is not JSON.",
            "451": "The recipient's region may not be served.",
        },
    ),
)


def row_of(status: int, message: str) -> Row | None:
    """Return the row for an answer, by its text, else by its status."""
    text = message.lower()
    by_text = next((row for part, row in TEXTS.items() if part in text), None)
    return by_text or STATUSES.get(str(status))
