"""The codes of errors in a cart. Front ends rely on them, so no code may be renamed.

`docs/problems.md` has a row for each code, which a test checks.
"""

from __future__ import annotations

from enum import StrEnum


class CartError(StrEnum):
    """`errors[].code` of the problem `cart-invalid`."""

    SKU_UNKNOWN = "sku-unknown"
    NOT_ON_SALE = "not-on-sale"
    NOT_ELIGIBLE = "not-eligible"
    ELIGIBILITY_UNKNOWN = "eligibility-unknown"
    BILLING_CYCLE_MISMATCH = "billing-cycle-mismatch"
    QUANTITY_EXCEEDED = "quantity-exceeded"
    OPTION_UNKNOWN = "option-unknown"
    OPTION_REQUIRED = "option-required"
    OPTION_WRONG_TYPE = "option-wrong-type"
    OPTION_OUT_OF_RANGE = "option-out-of-range"
    CHOICE_UNKNOWN = "choice-unknown"
    ACTIVATION_INVALID = "activation-invalid"
