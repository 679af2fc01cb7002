"""The top-ups that a customer can buy for a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.domain.esim import Line, LineState
from portal.domain.identity import CustomerMapping
from portal.domain.problems import (
    INVALID_REQUEST,
    NOT_FOUND,
    PAYMENT_METHOD_REQUIRED,
    TOPUP_UNAVAILABLE,
    FieldError,
    Problem,
)
from portal.domain.service_line import ServiceLine
from portal.domain.topup import TopUpOffer
from portal.domain.upstream import Refused, Unauthorized
from portal.ports.invoicing import ClientCurrencies
from portal.ports.service_lines import ServiceLines

OFFER_UNKNOWN = "offer-unknown"


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """An offer, and the ICCID of the line that it is bought for, if the provider tells it."""

    offer: TopUpOffer
    iccid: str | None


@dataclass(frozen=True, kw_only=True)
class Selling:
    """Offers by line.

    `line_at` reads a line at the provider by its id. `currency` is the portal's. `can_pay` is the
    payment gate by client id.
    """

    lines: ServiceLines
    line_at: Callable[[str], Line]
    offers_of: Callable[[ServiceLine], Sequence[TopUpOffer]]
    currencies: ClientCurrencies
    currency: str
    can_pay: Callable[[int], bool]

    def offers(self, customer: CustomerMapping, service_id: int) -> Sequence[TopUpOffer]:
        """Return the offers for a line. Raises Problem `not-found`."""
        line = self._line(customer, service_id)
        offers = self.offers_of(line)
        return offers if offers and self._billed_in_our_currency(line) else ()

    def chosen(self, customer: CustomerMapping, service_id: int, offer_id: str) -> Chosen:
        """Return an offer that this customer can buy now.

        Raises Problem `not-found`, `topup-unavailable`, `invalid-request` or
        `payment-method-required`.
        """
        line = self._line(customer, service_id)
        offers = self.offers_of(line)
        if not offers:
            raise Problem(TOPUP_UNAVAILABLE, "Nothing can be added to this line.")
        if not self._billed_in_our_currency(line):
            raise Problem(
                TOPUP_UNAVAILABLE,
                f"Top-ups are sold in {self.currency}; the billing account has another currency.",
            )
        chosen = next((offer for offer in offers if offer.offer_id == offer_id), None)
        if chosen is None:
            raise Problem(
                INVALID_REQUEST,
                "Ask for the offers of this line again and choose one of them.",
                errors=(
                    FieldError(
                        "There is no such offer for this line, or its price has changed.",
                        pointer="/offerId",
                        code=OFFER_UNKNOWN,
                    ),
                ),
            )
        if not self.can_pay(customer.whmcs_client_id):
            raise Problem(
                PAYMENT_METHOD_REQUIRED,
                "Add a payment method that is valid, then try again.",
            )
        now = self._now(line)
        if now is None or now.state is not LineState.ACTIVE:
            raise Problem(TOPUP_UNAVAILABLE, "The line is not active.")
        return Chosen(offer=chosen, iccid=now.iccid)

    def _now(self, line: ServiceLine) -> Line | None:
        try:
            return self.line_at(line.line_id)
        except Unauthorized:
            raise
        except Refused:
            return None  # there is no such line any more

    def _line(self, customer: CustomerMapping, service_id: int) -> ServiceLine:
        line = self.lines.of_service(service_id)
        if line is None or line.user_id != customer.user_id:
            raise Problem(NOT_FOUND, "You have no subscription of that id.")
        return line

    def _billed_in_our_currency(self, line: ServiceLine) -> bool:
        """Return whether WHMCS bills the client, and so any amount, in the portal's currency."""
        return self.currencies.of_client(line.client_id) == self.currency
