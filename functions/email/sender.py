"""Who writes: the reseller's name and look, and where replies and links go."""

from __future__ import annotations

from dataclasses import dataclass

from portal import config

DEFAULT_COLOUR = "#0b5d7a"
"""The customers' pages' own (`web/src/styles/tokens.css`)."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What mails say and show of their sender.

    `portal_url` has no slash at its end. `reply_to` is empty when nobody reads replies, `logo_url`
    when there is no logo; it is an absolute address, because mail programs know no other.
    `colour` is `#rrggbb`, `time_zone` the IANA name of the zone of times in mails.
    """

    name: str
    portal_url: str
    reply_to: str = ""
    colour: str = DEFAULT_COLOUR
    logo_url: str = ""
    time_zone: str = "UTC"


class SenderConfig(config.MailConfig, config.BrandConfig, config.TimeZoneConfig):
    """What tells who writes."""


def sender_of(settings: SenderConfig) -> Sender:
    """The sender that the settings describe."""
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
    """`address`, or the portal's address before it when it is a path; empty stays empty."""
    return f"{portal_url}{address}" if address.startswith("/") else address
