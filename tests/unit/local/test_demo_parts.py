"""The demo's own instruments: they must notice what they are there to notice."""

from __future__ import annotations

import io

import pytest
import segno

from local.demo.forms import read_forms
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


def test_forms_are_read_as_a_browser_would_send_them() -> None:
    (form,) = read_forms(
        '<input name="outside"><form method="POST" action="/x">'
        '<input type="hidden" name="token" value="t"><input name="empty">'
        '<input type="radio" name="kind" value="a">'
        '<input type="radio" name="kind" value="b" checked>'
        '<select name="month"><option value="01">1</option><option value="02" selected>2</option>'
        "</select><button>Go</button></form>"
    )
    assert (form.method, form.action) == ("post", "/x")
    assert form.fields == {"token": "t", "empty": "", "kind": "b", "month": "02"}
