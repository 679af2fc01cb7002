"""What is sold: products with their price, options and eligibility, as read from Salesforce.

These are the inner models; what the API shows is made from them in the areas. `ConfigOptions` is
the parsed `Portal_ConfigOptions_JSON__c` (schema: docs/config-options.schema.json).
"""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


OptionId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Label = Annotated[str, Field(min_length=1, max_length=120)]


class Choice(_Model):
    """One choice of a `choice` option; `price_delta` is added to the unit price."""

    id: OptionId
    label: Label
    price_delta: Decimal = Decimal(0)
    whmcs_choice_id: int = Field(gt=0)


class ChoiceOption(_Model):
    """Pick one (WHMCS dropdown or radio)."""

    kind: Literal["choice"]
    id: OptionId
    label: Label
    required: bool = False
    default: OptionId | None = None
    whmcs_option_id: int = Field(gt=0)
    choices: tuple[Choice, ...] = Field(min_length=1, max_length=100)


class QuantityOption(_Model):
    """How many (WHMCS quantity)."""

    kind: Literal["quantity"]
    id: OptionId
    label: Label
    required: bool = False
    default: int = Field(default=0, ge=0)
    min: int = Field(default=0, ge=0)
    max: int = Field(ge=1, le=10_000)
    unit_price: Decimal = Decimal(0)
    whmcs_option_id: int = Field(gt=0)


class YesNoOption(_Model):
    """On or off (WHMCS yes/no)."""

    kind: Literal["yesno"]
    id: OptionId
    label: Label
    required: bool = False
    default: bool = False
    price: Decimal = Decimal(0)
    whmcs_option_id: int = Field(gt=0)


Option = Annotated[ChoiceOption | QuantityOption | YesNoOption, Field(discriminator="kind")]


class ConfigOptions(_Model):
    """The configurable options of one product; ids are unique (checked by the catalogue)."""

    version: Literal[1]
    options: tuple[Option, ...] = Field(default=(), max_length=50)


ANY = "Any"  # the eligibility value that matches every customer


class Product(_Model):
    """A product of the Portal price book that passed all checks.

    `billing_cycle` is WHMCS' (`monthly`, `annually`, `onetime`, …); `dwelling`, `tier` and
    `region` are `Any` when they do not matter; `esim_plan` is set for products that activate an
    eSIM (the provider's plan id).
    """

    sku: str
    sf_product_id: str
    pricebook_entry_id: str
    pricebook_id: str
    name: str
    category: str
    description: str = ""
    features: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    hero_image_url: str | None = None
    sort_order: int = 0
    unit_price: Decimal
    currency: str
    billing_cycle: str
    max_quantity: int
    requires_payment_method: bool
    valid_from: date | None = None
    valid_until: date | None = None
    dwelling: str = ANY
    tier: str = ANY
    region: str = ANY
    config_options: ConfigOptions = ConfigOptions(version=1)
    whmcs_product_id: int
    is_esim: bool = False


class Rejection(_Model):
    """A product that is left out of the catalogue, and why (for `ops catalog check`)."""

    sku: str
    sf_product_id: str
    reason: str


class Catalog(_Model):
    """All products at one moment, in display order.

    `version` changes when the content does; `read_at` is epoch seconds of the reading.
    """

    version: str
    read_at: int
    products: tuple[Product, ...]

    def find(self, sku: str) -> Product | None:
        """The product of a SKU."""
        return self._by_sku.get(sku)

    @functools.cached_property
    def _by_sku(self) -> dict[str, Product]:
        # An order of many lines looks each of them up in a catalogue of thousands.
        return {product.sku: product for product in self.products}


class AccountEligibility(_Model):
    """What is known of where a customer lives; None where Salesforce has nothing."""

    dwelling: str | None = None
    tier: str | None = None
    region: str | None = None
