"""Finding products by SKU."""

from __future__ import annotations

from tests.fakes.catalog import catalog, product


def test_every_product_is_found_also_in_a_copy() -> None:
    shelf = catalog(product("A"), product("B"))
    copy = shelf.model_copy(update={"read_at": 1})
    for content in (shelf, copy):
        assert [found.sku for sku in ("A", "B") if (found := content.find(sku))] == ["A", "B"]
        assert content.find("C") is None


def test_looking_something_up_does_not_show() -> None:
    shelf = catalog(product("A"))
    before = shelf.model_dump_json()
    assert shelf.find("A") is not None
    assert shelf.model_dump_json() == before
    assert shelf == catalog(product("A"))
