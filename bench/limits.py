"""The promised limits, as ratios to the bare handler or in seconds."""

from __future__ import annotations

PLAIN_IMPORT = 1.05
SALESFORCE_IMPORT = 1.25
REQUEST_SECONDS = 0.002
CACHED_CATALOGUE = 1.3
