"""The products for sale with price, options and eligibility, as read from Salesforce.

These are internal models; each function makes its API models from them. `ConfigOptions` is the
parsed `Portal_ConfigOptions_JSON__c` (schema: docs/config-options.schema.json).
"""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from portal.domain.order_form import OrderForm


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


OptionId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Label = Annotated[str, Field(min_length=1, max_length=120)]
# Salesforce's currency fields and Money can both hold such an amount. Trailing zeros do not count.
Price = Annotated[
    Decimal,
    Field(
        max_digits=11,
        decimal_places=2,
        json_schema_extra={
            "anyOf": [
                {"type": "number", "exclusiveMinimum": -1e9, "exclusiveMaximum": 1e9},
                {"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,2}0*)?$"},
            ]
        },
    ),
]
WhmcsId = Annotated[int, Field(gt=0, le=2_147_483_647)]


class Choice(_Model):
    """One choice of a `choice` option."""

    id: OptionId = Field(description="what a cart names; never reuse one for something else")
    label: Label = Field(description="shown to customers")
    price_delta: Price = Field(
        default=Decimal(0), description="added to the unit price; negative for a discount"
    )
    whmcs_choice_id: WhmcsId = Field(description="id of the option's choice in WHMCS")


class ChoiceOption(_Model):
    """Pick one (WHMCS dropdown or radio)."""

    kind: Literal["choice"]
    id: OptionId = Field(description="what a cart names; never reuse one for something else")
    label: Label = Field(description="shown to customers")
    required: bool = Field(
        default=False, description="a cart must choose, unless there is a default"
    )
    default: OptionId | None = Field(
        default=None, description="id of the choice that applies when a cart names none"
    )
    whmcs_option_id: WhmcsId = Field(description="id of the configurable option in WHMCS")
    choices: tuple[Choice, ...] = Field(min_length=1, max_length=100)


class QuantityOption(_Model):
    """How many (WHMCS quantity)."""

    kind: Literal["quantity"]
    id: OptionId = Field(description="what a cart names; never reuse one for something else")
    label: Label = Field(description="shown to customers")
    required: bool = Field(
        default=False, description="a cart must say, unless the default is above 0"
    )
    default: int = Field(default=0, ge=0, description="when a cart says nothing; min to max")
    min: int = Field(default=0, ge=0)
    max: int = Field(ge=1, le=10_000)
    unit_price: Price = Field(default=Decimal(0), description="added to the unit price for each")
    whmcs_option_id: WhmcsId = Field(description="id of the configurable option in WHMCS")


class YesNoOption(_Model):
    """On or off (WHMCS yes/no)."""

    kind: Literal["yesno"]
    id: OptionId = Field(description="what a cart names; never reuse one for something else")
    label: Label = Field(description="shown to customers")
    required: bool = Field(default=False, description="a cart must say, unless the default is true")
    default: bool = Field(default=False, description="when a cart says nothing")
    price: Price = Field(default=Decimal(0), description="added to the unit price when it is on")
    whmcs_option_id: WhmcsId = Field(description="id of the configurable option in WHMCS")


Option = Annotated[ChoiceOption | QuantityOption | YesNoOption, Field(discriminator="kind")]


class ConfigOptions(_Model):
    """The configurable options of one product.

    The catalogue checks what a schema cannot say: see docs/config-options.md.
    """

    version: Literal[1]
    options: tuple[Option, ...] = Field(default=(), max_length=50)


ANY = "Any"  # the eligibility value that matches every customer


class Product(_Model):
    """A product of the Portal price book that passed all checks.

    `billing_cycle` is a WHMCS cycle (`monthly`, `annually`, `onetime`, …). `dwelling`, `tier` and
    `region` are `Any` when every customer is eligible. `is_esim` is true for products that
    activate an eSIM.
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
    unit_price: Price = Field(ge=0)
    currency: str
    billing_cycle: str
    max_quantity: int = Field(ge=1)
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
    """A product that is left out of the catalogue, and the reason (for `ops catalog check`)."""

    sku: str
    sf_product_id: str
    reason: str


class Catalog(_Model):
    """All products at one moment, in display order.

    `version` changes when the content does. `read_at` is when it was read, in epoch seconds.

    `order_form` says what the org's Order accepts; None while that is unknown. It was read at
    `order_form_read_at` (epoch seconds).
    """

    version: str
    read_at: int
    products: tuple[Product, ...]
    order_form: OrderForm | None = None
    order_form_read_at: int = 0

    def find(self, sku: str) -> Product | None:
        """Return the product of a SKU; None when there is none."""
        return self._by_sku.get(sku)

    @functools.cached_property
    def _by_sku(self) -> dict[str, Product]:
        # An order may have many lines, and the catalogue thousands of products.
        return {product.sku: product for product in self.products}


class AccountEligibility(_Model):
    """An Account's values for eligibility. A value is None when Salesforce has none."""

    dwelling: str | None = None
    tier: str | None = None
    region: str | None = None
