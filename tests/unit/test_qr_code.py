"""QR codes as SVG; PNGs are tested with the mails that show them."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

import png
import pytest
import segno
from portal import qr_code

from tests.qr_codes import decode

SVG = "{http://www.w3.org/2000/svg}"
CODES = ("LPA:1$smdp.example.com$AB-1", "LPA:1$smdp.example.com$" + "A" * 120 + "$$1")


@pytest.mark.parametrize("text", CODES)
def test_an_svg_draws_exactly_the_text(text: str) -> None:
    expected = segno.make(text, error="m", micro=False, boost_error=False)
    drawn = modules(qr_code.svg(text))
    assert drawn == [[bool(cell) for cell in row] for row in expected.matrix_iter(border=4)]


@pytest.mark.parametrize("text", CODES)
def test_another_decoder_reads_exactly_the_text(text: str) -> None:
    """As a phone would read it off a screen."""
    scale, drawn = qr_code.PIXELS_PER_MODULE, modules(qr_code.svg(text))
    pixels = [
        [0 if dark else 255 for dark in row for _ in range(scale)]
        for row in drawn
        for _ in range(scale)
    ]
    image = io.BytesIO()
    png.Writer(len(pixels[0]), len(pixels), greyscale=True).write(image, pixels)
    assert decode(image.getvalue()) == [text]


def test_an_svg_loads_nothing_and_runs_nothing() -> None:
    names = {element.tag for element in parsed(qr_code.svg(CODES[0])).iter()}
    assert names == {f"{SVG}svg", f"{SVG}g", f"{SVG}path"}


def test_the_text_itself_is_not_in_the_svg() -> None:
    assert "smdp" not in qr_code.svg(CODES[0])


def parsed(document: str) -> ET.Element:
    """The root element."""
    return ET.fromstring(document)  # noqa: S314  # made by ourselves


def modules(document: str) -> list[list[bool]]:
    """The dark modules of an SVG, quiet zone included: rows of horizontal strokes."""
    root = parsed(document)
    background, strokes = root.iter(f"{SVG}path")
    size = int(re.match(r"M0 0h(\d+)", background.get("d") or "")[1])  # type: ignore[index]  # fails when it is none
    assert background.get("fill") == "#fff"
    dark = [[False] * size for _ in range(size)]
    x, y = 0.0, 0.0
    for command, first, second in re.findall(
        r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", strokes.get("d") or ""
    ):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            for column in range(int(x), int(x + float(first))):
                dark[int(y)][column] = True
            x += float(first)
    return dark
