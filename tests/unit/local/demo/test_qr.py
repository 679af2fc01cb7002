"""What the demo takes for the QR code of an activation code."""

from __future__ import annotations

import io

import pytest
import segno

from local.demo.qr import NotAQrCodeError, shows

LPA = "LPA:1$smdp.gigs.com$2M-3L0MX-F8HE2"


def picture(text: str, *, error: str = "m", scale: int = 8, border: int = 4) -> bytes:
    buffer = io.BytesIO()
    segno.make_qr(text, error=error).save(buffer, kind="png", scale=scale, border=border)
    return buffer.getvalue()


@pytest.mark.parametrize("error", ["l", "m", "h"])
@pytest.mark.parametrize(("scale", "border"), [(1, 0), (8, 4), (10, 2)])
def test_a_qr_code_is_recognised_however_it_is_drawn(error: str, scale: int, border: int) -> None:
    assert shows(picture(LPA, error=error, scale=scale, border=border), LPA)


def test_another_code_is_not_taken_for_it() -> None:
    assert not shows(picture(LPA), LPA.replace("F8HE2", "F8HE3"))
    assert not shows(picture(LPA.lower()), LPA)


def test_other_pictures_are_named() -> None:
    with pytest.raises(NotAQrCodeError, match="not a PNG"):
        shows(b"GIF89a", LPA)
