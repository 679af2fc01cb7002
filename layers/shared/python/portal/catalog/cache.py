"""The shared cache of the catalogue: memory, then DynamoDB, then Salesforce.

One reader at a time refreshes it under a lease in DynamoDB, and the others use the copy they have.
While Salesforce is down, the last copy is used until it reaches the configured age.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from portal.domain.catalog import Catalog, Product, Rejection
from portal.domain.lease import Lease, LeaseLost
from portal.domain.order_form import OrderForm
from portal.domain.upstream import Unavailable, UpstreamError
from portal.garbage_collection import collector_paused
from portal.observability import count, gauge, logger
from portal.ports.catalog import CatalogSource


@dataclass(frozen=True)
class StoredVersion:
    """The version in the store, when it was read (epoch seconds), and its number of pieces."""

    version: str
    read_at: int
    chunks: int


class CatalogStore(Protocol):
    """The store of the shared copy and of the lease for a refresh."""

    def stored(self) -> StoredVersion | None:
        """Return the version in force; None when no catalogue is stored."""
        ...

    def load(self, stored: StoredVersion) -> Catalog | None:
        """Return the copy; None when a piece of it is missing."""
        ...

    def save(self, catalog: Catalog, lease: Lease, *, keep_seconds: int) -> None:
        """Replace the copy. Readers see either the whole old one or the whole new one.

        Raises LeaseLost when another reader has the lease, or the copy was invalidated meanwhile.
        """
        ...

    def acquire_refresh(self, *, now: int, seconds: int, stale_at: int) -> Lease | None:
        """Return the lease for a refresh of at most `seconds`.

        Returns None when another reader has the lease, or has read the copy after `stale_at`.
        """
        ...

    def invalidate(self, *, read_at: int) -> None:
        """Make the copy count as read at `read_at`, so that the next reader refreshes.

        The copy is still used while Salesforce is down, if it is not too old.
        """
        ...


@dataclass(frozen=True)
class CachePolicy:
    """The ages of a copy, in seconds.

    A copy in `memory` is used without a look at the store. A `fresh` copy is used without a look
    at Salesforce, and a `stale` one only while Salesforce is down. `order_form` is the age up to
    which the form of the Order is used; it only changes with releases of the org.
    """

    memory: int = 15
    fresh: int = 300
    stale: int = 86_400
    lease: int = 45
    wait_for_first: float = 5.0
    order_form: int = 86_400


class CatalogCache:
    """The `CatalogReader` of one execution environment."""

    def __init__(
        self,
        *,
        source: CatalogSource,
        store: CatalogStore,
        policy: CachePolicy | None = None,
        clock: Callable[[], float] = time.time,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._store = store
        self._policy = policy or CachePolicy()
        self._clock = clock
        self._wait = wait
        self._copy: Catalog | None = None
        self._looked_at = float("-inf")
        self._broken = False

    def current(self) -> Catalog:
        """Return the catalogue. Raises Unavailable when there is none that is not too old."""
        now = self._clock()
        if self._copy is not None and now - self._looked_at < self._policy.memory:
            return self._copy
        with collector_paused():
            return self._looked_up(now)

    def distrust(self) -> None:
        """Make the next reader refresh the catalogue from Salesforce."""
        self._looked_at = float("-inf")
        self._store.invalidate(read_at=int(self._clock() - self._policy.fresh))

    def _looked_up(self, now: float) -> Catalog:
        self._look(now)
        if self._copy is not None and now - self._copy.read_at < self._policy.fresh:
            return self._copy
        lease = self._store.acquire_refresh(
            now=int(now), seconds=self._policy.lease, stale_at=self._stale_at(now)
        )
        if lease is not None:
            return self._refresh(now, lease)
        if self._copy is not None and self._servable(now):
            return self._copy
        return self._wait_for_first()

    def _look(self, now: float) -> None:
        stored = self._store.stored()
        self._looked_at = now
        if stored is None:
            return
        if self._copy is not None and self._copy.version == stored.version:
            self._copy = self._copy.model_copy(update={"read_at": stored.read_at})
            return
        loaded = self._store.load(stored)
        self._broken = loaded is None
        self._copy = loaded or self._copy

    def _stale_at(self, now: float) -> int:
        # A recorded copy that cannot be loaded lacks a piece, so it is refreshed at any age.
        return int(now) if self._broken else int(now - self._policy.fresh)

    def _refresh(self, now: float, lease: Lease) -> Catalog:
        try:
            products, rejections, form, form_read_at = self._read(now)
        except UpstreamError as error:
            if self._copy is None or not self._servable(now):
                raise
            count("CatalogServedStale")
            logger().warning("old catalogue served", extra={"reason": type(error).__name__})
            return self._copy
        _report(rejections)
        catalog = Catalog(
            version=version_of(tuple(products), form),
            read_at=int(now),
            products=tuple(products),
            order_form=form,
            order_form_read_at=form_read_at,
        )
        try:
            self._store.save(catalog, lease, keep_seconds=self._policy.stale)
        except LeaseLost:
            # This request may use what it read, but later requests must not.
            logger().info("catalogue was invalidated while it was read")
            return catalog
        self._copy = catalog
        return catalog

    def _read(
        self, now: float
    ) -> tuple[Sequence[Product], Sequence[Rejection], OrderForm | None, int]:
        """Read the products, and also the order form when it is unknown or old. One call."""
        known = self._copy
        if (
            known is not None
            and known.order_form is not None
            and now - known.order_form_read_at < self._policy.order_form
        ):
            products, rejections = self._source.read()
            return products, rejections, known.order_form, known.order_form_read_at
        products, rejections, form = self._source.read_with_order_form()
        return products, rejections, form, int(now) if form is not None else 0

    def _servable(self, now: float) -> bool:
        return self._copy is not None and now - self._copy.read_at < self._policy.stale

    def _wait_for_first(self) -> Catalog:
        """Wait for another reader that reads the first copy. Raises Unavailable."""
        step = 0.25
        for _ in range(int(self._policy.wait_for_first / step)):
            self._wait(step)
            self._look(self._clock())
            if self._copy is not None:
                return self._copy
        raise Unavailable("salesforce", "query", "the catalogue is being read for the first time")


def version_of(products: tuple[Product, ...], form: OrderForm | None = None) -> str:
    """Return a fingerprint of the content."""
    digest = hashlib.sha256()
    if form is not None:
        # Sets have no fixed order.
        content = form.model_dump(mode="json")
        content["countries"] = sorted(content["countries"] or ())
        digest.update(json.dumps(content, sort_keys=True).encode())
    for product in products:
        digest.update(product.model_dump_json().encode())
    return digest.hexdigest()[:24]


def _report(rejections: Sequence[Rejection]) -> None:
    gauge("CatalogProductsRejected", len(rejections))
    for rejection in rejections:
        logger().warning(
            "product left out of the catalogue",
            extra={
                "sku": rejection.sku,
                "product_id": rejection.sf_product_id,
                "reason": rejection.reason,
            },
        )
