"""The steps of a smoke test and how each ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class SmokeStep(StrEnum):
    """The steps in their order."""

    SIGN_IN = "sign-in"
    CLEAN_UP = "clean-up"
    CATALOGUE = "catalogue"
    ORDER = "order"
    CANCEL = "cancel"
    CHECK = "check"
    SIGN_OUT = "sign-out"


@dataclass(frozen=True)
class Synthetic:
    """The synthetic customer, and the product that is ordered and cancelled."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    sku: str


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """One step: what was found, and how to mend what is wrong. `remedy` is empty when it passed.

    `answered` tells whether the API answered at all. `reference` is the correlation id.
    """

    step: SmokeStep
    found: str
    seconds: float
    remedy: str = ""
    answered: bool = True
    reference: str = ""

    @property
    def passed(self) -> bool:
        """Whether the step did what it should."""
        return not self.remedy
