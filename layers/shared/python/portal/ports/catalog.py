"""Reading the catalogue."""

from __future__ import annotations

from typing import Protocol

from portal.domain.catalog import Catalog


class CatalogReader(Protocol):
    """The catalogue behind its shared cache."""

    def current(self) -> Catalog:
        """Every visible product, valid today or not yet judged (see `portal.catalog`).

        Raises Unavailable when there is neither Salesforce nor a copy that is young enough.
        """
        ...
