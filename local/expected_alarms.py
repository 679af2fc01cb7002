"""The alarms that are red on this stack though nothing is wrong, each with the reason."""

from __future__ import annotations

EXPECTED_ALARMS = {
    "CatalogProductsRejected": "the demo's catalogue has a product with a mistake.",
    "RefreshTokenRotationOff": "the emulated Cognito does not replace refresh tokens.",
}
"""The first is red whenever the catalogue was read, the second when a session was renewed."""


def reason_on_this_stack(name: str) -> str | None:
    """Return why an alarm (with or without its stage's prefix) is expected; None when it is not."""
    return EXPECTED_ALARMS.get(name.rsplit("-", 1)[-1])
