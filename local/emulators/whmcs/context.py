"""The data and helpers that an action uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from local.emulators.whmcs import records
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.response import Listing
from local.emulators.whmcs.store import Store
from local.emulators.whmcs.switches import Switches

ItemT = TypeVar("ItemT")
PAGE = 25


@dataclass(frozen=True)
class Context:
    """The context of one call. `now` is the emulator's time in UTC."""

    store: Store
    switches: Switches
    now: datetime
    base_url: str
    ip: str

    @property
    def today(self) -> str:
        """`YYYY-MM-DD`."""
        return self.now.strftime("%Y-%m-%d")

    @property
    def timestamp(self) -> str:
        """`YYYY-MM-DD HH:MM:SS`."""
        return self.now.strftime("%Y-%m-%d %H:%M:%S")

    def client(
        self, client_id: int | None, *, missing: str = "Client ID Not Found"
    ) -> records.Client:
        """The client of that id, or the action's own refusal."""
        client = self.store.clients.get(client_id)
        if client is None:
            raise ApiError(missing)
        return client

    def gateway(self, module: str | None, *, default: str = "") -> str:
        """A gateway's system name; the documented refusal lists what there is."""
        if module is None and default:
            return default
        if module not in self.store.gateways:
            options = ",".join(self.store.gateways)
            raise ApiError(f"Invalid Payment Method. Valid options include {options}")
        return module


Handler = Callable[[Context, Parameters], dict[str, Any]]


def page(parameters: Parameters, items: Sequence[ItemT]) -> tuple[dict[str, int], list[ItemT]]:
    """The page asked for by `limitstart` and `limitnum` (default 25), and its counters."""
    start = max(parameters.number("limitstart") or 0, 0)
    limit = parameters.number("limitnum")
    size = PAGE if limit is None or limit <= 0 else limit
    chosen = list(items[start : start + size])
    counters = {"totalresults": len(items), "startnumber": start, "numreturned": len(chosen)}
    return counters, chosen


def nested(items: Sequence[Any], child: str) -> Listing:
    """`{child: [...]}`, the usual list of WHMCS."""
    return Listing(items, child=child)
