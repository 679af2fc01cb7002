"""How long things may take."""

from __future__ import annotations

WHMCS_CALL_SECONDS = 25.0
"""The timeouts of the WHMCS client, and what is between them: no write begins with less left."""
