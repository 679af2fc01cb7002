"""The QR code of an activation code: a PNG for mails, an SVG for pages.

Error level M, a quiet zone of four modules and at least eight pixels a module, so that phones
read it off a screen (GSMA SGP.22 leaves size open; these are ISO/IEC 18004's recommendations).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import segno

QUIET_ZONE = 4
PIXELS_PER_MODULE = 8


def png(text: str) -> bytes:
    """A PNG whose content is exactly `text`."""
    buffer = io.BytesIO()
    _symbol(text).save(buffer, kind="png", scale=PIXELS_PER_MODULE, border=QUIET_ZONE)
    return buffer.getvalue()


def svg(text: str) -> str:
    """An SVG document whose content is exactly `text`, of any size; its quiet zone is white."""
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
    import segno  # noqa: PLC0415  # 10 ms, and most endpoints draw nothing

    return segno.make(text, error="m", micro=False, boost_error=False)
