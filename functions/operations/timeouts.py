"""How long things may take, and how long what was read stays good."""

from __future__ import annotations

FRESH_SECONDS = 300.0
"""What WHMCS and the provider said is relied on for five minutes: a charge or a top-up that depends
on an older answer waits until it is read again."""

WHMCS_CALL_SECONDS = 25.0
"""The timeouts of the WHMCS client, and what is between them: no write begins with less left."""

ESIM_CALL_SECONDS = 20.0
"""The same for the client of the eSIM provider."""
