"""One entry of a catalogue that cannot be read does not hide the others."""

from __future__ import annotations

from typing import Any

import pytest
from portal.adapters.esim_offers import readable
from portal.domain.esim import Offer
from portal.domain.money import Money


def read(item: dict[str, Any]) -> Offer:
    cost = Money.of(int(item["price"]), item["currency"])
    return Offer(offer_id=item["id"], name="", data_bytes=None, validity=None, cost=cost)


def test_what_cannot_be_read_is_logged_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    good = {"id": "a", "price": 1, "currency": "JPY"}
    items = [{}, {**good, "price": None}, {**good, "currency": "yen"}, good]
    assert [offer.offer_id for offer in readable(items, read, "gigs")] == ["a"]
    logged = capsys.readouterr().out
    assert logged.count("offer cannot be read") == 3
    assert "KeyError" in logged
