"""The products, prices and options of the seed, which are checked.

Prices are by currency code and column. As in WHMCS, one-time and free products keep their only
price in `monthly`; a column that is not given is `-1.00`, not offered; set-up fees default to 0.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from local.emulators.whmcs import money

CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")
SETUP_FEES = tuple(f"{cycle[0]}setupfee" for cycle in CYCLES)
CYCLE_NAMES = {
    "monthly": "Monthly",
    "quarterly": "Quarterly",
    "semiannually": "Semi-Annually",
    "annually": "Annually",
    "biennially": "Biennially",
    "triennially": "Triennially",
    "onetime": "One Time",
    "free": "Free Account",
}
CYCLE_MONTHS = {
    "monthly": 1,
    "quarterly": 3,
    "semiannually": 6,
    "annually": 12,
    "biennially": 24,
    "triennially": 36,
}

Money = Annotated[
    Decimal, AfterValidator(money.rounded), PlainSerializer(money.text, return_type=str)
]


class Strict(BaseModel):
    """The base of seed objects, which refuses unknown fields."""

    model_config = ConfigDict(extra="forbid")


class CamelStrict(Strict):
    """Seed objects with camelCase names; snake_case is understood too."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class Prices(Strict):
    """The price columns of one currency."""

    msetupfee: Money = money.ZERO
    qsetupfee: Money = money.ZERO
    ssetupfee: Money = money.ZERO
    asetupfee: Money = money.ZERO
    bsetupfee: Money = money.ZERO
    tsetupfee: Money = money.ZERO
    monthly: Money = money.NOT_OFFERED
    quarterly: Money = money.NOT_OFFERED
    semiannually: Money = money.NOT_OFFERED
    annually: Money = money.NOT_OFFERED
    biennially: Money = money.NOT_OFFERED
    triennially: Money = money.NOT_OFFERED

    def recurring(self, cycle: str) -> Decimal:
        """The price for an input cycle name (`onetime` and `free` are kept in `monthly`)."""
        if cycle == "free":
            return money.ZERO
        price: Decimal = getattr(self, "monthly" if cycle == "onetime" else cycle)
        return price

    def setup(self, cycle: str) -> Decimal:
        """The set-up fee for an input cycle name."""
        if cycle == "free":
            return money.ZERO
        letter = "m" if cycle == "onetime" else cycle[0]
        fee: Decimal = getattr(self, f"{letter}setupfee")
        return fee


class Currency(Strict):
    """`format`: 1 = 1234.56, 2 = 1,234.56, 3 = 1.234,56, 4 = 1,234."""

    id: int
    code: str = Field(pattern=r"^[A-Z]{3}$")
    prefix: str = ""
    suffix: str = ""
    format: Literal[1, 2, 3, 4] = 1
    rate: str = "1.00000"
    default: bool = False


class Gateway(Strict):
    """`module` is what AddOrder's `paymentmethod` wants."""

    module: str
    displayname: str


class CustomField(Strict):
    """A product's custom field; `showorder` is "Show on Order Form"."""

    id: int
    name: str
    description: str = ""
    required: bool = False
    showorder: bool = True


class ClientCustomField(Strict):
    """A client custom field."""

    id: int
    fieldname: str
    required: bool = False


class OptionChoice(Strict):
    """One choice of a configurable option."""

    id: int
    name: str
    pricing: dict[str, Prices] = Field(default_factory=dict)


class ConfigOption(Strict):
    """`type`: 1 dropdown, 2 radio, 3 yes/no, 4 quantity (between `minqty` and `maxqty`)."""

    id: int
    name: str
    type: Literal["1", "2", "3", "4"] = "1"
    minqty: int = 0
    maxqty: int = 0
    options: list[OptionChoice] = Field(min_length=1)

    def choice(self, choice_id: int) -> OptionChoice | None:
        """The choice of that id."""
        return next((choice for choice in self.options if choice.id == choice_id), None)


class ProductGroup(Strict):
    """A group of products; orders name their lines "Group - Product"."""

    id: int
    name: str


class Product(Strict):
    """`autosetup` as in the product's Module Settings: "" never, "on" when an admin accepts,
    "payment" on the first payment, "order" at once (which AddOrder ignores)."""

    pid: int
    gid: int
    name: str
    slug: str = ""
    description: str = ""
    type: Literal["hostingaccount", "reselleraccount", "server", "other"] = "other"
    paytype: Literal["recurring", "onetime", "free"] = "recurring"
    module: str = ""
    autosetup: Literal["", "on", "payment", "order"] = "on"
    allowqty: int = 0
    quantity_available: int = 0
    pricing: dict[str, Prices] = Field(default_factory=dict)
    customfields: list[CustomField] = Field(default_factory=list)
    configoptions: list[ConfigOption] = Field(default_factory=list)
    retired: bool = False

    def offered(self, currency: str) -> list[str]:
        """The input names of the cycles that can be ordered in that currency."""
        if self.paytype == "free":
            return ["free"]
        prices = self.pricing.get(currency)
        if prices is None:
            return []
        names = ("onetime",) if self.paytype == "onetime" else CYCLES
        return [name for name in names if prices.recurring(name) >= 0]

    def option(self, option_id: int) -> ConfigOption | None:
        """The configurable option of that id."""
        return next((option for option in self.configoptions if option.id == option_id), None)
