"""Reading a customer's services. All methods raise the errors of `portal.domain.upstream`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from portal.domain.client_service import ClientService


@dataclass(frozen=True)
class ServicePage:
    """A page of services. `following` is the offset of the next page; None for the last page."""

    services: Sequence[ClientService]
    following: int | None


class ClientServices(Protocol):
    """The services of clients in the billing system."""

    def page(self, client_id: int, *, offset: int, limit: int) -> ServicePage:
        """Return services of a client in the billing system's order. At most two calls."""
        ...

    def find(self, service_id: int, *, client_id: int, priced: bool = True) -> ClientService | None:
        """Return one service of a client; None when there is none.

        At most two calls; without `priced` one, and the service has no currency.
        """
        ...
