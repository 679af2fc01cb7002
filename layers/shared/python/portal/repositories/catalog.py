"""The shared catalogue copy in DynamoDB: compressed, in pieces under the 400 KB item limit.

`CATALOG#META` names the version in force and holds the refresh lease; the pieces are
`CATALOG#<version>#<n>`. Pieces are written before META points at them, so a reader never sees
half a catalogue.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from typing import Any

from portal.catalog.cache import StoredVersion
from portal.domain.catalog import AccountEligibility, Catalog
from portal.domain.lease import Lease, new_lease
from portal.repositories.dynamodb import ConditionFailed, Table
from portal.repositories.leases import LeasedItems

META = {"pk": "CATALOG#META"}
CHUNK_BYTES = 350_000
DAY = 86_400


class DynamoCatalogStore:
    """`CatalogStore` over the catalogue table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._items = LeasedItems(table)

    def stored(self) -> StoredVersion | None:
        """Return the version in force; None when no catalogue is stored."""
        meta = self._table.get(META)
        if meta is None or "version" not in meta:
            return None
        return StoredVersion(str(meta["version"]), int(meta["readAt"]), int(meta["chunks"]))

    def load(self, stored: StoredVersion) -> Catalog | None:
        """Return the catalogue; None when a piece has expired or was replaced meanwhile."""
        packed = b""
        for number in range(stored.chunks):
            piece = self._table.get(_chunk_key(stored.version, number))
            if piece is None:
                return None
            packed += bytes(piece["data"].value)
        catalog = Catalog.model_validate_json(gzip.decompress(packed))
        return catalog.model_copy(update={"read_at": stored.read_at})

    def save(self, catalog: Catalog, lease: Lease, *, keep_seconds: int) -> None:
        """Write the pieces, then point META at them and release the lease. Raises LeaseLost."""
        packed = gzip.compress(catalog.model_dump_json().encode(), mtime=0)
        pieces = [packed[i : i + CHUNK_BYTES] for i in range(0, len(packed), CHUNK_BYTES)]
        expiration = catalog.read_at + keep_seconds + DAY
        for number, data in enumerate(pieces):
            key = _chunk_key(catalog.version, number)
            self._table.put({**key, "data": data, "expiration": expiration})
        self._items.release(
            META,
            lease,
            "version = :v, readAt = :r, chunks = :c",
            values={":v": catalog.version, ":r": catalog.read_at, ":c": len(pieces)},
        )

    def acquire_refresh(self, *, now: int, seconds: int, stale_at: int) -> Lease | None:
        """Return the lease for a refresh; None when another worker holds it or has refreshed."""
        lease = new_lease(now, seconds)
        try:
            self._items.take(
                META,
                lease,
                now=now,
                condition="attribute_not_exists(readAt) OR readAt <= :stale",
                values={":stale": stale_at},
            )
        except ConditionFailed:
            return None
        return lease

    def invalidate(self, *, read_at: int) -> None:
        """Mark the copy as old, and end the lease of a refresh, which may have read too early."""
        try:
            self._table.update(
                META,
                set="SET readAt = :r REMOVE leaseOwner, leaseUntil",
                condition="attribute_exists(version)",
                values={":r": read_at},
            )
        except ConditionFailed:
            return


class DynamoEligibilityCache:
    """A cache of each Account's eligibility, in the same table. Entries live `seconds` long."""

    def __init__(
        self, table: Table, *, seconds: int = 300, clock: Callable[[], float] = time.time
    ) -> None:
        self._table = table
        self._seconds = seconds
        self._clock = clock

    def get(self, sf_account_id: str) -> AccountEligibility | None:
        """Return the stored eligibility; None when there is none or it has expired.

        The time is compared here, because DynamoDB's TTL deletes late.
        """
        item: dict[str, Any] | None = self._table.get(_account_key(sf_account_id))
        if item is None or int(item["expiration"]) <= self._clock():
            return None
        return AccountEligibility(
            dwelling=item.get("dwelling"), tier=item.get("tier"), region=item.get("region")
        )

    def put(self, sf_account_id: str, eligibility: AccountEligibility) -> None:
        """Store an Account's eligibility."""
        self._table.put(
            {
                **_account_key(sf_account_id),
                **eligibility.model_dump(),
                "expiration": int(self._clock()) + self._seconds,
            }
        )


def _chunk_key(version: str, number: int) -> dict[str, str]:
    return {"pk": f"CATALOG#{version}#{number}"}


def _account_key(sf_account_id: str) -> dict[str, str]:
    return {"pk": f"ELIGIBILITY#{sf_account_id}"}
