"""The sources of top-ups and their prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from portal.domain.topup import TopUpSetting


@dataclass(frozen=True, kw_only=True)
class EsimProduct:
    """The settings of a product in Salesforce for the eSIM plan of one provider.

    `pid` is the WHMCS product id.
    """

    pid: int
    plan: str
    top_ups: tuple[TopUpSetting, ...]


class EsimProducts(Protocol):
    """The eSIM products, including those that are not sold any more."""

    def read(self, provider: str) -> Sequence[EsimProduct]:
        """Return the products with a plan of the provider. One query."""
        ...


class SharedCopies(Protocol):
    """Copies of other systems' answers, shared by all Lambdas. Raises Unavailable."""

    def get(self, name: str) -> tuple[Any, int] | None:
        """Return a copy and the time when it was read, in epoch seconds."""
        ...

    def put(self, name: str, copy: Any, *, read_at: int, keep_seconds: int) -> None:
        """Store a copy, which must be JSON values."""
        ...


class LineChanges(Protocol):
    """The provider's ids of the top-ups and reissues of a line. Raises Unavailable."""

    def remember(self, service_id: int, change_id: str, operation_id: str) -> None:
        """Store the id of an operation's change. Repeating it is safe."""
        ...

    def of_others(self, service_id: int, operation_id: str) -> frozenset[str]:
        """Return the ids of changes that other operations made to the line of a service."""
        ...
