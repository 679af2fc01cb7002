"""Checks of what people type about themselves. Each returns the normal form
or raises InvalidValue.

The sentences are shown to callers. Libraries are imported when first needed: they are big, and
most endpoints of this area never call them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from portal.domain import normal_forms
from portal.domain.problems import InvalidValue
from portal.domain.typed_text import TextError

OLDEST_AGE = 120


def email_address(address: str) -> str:
    """A deliverable-looking address; `address` is in its normal form, as is what is returned."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  # heavy

    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        sentence = "This is not an e-mail address that can be written to."
        raise InvalidValue(TextError.EMAIL, sentence) from error
    return address


def phone_number(text: str) -> str:
    """A possible number of its country, as E.164."""
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
    """A date on which somebody alive today can have been born."""
    today = datetime.now(UTC).date()
    if born > today:
        raise InvalidValue(TextError.BIRTH_DATE, "A date of birth is not in the future.")
    if today.year - born.year > OLDEST_AGE:
        sentence = f"A date of birth is not more than {OLDEST_AGE} years ago."
        raise InvalidValue(TextError.BIRTH_DATE, sentence)
    return born
