"""Where top-ups and their prices come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from portal.domain.topup import TopUpSetting


@dataclass(frozen=True, kw_only=True)
class EsimProduct:
    """What a product in Salesforce says of an eSIM plan at one provider.

    `pid` is the WHMCS product id.
    """

    pid: int
    plan: str
    top_ups: tuple[TopUpSetting, ...]


class EsimProducts(Protocol):
    """The eSIM products, sold now or earlier."""

    def read(self, provider: str) -> Sequence[EsimProduct]:
        """Those with a plan at the provider. One query."""
        ...


class SharedCopies(Protocol):
    """Copies of what other systems say, shared by all Lambdas. Raises Unavailable."""

    def get(self, name: str) -> tuple[Any, int] | None:
        """The copy, and when it was read (epoch seconds)."""
        ...

    def put(self, name: str, copy: Any, *, read_at: int, keep_seconds: int) -> None:
        """Keep a copy: plain JSON values."""
        ...


class LineChanges(Protocol):
    """The provider's ids of the top-ups and reissues of a line. Raises Unavailable."""

    def remember(self, service_id: int, change_id: str, operation_id: str) -> None:
        """Keep the id of an operation's change; writing the same again is harmless."""
        ...

    def of_others(self, service_id: int, operation_id: str) -> frozenset[str]:
        """The ids of the changes that other operations made to the line of a service."""
        ...
