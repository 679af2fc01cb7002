"""Top-ups as customers buy them: a provider's offer at the portal's price."""

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

    `offer` is the provider's id of the top-up, `price` what customers pay for it in the portal's
    currency, `name` what they read instead of the provider's name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    offer: str = Field(min_length=1, max_length=LONGEST_OFFER)
    price: str = Field(pattern=_PRICE)
    name: str | None = Field(default=None, min_length=1, max_length=LONGEST_NAME)

    @property
    def amount(self) -> Decimal:
        """The price for arithmetic."""
        return Decimal(self.price)


@dataclass(frozen=True, kw_only=True)
class TopUpOffer:
    """What a customer can buy for a line.

    `provider_offer` is the provider's id. `data_bytes` None is unlimited; `validity` None lasts as
    long as the line's period.
    """

    provider: str
    provider_offer: str
    name: str
    price: Money
    data_bytes: int | None
    validity: Validity | None = None

    @property
    def offer_id(self) -> str:
        """Names the offer at its price: another price is another offer.

        So nobody pays a price that was changed after it had been shown.
        """
        parts = (self.provider, self.provider_offer, self.price.amount, self.price.currency)
        digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
        return f"offer-{digest[:_DIGITS]}"

    @classmethod
    def of(cls, setting: TopUpSetting, offer: Offer, *, provider: str, currency: str) -> TopUpOffer:
        """A product's setting and the provider's offer that it names."""
        return cls(
            provider=provider,
            provider_offer=offer.offer_id,
            name=(setting.name or offer.name)[:LONGEST_NAME],
            price=Money.of(setting.amount, currency),
            data_bytes=offer.data_bytes,
            validity=offer.validity,
        )


def top_up_settings(entry: Mapping[str, Any]) -> list[TopUpSetting]:
    """The `topUps` of one provider's entry in a product's settings.

    Raises ValueError when they are unreadable, name an offer twice, or give one away.
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
    """Whether it can be the id of an offer."""
    return re.fullmatch(OFFER_ID, text) is not None
