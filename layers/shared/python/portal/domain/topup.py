"""Top-ups for customers: an offer of the provider at the portal's price."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from portal.domain.esim import Offer, Validity
from portal.domain.money import Money

_DIGITS = 16
OFFER_ID = rf"^offer-[0-9a-f]{{{_DIGITS}}}$"
_PRICE = r"^[0-9]{1,9}(\.[0-9]{1,2})?$"
LONGEST_OFFER = 64
LONGEST_NAME = 80


class TopUpSetting(BaseModel):
    """One entry of `topUps` in a product's settings.

    `offer` is the provider's id of the top-up. `price` is the customers' price in the portal's
    currency. `name` replaces the provider's name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    offer: str = Field(min_length=1, max_length=LONGEST_OFFER)
    price: str = Field(pattern=_PRICE)
    name: str | None = Field(default=None, min_length=1, max_length=LONGEST_NAME)

    @property
    def amount(self) -> Decimal:
        """The price as a number."""
        return Decimal(self.price)


@dataclass(frozen=True, kw_only=True)
class TopUpOffer:
    """A top-up that a customer can buy for a line.

    `provider_offer` is the provider's id. `data_bytes` is None for unlimited data. `validity` is
    None when the data lasts as long as the line's period.
    """

    provider: str
    provider_offer: str
    name: str
    price: Money
    data_bytes: int | None
    validity: Validity | None = None

    @property
    def offer_id(self) -> str:
        """The id of the offer at its price. With another price it is another id.

        So no customer pays another price than the shown one.
        """
        parts = (self.provider, self.provider_offer, self.price.amount, self.price.currency)
        digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
        return f"offer-{digest[:_DIGITS]}"

    @classmethod
    def of(cls, setting: TopUpSetting, offer: Offer, *, provider: str, currency: str) -> TopUpOffer:
        """Combine a product's setting with the provider's offer that it names."""
        return cls(
            provider=provider,
            provider_offer=offer.offer_id,
            name=(setting.name or offer.name)[:LONGEST_NAME],
            price=Money.of(setting.amount, currency),
            data_bytes=offer.data_bytes,
            validity=offer.validity,
        )


def top_up_settings(entry: Mapping[str, Any]) -> list[TopUpSetting]:
    """Return the `topUps` of one provider's entry in a product's settings.

    Raises ValueError when they are unreadable, name an offer twice, or have a price of zero or
    less.
    """
    listed = entry.get("topUps") or []
    if not isinstance(listed, list):
        msg = "topUps is no list"
        raise ValueError(msg)  # noqa: TRY004  # a mistake in a text, as all others of it
    found = [TopUpSetting.model_validate(item) for item in listed]
    if len({setting.offer for setting in found}) != len(found):
        msg = "topUps names an offer twice"
        raise ValueError(msg)
    if any(setting.amount <= 0 for setting in found):
        msg = "topUps gives an offer away"
        raise ValueError(msg)
    return found


def is_offer_id(text: str) -> bool:
    """Return whether a text has the form of an offer's id."""
    return re.fullmatch(OFFER_ID, text) is not None
