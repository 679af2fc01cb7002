"""The normal forms of identifiers and credentials that people type.

Two spellings that a person considers equal must be equal everywhere: at sign-up, sign-in, reset,
linking and in the operator's commands. Request models apply these functions once to each value. A
value of another system is normalised in the same way before it is compared.
"""

from __future__ import annotations

import unicodedata

# Japanese keyboards write a hyphen in many ways; NFKC folds only some of them.
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-"))


def half_width(text: str) -> str:
    """Return a text half-width (NFKC), with plain hyphens and without outer spaces."""
    return unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip()


def email(text: str) -> str:
    """Return an e-mail address half-width, local part case-folded, domain in lower-case ASCII.

    An internationalised domain is encoded by IDNA 2008 after the mapping of UTS 46. A text that is
    no address is returned in some form, which belongs to no account.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    local, at, domain = folded.rpartition("@")
    if not at:
        return folded.casefold()
    return f"{local.casefold()}@{_ascii(domain)}"


def customer_number(text: str) -> str:
    """Return a customer number half-width and without outer spaces, in the typed case."""
    return half_width(text)


def same_customer_number(one: str, other: str) -> bool:
    """Return whether two texts are one customer number."""
    return customer_number(one).casefold() == customer_number(other).casefold()


def password(text: str) -> str:
    """Return a password by RFC 8265 (OpaqueString): NFC, with plain spaces for all kinds of space.

    Keyboards and systems compose "é" or "が" differently, and their space bars write other spaces.
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
