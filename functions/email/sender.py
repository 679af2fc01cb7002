"""The sender of mails: the reseller's name and brand, and the addresses for replies and links."""

from __future__ import annotations

from dataclasses import dataclass

from portal import config

DEFAULT_COLOUR = "#0b5d7a"
"""The colour of the customers' pages (`web/src/styles/tokens.css`)."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The sender's data in mails.

    `portal_url` has no slash at its end. `reply_to` is empty when nobody reads replies. `logo_url`
    is an absolute address, or empty without a logo. `colour` is `#rrggbb`. `time_zone` is the IANA
    name of the time zone in mails.
    """

    name: str
    portal_url: str
    reply_to: str = ""
    colour: str = DEFAULT_COLOUR
    logo_url: str = ""
    time_zone: str = "UTC"


class SenderConfig(config.MailConfig, config.BrandConfig, config.TimeZoneConfig):
    """The settings of the sender."""


def sender_of(settings: SenderConfig) -> Sender:
    """Return the sender that the settings describe."""
    portal_url = settings.portal_web_url.rstrip("/")
    return Sender(
        name=settings.brand_name or settings.email_from_name,
        portal_url=portal_url,
        reply_to=settings.email_reply_to,
        colour=settings.brand_color or DEFAULT_COLOUR,
        logo_url=_absolute(settings.brand_logo_url, portal_url),
        time_zone=settings.portal_time_zone,
    )


def _absolute(address: str, portal_url: str) -> str:
    """Return an absolute address. A path is below the portal's address; empty stays empty."""
    return f"{portal_url}{address}" if address.startswith("/") else address
