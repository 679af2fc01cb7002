"""Timeouts of calls, and the time for which results may be relied on, in seconds."""

from __future__ import annotations

FRESH_SECONDS = 300.0
"""Answers of Salesforce and WHMCS are relied on for five minutes. Before a charge or an eSIM that
depends on an older answer, the answer is read again."""

WHMCS_CALL_SECONDS = 25.0
"""The timeouts of the WHMCS client and a margin. No write begins with less time left."""

ESIM_CALL_SECONDS = 20.0
"""The timeouts of the eSIM provider's client and a margin."""
