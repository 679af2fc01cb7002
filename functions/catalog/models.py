"""The API models of the catalogue. They hold no ids of Salesforce and WHMCS."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from portal.api.models import BillingCycle, ResponseModel
from portal.catalog.eligibility import Ineligibility, ineligibilities
from portal.domain.catalog import (
    AccountEligibility,
    ChoiceOption,
    Option,
    Product,
    QuantityOption,
    YesNoOption,
)
from portal.domain.money import Money
from pydantic import Field


class ChoiceView(ResponseModel):
    """One choice of an option. `priceDelta` is added to the product's price."""

    id: str
    label: str
    price_delta: Money


class OptionView(ResponseModel):
    """One configurable option, with the data that a form needs to show and check it."""

    id: str
    label: str
    kind: Literal["choice", "quantity", "yesno"]
    required: bool
    default: str | int | bool | None = Field(description="what applies when nothing is chosen")
    choices: list[ChoiceView] | None = Field(default=None, description="for kind `choice`")
    min: int | None = Field(default=None, description="for kind `quantity`")
    max: int | None = Field(default=None, description="for kind `quantity`")
    unit_price: Money | None = Field(
        default=None, description="for `quantity`: each; for `yesno`: when it is on"
    )


class ProductView(ResponseModel):
    """One product with the values that a customer may see."""

    sku: str
    name: str
    category: Literal["Internet", "eSIM", "VPN", "Other"]
    description: str
    features: list[str]
    tags: list[str]
    hero_image_url: str | None
    price: Money
    tax_included: bool
    billing_cycle: BillingCycle
    max_quantity: int
    requires_payment_method: bool
    config_options: list[OptionView]


class CatalogView(ResponseModel):
    """All products, in display order."""

    items: list[ProductView]
    tax_included: bool = Field(description="whether prices include consumption tax")


class NotOfferedView(ResponseModel):
    """A product that is on sale and not offered to this customer, with every reason."""

    sku: str
    name: str
    reasons: list[Ineligibility]


class EligibilityView(ResponseModel):
    """The customer's values for eligibility.

    `unknown` with the reason `eligibility-unknown` means that only products without conditions are
    offered until the reseller has checked the address.
    """

    status: Literal["known", "unknown"]
    reason: Literal["eligibility-unknown"] | None = None
    dwelling: str | None = None
    tier: str | None = None
    region: str | None = None


class PersonalCatalogView(CatalogView):
    """The catalogue of one customer."""

    eligibility: EligibilityView
    not_offered: list[NotOfferedView]


def not_offered_view(product: Product, account: AccountEligibility) -> NotOfferedView:
    """Return the API's view of a product that is not offered, with every reason."""
    return NotOfferedView(
        sku=product.sku, name=product.name, reasons=list(ineligibilities(product, account))
    )


def product_view(product: Product, *, tax_included: bool) -> ProductView:
    """Return the API's view of a product."""
    return ProductView(
        sku=product.sku,
        name=product.name,
        category=product.category,
        description=product.description,
        features=list(product.features),
        tags=list(product.tags),
        hero_image_url=product.hero_image_url,
        price=Money.of(product.unit_price, product.currency),
        tax_included=tax_included,
        billing_cycle=product.billing_cycle,
        max_quantity=product.max_quantity,
        requires_payment_method=product.requires_payment_method,
        config_options=[
            option_view(option, product.currency) for option in product.config_options.options
        ],
    )


def option_view(option: Option, currency: str) -> OptionView:
    """Return the API's view of an option."""
    common = {"id": option.id, "label": option.label, "required": option.required}
    # A required option has no default, even when Salesforce has an empty one.
    default = None if option.required and not option.default else option.default

    def money(amount: Decimal) -> Money:
        return Money.of(amount, currency)

    if isinstance(option, ChoiceOption):
        choices = [
            ChoiceView(id=c.id, label=c.label, price_delta=money(c.price_delta))
            for c in option.choices
        ]
        return OptionView(**common, kind="choice", default=default, choices=choices)
    if isinstance(option, QuantityOption):
        return OptionView(
            **common,
            kind="quantity",
            default=default,
            min=option.min,
            max=option.max,
            unit_price=money(option.unit_price),
        )
    assert isinstance(option, YesNoOption)  # noqa: S101  # the union has no fourth kind
    return OptionView(**common, kind="yesno", default=default, unit_price=money(option.price))


def eligibility_view(account: AccountEligibility, *, known: bool) -> EligibilityView:
    """Return the API's view of eligibility."""
    return EligibilityView(
        status="known" if known else "unknown",
        reason=None if known else "eligibility-unknown",
        **account.model_dump(),
    )
