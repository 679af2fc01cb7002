"""Reading the catalogue, and what it is read from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.domain.catalog import AccountEligibility, Catalog, Product, Rejection
from portal.domain.order_form import OrderForm


class AccountUnknown(Exception):
    """Salesforce has no Account with that id: it was deleted or merged."""


class CatalogReader(Protocol):
    """The catalogue behind its shared cache."""

    def current(self) -> Catalog:
        """Every visible product; whether it is valid today is judged by `portal.catalog.validity`.

        Raises Unavailable when there is neither Salesforce nor a copy that is young enough.
        """
        ...

    def distrust(self) -> None:
        """Read Salesforce again before the catalogue is shown next: it has been seen to be wrong.

        Raises upstream errors of the shared store.
        """
        ...


class CatalogSource(Protocol):
    """Where the catalogue comes from: Salesforce."""

    def read(self) -> tuple[Sequence[Product], Sequence[Rejection]]:
        """All visible products in display order, and those that are left out. One query."""
        ...

    def read_with_order_form(
        self,
    ) -> tuple[Sequence[Product], Sequence[Rejection], OrderForm | None]:
        """The same, with what the org's Order takes (None when that cannot be read). One call."""
        ...


class EligibilitySource(Protocol):
    """Where a customer's eligibility comes from."""

    def of_account(self, sf_account_id: str) -> AccountEligibility:
        """The Account's eligibility fields. At most one query. Raises AccountUnknown."""
        ...
