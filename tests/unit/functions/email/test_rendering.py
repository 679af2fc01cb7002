"""Every mail in every language: complete, escaped, the same in text and HTML."""

from __future__ import annotations

import io
import re

import png
import pytest
import segno
from portal import qr_code
from portal.domain.mail import MailTemplate

from functions.email.rendering import LANGUAGES, _words, render
from functions.email.samples import CODE, ESIM, VALUES, sample


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
        assert CODE.smdp_address in body
    assert 'src="cid:esim-qr"' in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", [MailTemplate.ESIM_ACTIVATION, MailTemplate.ESIM_REISSUED])
def test_each_phone_finds_what_it_asks_for(template: MailTemplate, language: str) -> None:
    """IPhones ask for address and activation code (the matching id), Android for one code."""
    text = sample(template, language).text
    labelled = dict(
        line.strip().split(": ", 1) for line in text.splitlines() if line.startswith("  ")
    )
    phone = {name.rpartition("(")[2]: value for name, value in labelled.items() if "(" in name}
    iphone = [value for name, value in labelled.items() if name.endswith("(iPhone)")]
    assert iphone == [CODE.smdp_address, CODE.matching_id]
    assert phone["Android)"] == CODE.lpa
    html = sample(template, language).html
    assert f">{CODE.matching_id}<" in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", list(MailTemplate))
def test_the_text_part_needs_no_picture(template: MailTemplate, language: str) -> None:
    words = _words(language)["common"]["esim"]
    text = sample(template, language).text
    for name in ("scan", "links", "manual", "qr"):
        assert f"{words[name]}\n" not in text
    assert "cid:" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_replies_are_only_promised_with_an_address_for_them(language: str) -> None:
    promise = _words(language)["common"]["replies"]
    for reply_to, promised in (("support@portal.example", True), ("", False)):
        mail = render(MailTemplate.WELCOME, language, {**VALUES, "reply_to": reply_to})
        assert (promise in mail.text, promise in mail.html) == (promised, promised)


def test_a_code_without_matching_id_shows_none() -> None:
    esim = {**ESIM, "matching_id": "", "lpa": "LPA:1$smdp.example.com$"}
    mail = render(MailTemplate.ESIM_ACTIVATION, "en", {**VALUES, "esim": esim})
    assert "Activation code (iPhone)" not in mail.text
    assert "Activation code (iPhone)" not in mail.html


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
