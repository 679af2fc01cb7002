"""The top-ups of a line: those of its product that the provider offers.

The answers of Salesforce and the provider are kept as shared copies. A copy is used for ten
minutes, and for up to a day while the other system does not answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from portal.domain.esim import Offer, Validity
from portal.domain.money import Money
from portal.domain.service_line import ServiceLine
from portal.domain.topup import TopUpOffer, TopUpSetting
from portal.domain.upstream import Refused, UpstreamError
from portal.observability import count, logger
from portal.ports.esim import EsimProvider
from portal.ports.topups import EsimProduct, EsimProducts, SharedCopies

FRESH_SECONDS = 600
STALE_SECONDS = 86_400


class TopUpOffers:
    """Reads offers. `currency` is the portal's; `clock` returns epoch seconds."""

    def __init__(
        self,
        *,
        products: EsimProducts,
        provider: EsimProvider,
        copies: SharedCopies,
        currency: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._products = products
        self._provider = provider
        self._copies = copies
        self._currency = currency
        self._clock = clock

    def of_line(self, line: ServiceLine) -> list[TopUpOffer]:
        """Return the offers for a line, cheapest first.

        Raises UpstreamErrors when there is no copy that is recent enough.
        """
        capabilities = self._provider.capabilities
        if not line.line_id or line.provider != capabilities.provider or not capabilities.top_up:
            return []
        settings = self._settings(line)
        if not settings:
            return []
        offers = {offer.offer_id: offer for offer in self._offers(line.plan)}
        found = [
            TopUpOffer.of(
                setting,
                offers[setting.offer],
                provider=line.provider,
                currency=self._currency,
            )
            for setting in settings
            if setting.offer in offers
        ]
        return sorted(found, key=lambda offer: (offer.price.value, offer.name))

    def _settings(self, line: ServiceLine) -> list[TopUpSetting]:
        """Return the settings of the line's product, or of all products of its plan."""
        name = f"topups#{line.provider}"
        products = [
            EsimProduct(
                pid=int(item["pid"]),
                plan=str(item["plan"]),
                top_ups=tuple(TopUpSetting.model_validate(entry) for entry in item["topUps"]),
            )
            for item in self._copied(name, lambda: self._read_products(line.provider))
        ]
        of_plan = [product for product in products if product.plan == line.plan]
        exact = [product for product in of_plan if product.pid == line.pid]
        return _agreed(exact or of_plan)

    def _offers(self, plan: str) -> Sequence[Offer]:
        provider = self._provider.capabilities.provider
        items = self._copied(f"offers#{provider}#{plan}", lambda: self._read_offers(plan))
        return [_offer_from(item) for item in items]

    def _read_products(self, provider: str) -> list[dict[str, Any]]:
        return [
            {
                "pid": product.pid,
                "plan": product.plan,
                "topUps": [setting.model_dump(exclude_none=True) for setting in product.top_ups],
            }
            for product in self._products.read(provider)
            if product.top_ups
        ]

    def _read_offers(self, plan: str) -> list[dict[str, Any]]:
        return [_offer_item(offer) for offer in self._provider.offers(plan)]

    def _copied(self, name: str, read: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        now = int(self._clock())
        stored = self._copies.get(name)
        age = STALE_SECONDS if stored is None else now - stored[1]
        if stored is not None and 0 <= age < FRESH_SECONDS:
            return list(stored[0])
        try:
            copy = read()
        except UpstreamError as error:
            if stored is None or isinstance(error, Refused) or age >= STALE_SECONDS:
                raise
            logger().warning("old copy served", extra={"reason": type(error).__name__})
            return list(stored[0])
        self._copies.put(name, copy, read_at=now, keep_seconds=STALE_SECONDS)
        return copy


def _agreed(products: Sequence[EsimProduct]) -> list[TopUpSetting]:
    """Merge the settings of products. An offer with two prices is left out and logged."""
    found: dict[str, TopUpSetting] = {}
    disputed: set[str] = set()
    for product in products:
        for setting in product.top_ups:
            known = found.setdefault(setting.offer, setting)
            if known.amount != setting.amount:
                disputed.add(setting.offer)
    if disputed:
        count("TopupSettingsRejected", len(disputed))
        logger().error(
            "products of one plan sell a top-up at different prices",
            extra={"offers": sorted(disputed)},
        )
    return [setting for offer, setting in found.items() if offer not in disputed]


def _offer_item(offer: Offer) -> dict[str, Any]:
    validity = offer.validity
    return {
        "offerId": offer.offer_id,
        "name": offer.name,
        "dataBytes": offer.data_bytes,
        "validity": [validity.unit, validity.count] if validity else None,
        "cost": offer.cost.model_dump(),
    }


def _offer_from(item: dict[str, Any]) -> Offer:
    validity = item.get("validity")
    return Offer(
        offer_id=str(item["offerId"]),
        name=str(item["name"]),
        data_bytes=None if item.get("dataBytes") is None else int(item["dataBytes"]),
        validity=Validity(validity[0], int(validity[1])) if validity else None,
        cost=Money.model_validate(item["cost"]),
    )
