"""The line of each service, in the workflow table (moto)."""

from __future__ import annotations

from portal.repositories.service_lines import DynamoServiceLines

from tests.tables import WORKFLOW, Tables
from tests.unit.functions.operations.world import LINE


def test_a_line_keeps_its_product(tables: Tables) -> None:
    lines = DynamoServiceLines(tables[WORKFLOW])
    lines.remember([LINE])
    assert lines.of_service(LINE.service_id) == LINE
