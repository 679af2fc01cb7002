"""Previews of every mail in every language."""

from __future__ import annotations

import base64
import re

import pytest
from portal.domain.mail import MailTemplate

from functions.email.rendering import LANGUAGES
from functions.email.samples import CODE
from tests.qr_codes import decode
from tests.unit.local.conftest import Door

EVERY_MAIL = pytest.mark.parametrize(
    "path",
    [
        f"/mail/previews/{template}/{language}"
        for template in MailTemplate
        for language in LANGUAGES
    ],
)


def test_the_list_leads_to_every_mail_in_every_language(door: Door) -> None:
    links = re.findall(r'href="(/mail/previews/[^"]+)"', door.client.get("/mail/previews").text)
    assert len(links) == len(set(links)) == len(MailTemplate) * len(LANGUAGES)
    assert all(door.client.get(link).status_code == 200 for link in links)
    assert "/mail/previews" in door.client.get("/mail").text


@EVERY_MAIL
def test_a_preview_has_the_brand_of_the_stack(door: Door, path: str) -> None:
    page, html = door.client.get(path), door.client.get(f"{path}/html")
    text = door.client.get(f"{path}/text")
    assert "Kaede Mobile" in page.text
    assert "Kaede Mobile" in html.text
    assert "#aa3300" in html.text
    assert "Kaede Mobile" in text.text
    assert text.headers["content-type"].startswith("text/plain")
    links = re.findall(r'href="(http://127[^"]+)"', html.text)
    assert all(link.startswith(door.url) for link in links)


@EVERY_MAIL
def test_a_preview_runs_and_loads_nothing(door: Door, path: str) -> None:
    answer = door.client.get(f"{path}/html")
    assert answer.text.startswith("<!DOCTYPE html>")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'; img-src data:; style-src" in policy
    assert "cid:" not in answer.text


def test_the_frame_is_as_wide_and_as_dark_as_asked(door: Door) -> None:
    path = "/mail/previews/welcome/en"
    frame = re.compile(r'<iframe class="([^"]+)".* src="([^"]+)"')
    usual = [("mail phone", f"{path}/html?scheme=light")]
    for query, shown in (
        ("", usual),
        ("?scheme=dark&width=desktop", [("mail desktop", f"{path}/html?scheme=dark")]),
        ("?scheme=%22%3E&width=9", usual),
    ):
        assert frame.findall(door.client.get(path + query).text) == shown


@EVERY_MAIL
def test_dark_mode_is_shown_on_a_light_machine_and_the_other_way_round(
    door: Door, path: str
) -> None:
    shown = {
        scheme: door.client.get(f"{path}/html?scheme={scheme}").text for scheme in ("light", "dark")
    }
    assert shown["light"].count("@media not all {") == 1
    assert shown["dark"].count("@media all {") == 1
    assert not any("prefers-color-scheme" in html for html in shown.values())


def test_the_code_in_a_preview_is_made_up_and_can_be_read(door: Door) -> None:
    html = door.client.get("/mail/previews/esim-activation/ja/html").text
    (image,) = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert decode(base64.b64decode(image)) == [CODE.lpa]


@pytest.mark.parametrize("path", ["spam/en", "welcome/tlh", "welcome/en/pdf"])
def test_what_there_is_no_preview_of(door: Door, path: str) -> None:
    answer = door.client.get(f"/mail/previews/{path}")
    assert answer.status_code == 404
