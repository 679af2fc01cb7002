"""The one form of everything that a person types as an identifier or a credential.

Two spellings that a person takes for the same must be the same on every way in: sign-up, sign-in,
reset, linking and the operator's commands. Request models apply these once, where a value comes
in; what is compared with a value from another system is put into the same form first.
"""

from __future__ import annotations

import unicodedata

# Japanese keyboards write a hyphen in many ways; NFKC folds only some of them.
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-"))


def half_width(text: str) -> str:
    """Text as a Latin keyboard writes it: half-width (NFKC), plain hyphens, no outer space."""
    return unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip()


def email(text: str) -> str:
    """An e-mail address: half-width, local part case-folded, domain in lower-case ASCII.

    An internationalised domain is written as IDNA 2008 does after the mapping of UTS 46. What is
    no address comes back in some form: it is nobody's.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    local, at, domain = folded.rpartition("@")
    if not at:
        return folded.casefold()
    return f"{local.casefold()}@{_ascii(domain)}"


def customer_number(text: str) -> str:
    """A customer number half-width and without outer space, in the case that was typed."""
    return half_width(text)


def same_customer_number(one: str, other: str) -> bool:
    """Whether two texts are one customer number."""
    return customer_number(one).casefold() == customer_number(other).casefold()


def password(text: str) -> str:
    """A password as RFC 8265 (OpaqueString) has it: NFC, every kind of space a plain one.

    Keyboards and systems differ in how they compose "é" or "が" and in what the space bar writes.
    """
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in text)
    return unicodedata.normalize("NFC", spaced)


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    import idna  # noqa: PLC0415  # its tables are big, and few domains need them

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain.casefold()
