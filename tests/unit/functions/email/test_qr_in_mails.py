"""The QR code in a mail, drawn so that phones read it."""

from __future__ import annotations

import io
import re

import png
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from portal import qr_code
from portal.domain.activation_code import ActivationCode

from functions.email.samples import CODE
from tests.qr_codes import decode


def test_the_qr_code_says_exactly_the_activation_code() -> None:
    drawn = modules(qr_code.png(CODE.lpa))
    expected = segno.make(CODE.lpa, error="m", micro=False, boost_error=False)
    assert drawn == [[bool(cell) for cell in row] for row in expected.matrix]


def modules(image: bytes) -> list[list[bool]]:
    """The dark modules of a QR code PNG, without its quiet zone."""
    width, _, rows, info = png.Reader(bytes=image).asDirect()
    planes = info["planes"]
    dark = [[row[x * planes] == 0 for x in range(width)] for row in rows]
    step, border = qr_code.PIXELS_PER_MODULE, qr_code.QUIET_ZONE * qr_code.PIXELS_PER_MODULE
    inner = range(border, width - border, step)
    return [[dark[y][x] for x in inner] for y in inner]


def test_the_quiet_zone_is_light() -> None:
    image = qr_code.png(CODE.lpa)
    width, _, rows, _ = png.Reader(io.BytesIO(image)).asDirect()
    first = list(next(iter(rows)))
    assert set(first) == {max(first)}
    assert width % qr_code.PIXELS_PER_MODULE == 0
    assert re.match(rb"\x89PNG", image)


@given(
    address=st.from_regex(r"[a-z][a-z0-9-]{0,30}[a-z0-9]\.example\.com", fullmatch=True),
    matching_id=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz0123456789-", max_size=80),
    oid=st.sampled_from(["", "1.3.6.1.4.1.31746"]),
    confirmed=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_another_programs_reader_reads_every_code(
    address: str, matching_id: str, oid: str, confirmed: bool
) -> None:
    code = ActivationCode(address, matching_id, oid, confirmed)
    assert decode(qr_code.png(code.lpa)) == [code.lpa]
