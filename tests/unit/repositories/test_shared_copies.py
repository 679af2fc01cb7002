"""Copies that all Lambdas share, in the catalogue table (moto)."""

from __future__ import annotations

from portal.repositories.shared_copies import DynamoSharedCopies

from tests.tables import CATALOG, Tables


def test_a_copy_survives_the_table(tables: Tables) -> None:
    copies = DynamoSharedCopies(tables[CATALOG])
    assert copies.get("a") is None
    copy = [{"offerId": "x", "dataBytes": None, "price": "¥1,500"}]
    copies.put("a", copy, read_at=100, keep_seconds=50)
    assert copies.get("a") == (copy, 100)
    assert tables.items(CATALOG)[0]["expiration"] == {"N": "150"}
