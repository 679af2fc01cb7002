"""The account: API keys with scopes, verified senders, templates, rate limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from local.emulators.sendgrid.errors import Problem, Refused
from local.emulators.sendgrid.suppressions import Suppressions, SuppressionSeed

MINUTE = 60
UNLIMITED = 600
FULL_ACCESS = (
    "alerts.read",
    "mail.batch.create",
    "mail.send",
    "sender_verification_eligible",
    "templates.read",
    "tracking_settings.click.read",
    "tracking_settings.open.read",
    "user.profile.read",
    "verified_senders.read",
    "whitelabel.read",
)


class SeedKey(BaseModel):
    """An API key; without `scopes` it may do everything."""

    model_config = ConfigDict(extra="forbid")
    key: str
    scopes: list[str] | None = None


class Seed(BaseModel):
    """The seed of `POST /_admin/seed`."""

    model_config = ConfigDict(extra="forbid")
    apiKeys: list[SeedKey] = []  # noqa: N815  # camel case as in every seed
    verifiedSenders: list[str] | None = None  # noqa: N815  # camel case as in every seed
    templates: list[str] = []
    tracking: bool | None = None
    suppressions: SuppressionSeed = SuppressionSeed()


@dataclass
class Account:
    """The state of the account. With `verified_senders` null, every sender is verified.

    An entry of `verified_senders` is an address or, with a leading `@`, a whole domain.
    """

    keys: dict[str, tuple[str, ...]]
    verified_senders: list[str] | None = None
    templates: set[str] = field(default_factory=set)
    suppressions: Suppressions = field(default_factory=Suppressions)
    _windows: dict[str, tuple[int, int]] = field(default_factory=dict)

    def load(self, seed: Seed) -> None:
        """Add a seed to what is there."""
        for given in seed.apiKeys:
            scopes = FULL_ACCESS if given.scopes is None else tuple(given.scopes)
            self.keys[given.key] = scopes
        if seed.verifiedSenders is not None:
            self.verified_senders = [*(self.verified_senders or []), *seed.verifiedSenders]
        self.templates.update(seed.templates)
        self.suppressions.load(seed.suppressions)

    def authenticate(self, header: str | None) -> tuple[str, ...]:
        """The scopes of the bearer key; raises Refused (401)."""
        if not header:
            raise Refused(401, Problem("authorization required"))
        scheme, _, key = header.partition(" ")
        if scheme.lower() != "bearer" or key not in self.keys:
            message = "The provided authorization grant is invalid, expired, or revoked"
            raise Refused(401, Problem(message))
        return self.keys[key]

    def check_sender(self, senders: Iterable[str]) -> None:
        """Raise Refused (403) for an address that is not verified."""
        if self.verified_senders is None:
            return
        known = {entry.lower() for entry in self.verified_senders}
        for sender in senders:
            domain = "@" + sender.lower().rpartition("@")[2]
            if sender.lower() not in known and domain not in known:
                message = (
                    "The from address does not match a verified Sender Identity. Mail cannot be "
                    "sent until this error is resolved. Visit https://sendgrid.com/docs/"
                    "for-developers/sending-email/sender-identity/ to see the Sender Identity "
                    "requirements"
                )
                raise Refused(403, Problem(message, "from"))

    def count(self, endpoint: str, limit: int | None, now: datetime) -> dict[str, str]:
        """Count a request. Returns the rate limit headers, with -1 remaining for too many."""
        window = int(now.timestamp()) // MINUTE
        started, used = self._windows.get(endpoint, (window, 0))
        used = 1 if started != window else used + 1
        self._windows[endpoint] = (window, used)
        allowed = UNLIMITED if limit is None else limit
        remaining = allowed - used if limit is not None else allowed - 1
        return {
            "X-RateLimit-Limit": str(allowed),
            "X-RateLimit-Remaining": str(max(remaining, -1)),
            "X-RateLimit-Reset": str((window + 1) * MINUTE),
        }

    def as_json(self) -> dict[str, Any]:
        """Return the account as JSON values."""
        return {
            "apiKeys": [{"key": key, "scopes": list(s)} for key, s in self.keys.items()],
            "verifiedSenders": self.verified_senders,
            "templates": sorted(self.templates),
            "suppressions": self.suppressions.as_json(),
        }
