"""The account's suppression lists, which decide which recipients do not get a mail.

Source: Twilio SendGrid, "Suppressions overview", "Bypass filters" of Mail Send and "Event Webhook
Reference", event `dropped`: the mail is accepted and later dropped for the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from local.emulators.sendgrid import rules
from local.emulators.sendgrid.errors import Problem

BYPASS_ALL = "bypass_list_management"
# The reason that the event `dropped` gives, and the filter that lets a mail through.
LISTS = {
    "bounces": ("Bounced Address", "bypass_bounce_management"),
    "spamReports": ("Spam Reporting Address", "bypass_spam_management"),
    "globalUnsubscribes": ("Unsubscribed Address", "bypass_unsubscribe_management"),
}
FILTERS = (BYPASS_ALL, *(bypass for _, bypass in LISTS.values()))


class SuppressionSeed(BaseModel):
    """The initial addresses of the lists."""

    model_config = ConfigDict(extra="forbid")
    bounces: list[str] = []
    spamReports: list[str] = []  # noqa: N815  # camel case as in every seed
    globalUnsubscribes: list[str] = []  # noqa: N815  # camel case as in every seed


@dataclass
class Suppressions:
    """The lists by name. Addresses are in lower case."""

    lists: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in LISTS})

    def load(self, seed: SuppressionSeed) -> None:
        """Add the addresses of a seed."""
        for name, addresses in seed.model_dump().items():
            self.lists[name].update(address.lower() for address in addresses)

    def dropped(self, mail: dict[str, Any], address: str) -> str | None:
        """Return why the address does not get the mail; None when it does."""
        settings = mail.get("mail_settings") or {}
        if _enabled(settings, BYPASS_ALL):
            return None
        for name, (reason, bypass) in LISTS.items():
            if address.lower() in self.lists[name] and not _enabled(settings, bypass):
                return reason
        return None

    def as_json(self) -> dict[str, list[str]]:
        """Return the lists for the admin API."""
        return {name: sorted(addresses) for name, addresses in self.lists.items()}


def problems(mail: dict[str, Any]) -> Iterator[Problem]:
    """Return what is wrong with the bypass filters; their wording is assumed."""
    settings = mail.get("mail_settings")
    if not isinstance(settings, dict):
        return
    for name in FILTERS:
        where = f"mail_settings.{name}"
        given = settings.get(name, {})
        if not isinstance(given, dict):
            yield from rules.wrong_type(given, dict, where)
        elif not isinstance(given.get("enable", False), bool):
            yield from rules.wrong_type(given["enable"], bool, f"{where}.enable")
    if BYPASS_ALL in settings and len(settings.keys() & set(FILTERS)) > 1:
        message = f"The {BYPASS_ALL} filter cannot be combined with any other bypass filters."
        yield Problem(message, f"mail_settings.{BYPASS_ALL}")


def _enabled(settings: dict[str, Any], name: str) -> bool:
    return (settings.get(name) or {}).get("enable") is True
