"""Changes of a line by operations, in the workflow table (moto)."""

from __future__ import annotations

from portal.repositories.line_changes import DynamoLineChanges
from portal.repositories.service_lines import DynamoServiceLines

from tests.tables import WORKFLOW, Tables
from tests.unit.functions.operations.world import LINE


def test_changes_of_other_operations_on_the_line(tables: Tables) -> None:
    changes = DynamoLineChanges(tables[WORKFLOW])
    DynamoServiceLines(tables[WORKFLOW]).remember([LINE])
    for service, change, operation in ((77, "sad_1", "a"), (77, "sad_2", "b"), (78, "sad_3", "c")):
        changes.remember(service, change, operation)
        changes.remember(service, change, operation)
    assert changes.of_others(77, "b") == {"sad_1"}
    assert changes.of_others(77, "new") == {"sad_1", "sad_2"}
    assert changes.of_others(79, "new") == frozenset()
