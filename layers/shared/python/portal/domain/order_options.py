"""The options that a customer chose, as stored on an OrderItem (`ConfigOptions_JSON__c`).

They are a snapshot with the labels and WHMCS ids at the time of ordering, so that provisioning
needs no catalogue and a later change of the product changes no order.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class ChoiceSelection(_Model):
    """One choice of a dropdown."""

    kind: Literal["choice"]
    option_id: str
    label: str
    value: str
    value_label: str
    whmcs_option_id: int
    whmcs_choice_id: int


class QuantitySelection(_Model):
    """A number of units."""

    kind: Literal["quantity"]
    option_id: str
    label: str
    value: int
    whmcs_option_id: int


class YesNoSelection(_Model):
    """On or off."""

    kind: Literal["yesno"]
    option_id: str
    label: str
    value: bool
    whmcs_option_id: int


Selection = Annotated[
    ChoiceSelection | QuantitySelection | YesNoSelection, Field(discriminator="kind")
]


class OrderOptions(_Model):
    """All options that were chosen for one line."""

    version: Literal[1] = 1
    selections: tuple[Selection, ...] = ()

    def pairs(self) -> dict[int, int]:
        """Return the options for WHMCS as `{option id: choice id, units, or 1 for yes}`.

        Options that are off or zero are left out (WHMCS API reference, AddOrder).
        """
        values: dict[int, int] = {}
        for selection in self.selections:
            if isinstance(selection, ChoiceSelection):
                values[selection.whmcs_option_id] = selection.whmcs_choice_id
            elif selection.value:
                values[selection.whmcs_option_id] = int(selection.value)
        return values
