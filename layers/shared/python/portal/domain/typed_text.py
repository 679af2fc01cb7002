"""Names and lines that people type about themselves. Each check returns the text's normal form.

Names are shown in mails, and addresses in documents of other systems. Programs that show them may
turn a web address into a link. Therefore characters and words that no name contains are refused.
All functions raise InvalidValue.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from portal.domain.problems import InvalidValue

# Joiners that Persian, Indic and other scripts need inside words.
_JOINERS = frozenset("\u200c\u200d")
_NOT_PRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_IN_NAMES = frozenset({"L", "M", "N", "Z"})
# Apostrophes, hyphens, initials, and the dots between the parts of a foreign name in Japanese.
_SIGNS_OF_NAMES = frozenset("'\u2019\u02bc\u2018-\u2010\u2011\u2013.,\u00b7\u30fb\uff65\u30fc()")
_MARKUP = frozenset("<>{}[]|\\^`")
_LINK = re.compile(r"://|\bwww\.|@", re.IGNORECASE)
# A word, a full stop and at least two letters, such as evil.example; J.R.R. Tolkien is none.
_HOST = re.compile(r"[^\W_][^\W_]\.[^\W\d_]{2,}|[^\W_]-[^\W_]+\.[^\W\d_]{2,}|xn--", re.IGNORECASE)


_HOST_WORDS = 2
_NO_LINK = "Remove Web and mail addresses; write a space after a full stop."


class TextError(StrEnum):
    """`errors[].code` of texts that people type about themselves.

    `docs/problems.md` has a row for each (a test holds the two together).
    """

    EMPTY = "text-empty"
    NOT_PRINTABLE = "text-not-printable"
    MARKUP = "text-markup"
    LINK = "text-link"
    NAME_WITHOUT_LETTER = "name-without-letter"
    NAME_SIGNS = "name-signs"
    EMAIL = "email-invalid"
    PHONE = "phone-invalid"
    BIRTH_DATE = "birth-date-invalid"


def line(text: str) -> str:
    """Check a line in any script: NFC, inner white space collapsed, no mark-up, no link."""
    composed = _printable(text)
    if not _MARKUP.isdisjoint(composed):
        raise InvalidValue(TextError.MARKUP, "Remove the signs that only mark-up uses.")
    if _LINK.search(composed) or _HOST.search(composed):
        raise InvalidValue(TextError.LINK, _NO_LINK)
    return composed


def company_name(text: str) -> str:
    """Check the name of a company. It may look like a host (Booking.com), but not like a link."""
    composed = _printable(text)
    if not _MARKUP.isdisjoint(composed):
        raise InvalidValue(TextError.MARKUP, "Remove the signs that only mark-up uses.")
    hosts = len(_HOST.findall(composed))
    if _LINK.search(composed) or hosts > 1 or (hosts and len(composed.split()) > _HOST_WORDS):
        raise InvalidValue(TextError.LINK, _NO_LINK)
    return composed


def person_name(text: str) -> str:
    """Check a person's name in any script: letters and the few other characters of names."""
    name = line(text)
    kinds = {unicodedata.category(char)[0] for char in name}
    if "L" not in kinds:
        raise InvalidValue(TextError.NAME_WITHOUT_LETTER, "A name has at least one letter.")
    strange = (c for c in name if c not in _SIGNS_OF_NAMES and c not in _JOINERS)
    if any(unicodedata.category(char)[0] not in _IN_NAMES for char in strange):
        raise InvalidValue(TextError.NAME_SIGNS, "Remove the signs that do not belong in a name.")
    return name


def _printable(text: str) -> str:
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    if not composed:
        raise InvalidValue(TextError.EMPTY, "This must not be empty.")
    if any(unicodedata.category(c) in _NOT_PRINTED and c not in _JOINERS for c in composed):
        raise InvalidValue(TextError.NOT_PRINTABLE, "Remove the characters that cannot be printed.")
    return composed
