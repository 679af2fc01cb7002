"""The GSMA activation code of an eSIM: parse, show, one-tap links.

Source: GSMA SGP.22, 4.1 "Activation Code": `1$<SM-DP+ address>$<MatchingID>[$<OID>[$<1>]]`, in
QR codes with the prefix `LPA:`. Whoever has the code has the line: it is a credential, so its
text never appears in `repr`, logs, queues or other systems' notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote

_FQDN = re.compile(r"^(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$")
_MATCHING_ID = re.compile(r"^[A-Za-z0-9-]{0,128}$")
_OID = re.compile(r"^([0-9]+(\.[0-9]+)*)?$")
_MAX_LENGTH = 255
_MIN_PARTS, _MAX_PARTS = 3, 5

APPLE = "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata="
ANDROID = "https://esimsetup.android.com/esim_qrcode_provisioning?carddata="


class InvalidActivationCodeError(ValueError):
    """The provider gave something that is no activation code."""


@dataclass(frozen=True)
class ActivationCode:
    """A parsed code; `str` is forbidden by design, use `lpa` where it must be shown."""

    smdp_address: str
    matching_id: str = field(repr=False)
    oid: str = ""
    confirmation_code_required: bool = False

    @classmethod
    def parse(cls, text: str) -> ActivationCode:
        """Parse with or without `LPA:`.

        Raises InvalidActivationCodeError without quoting the text.
        """
        bare = text[4:] if text[:4].upper() == "LPA:" else text
        parts = bare.split("$")
        if len(text) > _MAX_LENGTH or not _MIN_PARTS <= len(parts) <= _MAX_PARTS:
            msg = "an activation code has three to five parts and at most 255 characters"
            raise InvalidActivationCodeError(msg)
        oid = parts[3] if len(parts) > _MIN_PARTS else ""
        flag = parts[4] if len(parts) == _MAX_PARTS else ""
        checks = {
            "format": parts[0] == "1",
            "SM-DP+ address": _FQDN.fullmatch(parts[1]),
            "MatchingID": _MATCHING_ID.fullmatch(parts[2]),
            "OID": _OID.fullmatch(oid),
            "confirmation code flag": flag in ("", "1"),
        }
        wrong = [name for name, good in checks.items() if not good]
        if wrong:
            msg = f"the activation code's {wrong[0]} is not as SGP.22 has it"
            raise InvalidActivationCodeError(msg)
        return cls(parts[1], parts[2], oid, flag == "1")

    @property
    def lpa(self) -> str:
        """The text of the QR code, exactly; case is never changed."""
        tail = ""
        if self.oid or self.confirmation_code_required:
            tail = f"${self.oid}"
        if self.confirmation_code_required:
            tail += "$1"
        return f"LPA:1${self.smdp_address}${self.matching_id}{tail}"

    @property
    def apple_link(self) -> str:
        """Opens the installation on iOS 17.4 and later."""
        return APPLE + quote(self.lpa, safe=":$.-")

    @property
    def android_link(self) -> str:
        """Opens the installation on Android."""
        return ANDROID + quote(self.lpa, safe=":$.-")

    def __str__(self) -> str:
        return repr(self)
