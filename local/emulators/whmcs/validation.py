"""Checks of names, addresses and numbers that several actions share."""

from __future__ import annotations

import hashlib
import re

import phonenumbers
import pycountry

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"[0-9+().\- ]*[0-9][0-9+().\- ]*")


def is_email(text: str) -> bool:
    """Whether it looks like an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Digits with the usual punctuation."""
    return _PHONE.fullmatch(text) is not None


def country_name(code: str) -> str | None:
    """The English name of an ISO 3166-1 alpha-2 code in capitals; None when there is none."""
    country = pycountry.countries.get(alpha_2=code) if code.isupper() else None
    if country is None:
        return None
    name: str = getattr(country, "common_name", country.name)
    return name


def calling_code(country: str) -> str:
    """The telephone country code, "" when unknown."""
    code = phonenumbers.country_code_for_region(country)
    return str(code) if code else ""


def formatted_phone(number: str, country: str) -> str:
    """WHMCS' own notation, `+81.312345678`."""
    digits = re.sub(r"[^0-9]", "", number)
    code = calling_code(country)
    if not digits or not code:
        return number
    if number.strip().startswith("+") and digits.startswith(code):
        digits = digits[len(code) :]
    return f"+{code}.{digits.lstrip('0')}"


def hashed(password: str) -> str:
    """Return the stored hash of a password, which stands for WHMCS' own hash."""
    return hashlib.sha256(password.encode()).hexdigest()
