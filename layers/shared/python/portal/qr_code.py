"""Renders the QR code of an activation code as PNG for mails and as SVG for pages.

It has error level M, a quiet zone of four modules and at least eight pixels per module, so that
phones can read it from a screen (ISO/IEC 18004's recommendations; GSMA SGP.22 names no size).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import segno

QUIET_ZONE = 4
PIXELS_PER_MODULE = 8


def png(text: str) -> bytes:
    """Return a PNG whose content is exactly `text`."""
    buffer = io.BytesIO()
    _symbol(text).save(buffer, kind="png", scale=PIXELS_PER_MODULE, border=QUIET_ZONE)
    return buffer.getvalue()


def svg(text: str) -> str:
    """Return a scalable SVG document whose content is exactly `text`. Its quiet zone is white."""
    buffer = io.BytesIO()
    _symbol(text).save(
        buffer,
        kind="svg",
        scale=PIXELS_PER_MODULE,
        border=QUIET_ZONE,
        omitsize=True,
        light="#fff",
        xmldecl=False,
        nl=False,
    )
    return buffer.getvalue().decode()


def _symbol(text: str) -> segno.QRCode:
    import segno  # noqa: PLC0415  # takes 10 ms, and most endpoints draw no code

    return segno.make(text, error="m", micro=False, boost_error=False)
