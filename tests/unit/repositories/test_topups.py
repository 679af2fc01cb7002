"""What top-ups keep in DynamoDB: shared copies, changes of lines, currencies."""

from __future__ import annotations

from portal.repositories.client_currencies import REMEMBER_SECONDS, RememberedCurrencies
from portal.repositories.line_changes import DynamoLineChanges
from portal.repositories.service_lines import DynamoServiceLines
from portal.repositories.shared_copies import DynamoSharedCopies

from tests.fakes.workflow import FakeClock
from tests.tables import CATALOG, EPHEMERAL, WORKFLOW, Tables, module_tables, tables
from tests.unit.functions.operations.world import LINE

__all__ = ["module_tables", "tables"]


def test_a_copy_survives_the_table(tables: Tables) -> None:
    copies = DynamoSharedCopies(tables[CATALOG])
    assert copies.get("a") is None
    copy = [{"offerId": "x", "dataBytes": None, "price": "¥1,500"}]
    copies.put("a", copy, read_at=100, keep_seconds=50)
    assert copies.get("a") == (copy, 100)
    assert tables.items(CATALOG)[0]["expiration"] == {"N": "150"}


def test_changes_of_other_operations_on_the_line(tables: Tables) -> None:
    changes = DynamoLineChanges(tables[WORKFLOW])
    DynamoServiceLines(tables[WORKFLOW]).remember([LINE])
    for service, change, operation in ((77, "sad_1", "a"), (77, "sad_2", "b"), (78, "sad_3", "c")):
        changes.remember(service, change, operation)
        changes.remember(service, change, operation)
    assert changes.of_others(77, "b") == {"sad_1"}
    assert changes.of_others(77, "new") == {"sad_1", "sad_2"}
    assert changes.of_others(79, "new") == frozenset()


def test_a_line_keeps_its_product(tables: Tables) -> None:
    lines = DynamoServiceLines(tables[WORKFLOW])
    lines.remember([LINE])
    assert lines.of_service(LINE.service_id) == LINE


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
