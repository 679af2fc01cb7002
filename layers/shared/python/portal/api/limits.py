"""How many attempts are let through; `RATE_LIMITS` changes single entries.

Limits per address are generous because offices and mobile carriers share addresses; limits per
account are what slows guessing down.
"""

from __future__ import annotations

from portal.api.rate_limit import Limit

HOUR = 3600
QUARTER = 900

DEFAULTS: dict[str, Limit] = {
    "signup.ip": Limit(20, HOUR),
    "signup.customer-number": Limit(10, HOUR),
    "login.ip": Limit(60, 300),
    "login.account": Limit(10, QUARTER),
    "refresh.ip": Limit(300, 300),
    "reset-mail.ip": Limit(10, HOUR),
    "reset-mail.account": Limit(3, HOUR),
    "reset-password.ip": Limit(20, QUARTER),
    "change-password.account": Limit(10, QUARTER),
    "link.ip": Limit(20, HOUR),
    "link.account": Limit(10, QUARTER),
    "esim-code.account": Limit(10, HOUR),
}
