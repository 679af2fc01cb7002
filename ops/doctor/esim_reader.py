"""Reads an account of an eSIM provider.

Sources: developers.gigs.com, "List plans"; docs.esimaccess.com, "Get All Data Packages", "Balance
Query", "Query webhook".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Protocol

from portal.adapters.esim_access.client import EsimAccessClient
from portal.adapters.gigs.client import GigsClient

from ops.doctor.remembering import Remembering

UNITS = 10_000
"""eSIM Access counts in ten thousandths of a US dollar (docs.esimaccess.com, "Price")."""


class EsimAccount(Protocol):
    """One provider's account. All methods raise the upstream's errors."""

    def plans(self) -> Mapping[str, bool]:
        """Whether each plan can be ordered, by every name that it can be ordered by."""
        ...

    def balance(self) -> Decimal | None:
        """Prepaid money in US dollars; None where the provider sends invoices."""
        ...


class GigsAccount:
    """`EsimAccount` at Gigs."""

    def __init__(self, client: GigsClient) -> None:
        self._client = client

    def plans(self) -> Mapping[str, bool]:
        """The plans of the project."""
        return {
            str(plan["id"]): plan.get("status") == "available"
            for plan in self._client.pages("plans", {})
        }

    def balance(self) -> Decimal | None:
        """Gigs sends invoices."""
        return None


class EsimAccessAccount:
    """`EsimAccount` at eSIM Access."""

    def __init__(self, client: EsimAccessClient) -> None:
        self._client = client

    def plans(self) -> Mapping[str, bool]:
        """The packages, by code and by slug."""
        found = self._client.call("package/list", {"type": "BASE"}, writes=False)
        packages = found.get("packageList") or ()
        names = (str(p.get(key) or "") for p in packages for key in ("packageCode", "slug"))
        return {name: True for name in names if name}

    def balance(self) -> Decimal | None:
        """What is left of the deposit."""
        found = self._client.call("balance/query", {}, writes=False)
        return Decimal(str(found.get("balance") or 0)) / UNITS


class EsimReader(Remembering):
    """Asks each question once. `account` puts the client together, which may be refused."""

    def __init__(self, account: Callable[[], EsimAccount]) -> None:
        super().__init__()
        self._account = account

    def plans(self) -> Mapping[str, bool]:
        """As `EsimAccount.plans`."""
        return self.once("plans", lambda: self._account().plans())

    def balance(self) -> Decimal | None:
        """As `EsimAccount.balance`."""
        return self.once("balance", lambda: self._account().balance())
