"""The GSMA activation code of an eSIM: its parts, its text and its installation links.

Source: GSMA SGP.22, 4.1 "Activation Code": `1$<SM-DP+ address>$<MatchingID>[$<OID>[$<1>]]`, in
QR codes with the prefix `LPA:`. Anybody who has the code can install the line. It is a credential,
so its text never appears in `repr`, logs, queues or other systems' notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote

_FQDN = re.compile(r"^(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$")
_MATCHING_ID = re.compile(r"^[A-Za-z0-9-]{0,128}$")
_OID = re.compile(r"^([0-9]+(\.[0-9]+)*)?$")
# Invisible characters that Unicode does not count as white space: zero-width ones, byte order mark.
_SPACES = frozenset("\u200b\u200c\u200d\u2060\ufeff")
_MAX_LENGTH = 255
_MIN_PARTS, _MAX_PARTS = 3, 5

APPLE = "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata="
ANDROID = "https://esimsetup.android.com/esim_qrcode_provisioning?carddata="


class InvalidActivationCodeError(ValueError):
    """The provider returned a text that is no activation code."""


def _invalid(what: str) -> InvalidActivationCodeError:
    return InvalidActivationCodeError(f"the activation code {what}")


def _trimmed(text: str) -> str:
    """Return the text without white space and invisible characters at both ends."""
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or text[start] in _SPACES):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _SPACES):
        end -= 1
    return text[start:end]


@dataclass(frozen=True)
class ActivationCode:
    """A parsed code. `str` and `repr` hide the MatchingID; `lpa` is the text to show."""

    smdp_address: str
    matching_id: str = field(repr=False)
    oid: str = ""
    confirmation_code_required: bool = False

    @classmethod
    def parse(cls, text: str) -> ActivationCode:
        """Parse a text with or without `LPA:`.

        White space around the code, its prefix and its parts is ignored, because no part may hold
        any. White space within a part is refused, because a character may be missing there. Raises
        InvalidActivationCodeError, which names the invalid part and does not quote it.
        """
        bare = _trimmed(text)
        if len(bare) > _MAX_LENGTH:
            raise _invalid(f"is longer than {_MAX_LENGTH} characters")
        if bare[:4].upper() == "LPA:":
            bare = bare[4:]
        if not bare:
            raise _invalid("is empty")
        parts = [_trimmed(part) for part in bare.split("$")]
        if not _MIN_PARTS <= len(parts) <= _MAX_PARTS:
            raise _invalid(f"has {len(parts)} parts between dollar signs instead of 3 to 5")
        return cls._read(*parts, *[""] * (_MAX_PARTS - len(parts)))

    @classmethod
    def _read(cls, number: str, address: str, matching_id: str, oid: str, flag: str) -> Self:
        """Return the code of the parts. Raises InvalidActivationCodeError for an invalid part."""
        checks = (
            ("format", number, number == "1"),
            ("SM-DP+ address", address, _FQDN.fullmatch(address)),
            ("MatchingID", matching_id, _MATCHING_ID.fullmatch(matching_id)),
            ("OID", oid, _OID.fullmatch(oid)),
            ("confirmation code flag", flag, flag in ("", "1")),
        )
        for name, part, good in checks:
            if good:
                continue
            if any(character in _SPACES or character.isspace() for character in part):
                raise _invalid(f"has white space within its {name}")
            article = "an" if name[0] in "OS" else "a"
            raise _invalid(f"has {article} {name} that SGP.22 does not allow")
        return cls(address, matching_id, oid, flag == "1")

    @property
    def lpa(self) -> str:
        """The text of the QR code. Its upper and lower case is kept."""
        tail = ""
        if self.oid or self.confirmation_code_required:
            tail = f"${self.oid}"
        if self.confirmation_code_required:
            tail += "$1"
        return f"LPA:1${self.smdp_address}${self.matching_id}{tail}"

    @property
    def apple_link(self) -> str:
        """The link that starts the installation on iOS 17.4 and later."""
        return APPLE + quote(self.lpa, safe=":$.-")

    @property
    def android_link(self) -> str:
        """The link that starts the installation on Android."""
        return ANDROID + quote(self.lpa, safe=":$.-")

    def __str__(self) -> str:
        return repr(self)
