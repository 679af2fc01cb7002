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
"""Units of eSIM Access in a US dollar (docs.esimaccess.com, "Price")."""


class EsimAccount(Protocol):
    """The account at a provider. All methods raise UpstreamErrors."""

    def plans(self) -> Mapping[str, bool]:
        """Return whether each plan can be ordered, by every name that it can be ordered by."""
        ...

    def balance(self) -> Decimal | None:
        """Return the prepaid balance in US dollars; None if the provider sends invoices."""
        ...

    def webhook(self) -> str | None:
        """The address that events go to, "" for none; None where the provider does not tell."""
        ...


class GigsAccount:
    """`EsimAccount` at Gigs."""

    def __init__(self, client: GigsClient) -> None:
        self._client = client

    def plans(self) -> Mapping[str, bool]:
        """Return the plans of the project."""
        return {
            str(plan["id"]): plan.get("status") == "available"
            for plan in self._client.pages("plans", {})
        }

    def balance(self) -> Decimal | None:
        """Return None, because Gigs sends invoices."""
        return None

    def webhook(self) -> str | None:
        """Webhooks are kept in Gigs' dashboard; its API does not list them."""
        return None


class EsimAccessAccount:
    """`EsimAccount` at eSIM Access."""

    def __init__(self, client: EsimAccessClient) -> None:
        self._client = client

    def plans(self) -> Mapping[str, bool]:
        """Return the packages by code and by slug."""
        found = self._client.call("package/list", {"type": "BASE"}, writes=False)
        packages = found.get("packageList") or ()
        names = (str(p.get(key) or "") for p in packages for key in ("packageCode", "slug"))
        return {name: True for name in names if name}

    def balance(self) -> Decimal | None:
        """Return the prepaid balance in US dollars."""
        found = self._client.call("balance/query", {}, writes=False)
        return Decimal(str(found.get("balance") or 0)) / UNITS

    def webhook(self) -> str | None:
        """The one address of the account."""
        return str(self._client.call("webhook/query", {}, writes=False).get("webhook") or "")


class EsimReader(Remembering):
    """Reads each value once. `account` creates the client, and may raise ConfigurationError."""

    def __init__(self, account: Callable[[], EsimAccount]) -> None:
        super().__init__()
        self._account = account

    def plans(self) -> Mapping[str, bool]:
        """Return the same as `EsimAccount.plans`."""
        return self.once("plans", lambda: self._account().plans())

    def balance(self) -> Decimal | None:
        """Return the same as `EsimAccount.balance`."""
        return self.once("balance", lambda: self._account().balance())

    def webhook(self) -> str | None:
        """As `EsimAccount.webhook`."""
        return self.once("webhook", lambda: self._account().webhook())
