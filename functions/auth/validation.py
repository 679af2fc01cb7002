"""Checks what people type about themselves.

Each function returns the value in its normal form or raises InvalidValue, whose sentence is shown
to callers. Large libraries are imported on their first use, because most endpoints of this area do
not use them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from portal.domain import normal_forms
from portal.domain.problems import InvalidValue
from portal.domain.typed_text import TextError

OLDEST_AGE = 120


def email_address(address: str) -> str:
    """Return the address if its syntax is valid. `address` is in its normal form already."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  # heavy

    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        sentence = "This is not an e-mail address that can be written to."
        raise InvalidValue(TextError.EMAIL, sentence) from error
    return address


def phone_number(text: str) -> str:
    """Return the number in E.164, if it is a valid number of its country."""
    import phonenumbers  # noqa: PLC0415  # heavy

    written = normal_forms.half_width(text)
    unreadable = InvalidValue(
        TextError.PHONE,
        "Write the telephone number with its country code, for example +819012345678.",
    )
    if not written.startswith("+"):
        raise unreadable
    try:
        number = phonenumbers.parse(written, None)
    except phonenumbers.NumberParseException:
        raise unreadable from None
    if not phonenumbers.is_valid_number(number):
        sentence = "No telephone number of that country looks like this."
        raise InvalidValue(TextError.PHONE, sentence)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def birth_date(born: date) -> date:
    """Return the date if somebody alive today can have been born on it."""
    today = datetime.now(UTC).date()
    if born > today:
        raise InvalidValue(TextError.BIRTH_DATE, "A date of birth is not in the future.")
    if today.year - born.year > OLDEST_AGE:
        sentence = f"A date of birth is not more than {OLDEST_AGE} years ago."
        raise InvalidValue(TextError.BIRTH_DATE, sentence)
    return born
