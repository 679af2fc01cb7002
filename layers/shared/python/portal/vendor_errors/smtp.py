"""The reply codes of SMTP servers, and the texts that say more than the code."""

from __future__ import annotations

from portal.vendor_errors.model import Kind, Row, rows, table

_RFC = "RFC 5321, section 4.2; RFC 4954, section 6"

# Parts of a reply's text in lower case.
TEXTS = table(
    rows(
        Kind.ALLOWANCE,
        "mautic issue 8721 (SendGrid); Google Workspace help, SMTP error reference",
        {
            "maximum credits exceeded": "The plan's mails of the day or month are used up.",
            "daily user sending": "The account's mails of the day are used up.",
            "daily sending quota": "The account's mails of the day are used up.",
            "sending quota exceeded": "The account's mails of the day are used up.",
            "quota exceeded for sender": "The account's mails of the day are used up.",
        },
    ),
    rows(
        Kind.UNAUTHORIZED,
        "hackathon-starter issue 1083, sendgrid docs issue 6473 (SendGrid); Amazon SES, SMTP "
        "response codes",
        {
            "does not match a verified sender identity": "EMAIL_FROM is no verified sender.",
            "unauthenticated senders not allowed": "The server wants a login: set "
            "SMTP_AUTHENTICATION=true.",
            "email address is not verified": "EMAIL_FROM is no verified sender, or SES still is "
            "in its sandbox.",
        },
    ),
)

REPLIES = table(
    rows(
        Kind.UNAUTHORIZED,
        _RFC,
        {
            "530": "The server wants a login, or TLS.",
            "534": "The server wants a stronger login.",
            "535": "User name or password is wrong; they are read again once.",
            "538": "The server wants TLS.",
        },
    ),
    rows(
        Kind.UNAVAILABLE,
        _RFC,
        {
            "4xx": "Not now: a full queue, greylisting, a mailbox that is busy.",
            "454": "The server cannot check the login at the moment.",
        },
    ),
    rows(
        Kind.REFUSED,
        _RFC,
        {"5xx": "Never: no such mailbox, a mail that is too large, a sender that is not allowed."},
    ),
)


def row_of(code: int, message: str, *, login: bool) -> Row:
    """Return the row for a reply, by its text, else by its code.

    With `login`, an unknown 5xx is a refusal of the credentials.
    """
    text = message.lower()
    by_text = next((row for part, row in TEXTS.items() if part in text), None)
    if by_text is not None:
        return by_text
    if row := REPLIES.get(str(code)):
        return row
    if code < 500:  # noqa: PLR2004  # RFC 5321: transient
        return REPLIES["4xx"]
    return REPLIES["535"] if login else REPLIES["5xx"]
