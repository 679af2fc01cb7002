"""Every mail in every language: complete, escaped, the same in text and HTML."""

from __future__ import annotations

import io
import re

import png
import pytest
import segno
from portal.domain.mail import MailTemplate

from functions.email import qr
from functions.email.rendering import LANGUAGES, render
from functions.email.samples import CODE, VALUES, sample


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", list(MailTemplate))
def test_every_mail_is_complete(template: MailTemplate, language: str) -> None:
    mail = sample(template, language)
    assert mail.subject
    assert "\n" not in mail.subject
    for body in (mail.text, mail.html):
        assert "Portal Telecom" in body
        assert "{{" not in body
        assert "None" not in body
    assert ("Hanako" in mail.text) == ("Hanako" in mail.html) is True
    assert f'lang="{language}"' in mail.html


def test_links_are_the_same_in_text_and_html() -> None:
    mail = sample(MailTemplate.PASSWORD_RESET, "en")
    link = "https://portal.example/reset-password#token=sample-token"
    assert link in mail.text
    assert f'href="{link}"' in mail.html


def test_the_esim_mail_has_everything_to_install() -> None:
    mail = sample(MailTemplate.ESIM_ACTIVATION, "en")
    for body in (mail.text, mail.html):
        assert CODE.lpa in body
        assert CODE.apple_link in body
        assert CODE.android_link in body
    assert 'src="cid:esim-qr"' in mail.html


def test_names_cannot_inject_markup_or_templates() -> None:
    values = {**VALUES, "first_name": "<script>{{ 7 * 7 }}</script>"}
    mail = render(MailTemplate.WELCOME, "en", values)
    assert "<script>" not in mail.html
    assert "&lt;script&gt;{{ 7 * 7 }}" in mail.html
    assert "<script>{{ 7 * 7 }}</script>" in mail.text


def test_an_unknown_language_is_english_and_an_unknown_name_is_left_out() -> None:
    mail = render(MailTemplate.WELCOME, "tlh", {**VALUES, "first_name": ""})
    assert "Hello," in mail.text
    assert mail.subject == "Welcome to Portal Telecom"


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
