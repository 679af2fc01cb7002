"""Checks whether a PNG is the QR code of a text, without native libraries.

The symbol of a known text depends only on its error-correction level, so all levels are drawn and
compared with the image.
"""

from __future__ import annotations

import io

import png
import segno

FINDER_MODULES = 7
ERROR_LEVELS = ("l", "m", "q", "h")
Matrix = list[list[bool]]


class NotAQrCodeError(Exception):
    """The image does not have the outline of a QR code; the message says what is wrong."""


def shows(picture: bytes, text: str) -> bool:
    """Return whether the PNG is the QR code of exactly `text`. Raises NotAQrCodeError."""
    modules = read_modules(picture)
    for level in ERROR_LEVELS:
        symbol = segno.make_qr(text, error=level, boost_error=False)
        if [[bool(module) for module in row] for row in symbol.matrix] == modules:
            return True
    return False


def read_modules(picture: bytes) -> Matrix:
    """Return the modules of a cleanly rendered QR code without its quiet zone; True is dark."""
    pixels = _dark_pixels(picture)
    rows = [y for y, row in enumerate(pixels) if any(row)]
    columns = [x for x in range(len(pixels[0])) if any(row[x] for row in pixels)]
    if not rows:
        raise NotAQrCodeError("the picture is blank")
    top, left = rows[0], columns[0]
    side = rows[-1] - top + 1
    # The first row begins with the upper edge of a finder pattern, seven modules wide.
    first = pixels[top][left:]
    run = first.index(False) if False in first else len(first)
    scale, rest = divmod(run, FINDER_MODULES)
    if rest or not scale or side % scale or side != columns[-1] - left + 1:
        raise NotAQrCodeError(f"no finder pattern where one should begin (run of {run} pixels)")
    count = side // scale
    middle = scale // 2
    return [
        [pixels[top + y * scale + middle][left + x * scale + middle] for x in range(count)]
        for y in range(count)
    ]


def _dark_pixels(picture: bytes) -> Matrix:
    try:
        width, height, values, info = png.Reader(file=io.BytesIO(picture)).asRGB()
        rows = [list(row) for row in values]
    except png.Error as error:
        raise NotAQrCodeError(f"not a PNG: {error}") from error
    dark_below = 2 ** info["bitdepth"] / 2
    return [[rows[y][3 * x] < dark_below for x in range(width)] for y in range(height)]
