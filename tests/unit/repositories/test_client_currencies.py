"""Currencies of WHMCS clients, remembered in the ephemeral table (moto)."""

from __future__ import annotations

from portal.repositories.client_currencies import REMEMBER_SECONDS, RememberedCurrencies

from tests.fakes.workflow import FakeClock
from tests.tables import EPHEMERAL, Tables


class Billing:
    """`ClientCurrencies` that counts."""

    def __init__(self) -> None:
        self.currency: str | None = "JPY"
        self.calls = 0

    def of_client(self, _client_id: int) -> str | None:
        self.calls += 1
        return self.currency


def test_a_currency_is_asked_for_once_a_month(tables: Tables) -> None:
    billing, clock = Billing(), FakeClock()
    remembered = RememberedCurrencies(billing, tables[EPHEMERAL], clock=clock)
    assert [remembered.of_client(42) for _ in range(3)] == ["JPY"] * 3
    assert billing.calls == 1
    clock.now += REMEMBER_SECONDS + 1
    billing.currency = None
    assert [remembered.of_client(42) for _ in range(2)] == [None, None]
    assert billing.calls == 3
