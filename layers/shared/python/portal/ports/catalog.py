"""The ports for reading the catalogue and for its sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.domain.catalog import AccountEligibility, Catalog, Product, Rejection
from portal.domain.order_form import OrderForm


class AccountUnknown(Exception):
    """Salesforce has no Account with that id: it was deleted or merged."""


class CatalogReader(Protocol):
    """Reads the catalogue through its shared cache."""

    def current(self) -> Catalog:
        """Return every visible product, including those that are not valid today.

        Raises Unavailable when neither Salesforce nor a recent copy is available.
        """
        ...

    def distrust(self) -> None:
        """Make the next reader read Salesforce again, because the copy was found to be wrong.

        Raises the UpstreamErrors of the shared store.
        """
        ...


class CatalogSource(Protocol):
    """The source of the catalogue, which is Salesforce."""

    def read(self) -> tuple[Sequence[Product], Sequence[Rejection]]:
        """Return all visible products in display order, and those that are left out. One query."""
        ...

    def read_with_order_form(
        self,
    ) -> tuple[Sequence[Product], Sequence[Rejection], OrderForm | None]:
        """Return the same with the form of the org's Order; None when unreadable. One call."""
        ...


class EligibilitySource(Protocol):
    """The source of a customer's eligibility."""

    def of_account(self, sf_account_id: str) -> AccountEligibility:
        """Return the Account's eligibility. At most one query. Raises AccountUnknown."""
        ...
