"""Who writes, as the settings say."""

from __future__ import annotations

import pytest
from portal import config

from functions.email.sender import DEFAULT_COLOUR, Sender, SenderConfig, sender_of

SETTINGS = {
    "STAGE": "test",
    "EMAIL_TRANSPORT": "sendgrid",
    "EMAIL_FROM": "no-reply@portal.example",
    "EMAIL_FROM_NAME": "Portal",
    "SENDGRID_API_URL": "https://api.sendgrid.com",
    "MAIL_SECRET_ID": "portal/mail",
    "PORTAL_WEB_URL": "https://portal.example/",
    "PORTAL_TIME_ZONE": "Asia/Tokyo",
}


def made(**changes: str) -> Sender:
    return sender_of(config.load(SenderConfig, {**SETTINGS, **changes}))


def test_without_a_brand_the_senders_name_stands_alone() -> None:
    assert made() == Sender(
        name="Portal",
        portal_url="https://portal.example",
        colour=DEFAULT_COLOUR,
        time_zone="Asia/Tokyo",
    )


def test_the_brand_of_the_settings() -> None:
    brand = made(BRAND_NAME="Kaede", BRAND_COLOR="#aa3300", EMAIL_REPLY_TO="help@portal.example")
    assert (brand.name, brand.colour) == ("Kaede", "#aa3300")
    assert brand.reply_to == "help@portal.example"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", ""),
        ("/logo.png", "https://portal.example/logo.png"),
        ("https://cdn.example/logo.png", "https://cdn.example/logo.png"),
    ],
)
def test_a_logo_has_a_whole_address(given: str, shown: str) -> None:
    assert made(BRAND_LOGO_URL=given).logo_url == shown
