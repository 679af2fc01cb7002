"""What can be wrong with an address. Front ends rely on these codes: never rename one.

`docs/problems.md` has a row for each (a test holds the two together).
"""

from __future__ import annotations

from enum import StrEnum


class AddressError(StrEnum):
    """`errors[].code` of the problem `invalid-request` of PATCH /me/billing."""

    POSTCODE_MISSING = "postcode-missing"
    POSTCODE_INVALID = "postcode-invalid"
    STATE_MISSING = "state-missing"
    REFUSED = "refused"
