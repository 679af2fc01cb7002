"""The QR code of an activation code, as a PNG for a mail.

It has error level M, a quiet zone of four modules and eight pixels per module, so that phones can
read it from a screen. GSMA SGP.22 does not fix the size; these values follow ISO/IEC 18004.
"""

from __future__ import annotations

import io

import segno

QUIET_ZONE = 4
PIXELS_PER_MODULE = 8


def png(text: str) -> bytes:
    """Return a PNG of a QR code with exactly that text."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    buffer = io.BytesIO()
    code.save(buffer, kind="png", scale=PIXELS_PER_MODULE, border=QUIET_ZONE)
    return buffer.getvalue()
