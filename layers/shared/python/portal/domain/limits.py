"""The table of limits on attempts. The setting `RATE_LIMITS` changes single entries.

Handlers count exactly, in DynamoDB. The firewall's rules and the gateway's throttles are derived
from this table (`infra/limits.py`), so that they refuse nothing that the counters allow.

Limits per address are generous, because offices and mobile carriers share addresses. Attempts on an
account or a customer have two limits: a low one together with the caller's address, which slows
guessing down, and a high one without it, so that few requests cannot lock somebody else out. A
browser that has signed in to the account before has its own count.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400
HOUR = 3600
QUARTER = 900


@dataclass(frozen=True)
class Limit:
    """At most `attempts` in each window of `seconds`."""

    attempts: int
    seconds: int


LIMITS: dict[str, Limit] = {
    "signup.ip": Limit(20, HOUR),
    "signup.customer-number-ip": Limit(10, HOUR),
    "signup.customer-number": Limit(60, HOUR),
    "signup.proof": Limit(30, DAY),
    "signup-proof.ip": Limit(10, HOUR),
    "signup-proof.customer-number-ip": Limit(3, HOUR),
    "signup-proof.customer-number": Limit(10, HOUR),
    "login.ip": Limit(60, 300),
    "login.account-ip": Limit(10, QUARTER),
    "login.account": Limit(100, QUARTER),
    "login.device": Limit(10, QUARTER),
    "refresh.ip": Limit(300, 300),
    "logout.ip": Limit(300, 300),
    "reset-mail.ip": Limit(10, HOUR),
    "reset-mail.account-ip": Limit(3, HOUR),
    "reset-mail.account": Limit(10, HOUR),
    "reset-mail.device": Limit(3, HOUR),
    "reset-password.ip": Limit(20, QUARTER),
    "change-password.account": Limit(10, QUARTER),
    "link.ip": Limit(20, HOUR),
    "link.account-ip": Limit(10, QUARTER),
    "link.account": Limit(100, QUARTER),
    "esim-code.account": Limit(10, HOUR),
}

PER_ADDRESS: dict[str, str] = {
    "/auth/signup": "signup.ip",
    "/auth/request-signup-proof": "signup-proof.ip",
    "/auth/login": "login.ip",
    "/auth/refresh": "refresh.ip",
    "/auth/logout": "logout.ip",
    "/auth/request-password-reset": "reset-mail.ip",
    "/auth/reset-password": "reset-password.ip",
    "/auth/link-whmcs": "link.ip",
}
"""The limit by path that counts the requests of one address before a body is read."""
