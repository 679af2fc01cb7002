"""Checks that the eSIM mail has the provider's activation code as text and as a QR code."""

from __future__ import annotations

import base64
import re
from typing import Any

from local.demo.checks import DemoError, expect
from local.demo.qr import NotAQrCodeError, shows

LPA_CODE = re.compile(r"LPA:1\$[^\s$]+\$[A-Za-z0-9-]+(?:\$[^\s$]*){0,2}")


def check_esim_mail(mail: dict[str, Any], code: str) -> None:
    """Raise DemoError unless the mail's text and one of its images contain exactly `code`."""
    written = LPA_CODE.findall(mail["text"])
    expect(code in written, "The eSIM mail's text does not hold the provider's LPA code.")
    try:
        good = any(shows(picture, code) for picture in pictures(mail))
    except NotAQrCodeError as error:
        raise DemoError(f"The eSIM mail's picture is no QR code: {error}.") from error
    expect(good, "The QR code in the eSIM mail is not the provider's LPA code.")


def pictures(mail: dict[str, Any]) -> list[bytes]:
    """Return the PNG attachments of a mail of `/mail.json`."""
    return [
        base64.b64decode(file["content"])
        for file in mail["attachments"]
        if file["type"] == "image/png"
    ]
