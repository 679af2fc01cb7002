"""Makes the order for Salesforce from a request, by checking and pricing its cart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.catalog import AccountEligibility, Catalog
from portal.domain.identity import CustomerMapping
from portal.domain.problems import CART_INVALID, PAYMENT_METHOD_REQUIRED, FieldError, Problem
from portal.domain.upstream import UpstreamError
from portal.observability import count, logger
from portal.ports.billing import BillingAddresses
from portal.ports.catalog import CatalogReader
from portal.ports.orders import NewOrder

from functions.orders.activation import activation_errors
from functions.orders.cart import PricedLine, needs_eligibility, price
from functions.orders.drafting import draft
from functions.orders.errors import CartError
from functions.orders.models import OrderRequest


@dataclass(frozen=True)
class Checkout:
    """Checks carts against catalogue, eligibility, payment method and address.

    `can_pay` takes a WHMCS client id.
    """

    catalog: CatalogReader
    eligibility: Callable[[CustomerMapping], AccountEligibility]
    can_pay: Callable[[int], bool]
    addresses: BillingAddresses
    today: Callable[[], date]
    now: Callable[[], datetime]

    def order_of(self, customer: CustomerMapping, request: OrderRequest, key: str) -> NewOrder:
        """Return the checked and priced order, which has the key `key` in Salesforce.

        Raises Problem `cart-invalid` or `payment-method-required`, the errors of `eligibility`, and
        UpstreamErrors.
        """
        catalog = self.catalog.current()
        lines = self._lines(customer, request, catalog)
        if any(line.product.requires_payment_method for line in lines) and not self.can_pay(
            customer.whmcs_client_id
        ):
            raise Problem(
                PAYMENT_METHOD_REQUIRED,
                "Add a payment method (POST /auth/sso-link, destination payment-methods) "
                "and order again.",
            )
        address = self.addresses.of_client(customer.whmcs_client_id)
        return draft(
            customer,
            key,
            lines,
            address,
            today=self.today(),
            scheduled_at=request.activation.at,
            form=catalog.order_form,
        )

    def _lines(
        self, customer: CustomerMapping, request: OrderRequest, catalog: Catalog
    ) -> list[PricedLine]:
        account = AccountEligibility()
        if needs_eligibility(request.items, catalog):
            account = self.eligibility(customer)
        lines, errors = price(request.items, catalog, self.today(), account)
        errors.extend(activation_errors(request.activation, lines, self.now()))
        if errors:
            raise Problem(
                CART_INVALID, "Correct what errors name and order again.", errors=tuple(errors)
            )
        return lines

    def withdrawn(self, lines: tuple[int, ...]) -> Problem:
        """Return the Problem for lines whose prices were withdrawn since the catalogue was read.

        `lines` counts from 0. The shared copy of the catalogue is marked to be read again.
        """
        count("CatalogPricesWithdrawn")
        try:
            self.catalog.distrust()
        except UpstreamError as error:
            # The catalogue is refreshed within minutes without this, too.
            logger().warning("the catalogue is not refreshed", extra={"reason": str(error)})
        errors = tuple(
            FieldError(
                "This product is not sold any more.",
                pointer=f"/items/{line}/sku",
                code=CartError.NOT_ON_SALE,
            )
            for line in lines
        )
        return Problem(CART_INVALID, "Correct what errors name and order again.", errors=errors)
