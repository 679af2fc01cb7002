"""The QR code of an activation code, as a PNG for a mail.

Error level M, a quiet zone of four modules and at least eight pixels a module, so that phones
read it off a screen (GSMA SGP.22 leaves size open; these are ISO/IEC 18004's recommendations).
"""

from __future__ import annotations

import io

import segno

QUIET_ZONE = 4
PIXELS_PER_MODULE = 8


def png(text: str) -> bytes:
    """A PNG whose content is exactly `text`."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    buffer = io.BytesIO()
    code.save(buffer, kind="png", scale=PIXELS_PER_MODULE, border=QUIET_ZONE)
    return buffer.getvalue()
