"""The QR code in a mail, drawn so that phones read it."""

from __future__ import annotations

import io
import re

import png
import segno

from functions.email import qr
from functions.email.samples import CODE


def test_the_qr_code_says_exactly_the_activation_code() -> None:
    drawn = modules(qr.png(CODE.lpa))
    expected = segno.make(CODE.lpa, error="m", micro=False, boost_error=False)
    assert drawn == [[bool(cell) for cell in row] for row in expected.matrix]


def modules(image: bytes) -> list[list[bool]]:
    """The dark modules of a QR code PNG, without its quiet zone."""
    width, _, rows, info = png.Reader(bytes=image).asDirect()
    planes = info["planes"]
    dark = [[row[x * planes] == 0 for x in range(width)] for row in rows]
    step, border = qr.PIXELS_PER_MODULE, qr.QUIET_ZONE * qr.PIXELS_PER_MODULE
    inner = range(border, width - border, step)
    return [[dark[y][x] for x in inner] for y in inner]


def test_the_quiet_zone_is_light() -> None:
    image = qr.png(CODE.lpa)
    width, _, rows, _ = png.Reader(io.BytesIO(image)).asDirect()
    first = list(next(iter(rows)))
    assert set(first) == {max(first)}
    assert width % qr.PIXELS_PER_MODULE == 0
    assert re.match(rb"\x89PNG", image)
