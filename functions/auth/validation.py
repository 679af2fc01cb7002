"""Checks of what people type about themselves. Each returns the normal form or raises ValueError.

The sentences are shown to callers. Libraries are imported when first needed: they are big, and
most endpoints of this area never call them.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

from portal.domain.identity import normalise_email
from portal.domain.postal import WITHOUT_POSTCODE, tidy_postcode

OLDEST_AGE = 120
_FORBIDDEN_IN_NAMES = frozenset('<>{}[]|\\^"=;')


def email_address(text: str) -> str:
    """A deliverable-looking address, normalised (trimmed, case-folded)."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  # heavy

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        message = "This is not an e-mail address that can be written to."
        raise ValueError(message) from error
    # The ASCII form, so that one domain is one address whichever way it was typed.
    return normalise_email(found.ascii_email or found.normalized)


def phone_number(text: str) -> str:
    """A possible number of its country, as E.164."""
    import phonenumbers  # noqa: PLC0415  # heavy

    message = "Write the telephone number with its country code, for example +819012345678."
    if not text.startswith("+"):
        raise ValueError(message)
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        raise ValueError(message) from error
    if not phonenumbers.is_valid_number(number):
        no_such = "No telephone number of that country looks like this."
        raise ValueError(no_such)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_code(text: str) -> str:
    """An ISO 3166-1 alpha-2 code, in capitals."""
    import pycountry  # noqa: PLC0415  # heavy

    code = text.upper()
    if pycountry.countries.get(alpha_2=code) is None:
        message = "This is not the two-letter ISO 3166-1 code of a country, such as JP."
        raise ValueError(message)
    return code


def plain_text(text: str) -> str:
    """One line in any script: composed (NFC), inner white space collapsed, no control codes."""
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    if not composed:
        message = "This must not be empty."
        raise ValueError(message)
    if any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") for char in composed):
        message = "Remove the characters that cannot be printed."
        raise ValueError(message)
    return composed


def person_name(text: str) -> str:
    """A name in any script: it has a letter, and none of the signs that only mark-up uses."""
    name = plain_text(text)
    if not any(unicodedata.category(char).startswith("L") for char in name):
        message = "A name has at least one letter."
        raise ValueError(message)
    if not _FORBIDDEN_IN_NAMES.isdisjoint(name) or "://" in name:
        message = "Remove the signs that do not belong in a name."
        raise ValueError(message)
    return name


def birth_date(born: date) -> date:
    """A date on which somebody alive today can have been born."""
    today = datetime.now(UTC).date()
    if born > today:
        message = "A date of birth is not in the future."
        raise ValueError(message)
    if today.year - born.year > OLDEST_AGE:
        message = f"A date of birth is not more than {OLDEST_AGE} years ago."
        raise ValueError(message)
    return born


def postcode_of(country: str, postcode: str | None) -> str | None:
    """The postcode, which only countries without a postcode system may leave out."""
    if not postcode:
        if country in WITHOUT_POSTCODE:
            return None
        message = "Addresses in this country have a postcode."
        raise ValueError(message)
    return tidy_postcode(country, postcode)
