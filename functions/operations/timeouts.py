"""Timeouts of calls, and the allowed age of answers, in seconds."""

from __future__ import annotations

FRESH_SECONDS = 300.0
"""The allowed age of answers of WHMCS and the provider. A charge or a top-up that depends on an
older answer reads it again first."""

WHMCS_CALL_SECONDS = 25.0
"""The time for a WHMCS call, with its timeouts. No write begins with less time left."""

ESIM_CALL_SECONDS = 20.0
"""The time for a call of the eSIM provider."""
