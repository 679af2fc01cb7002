"""The records: by object and id, with indexes, savepoints and a recycle bin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from local.emulators.salesforce.schema import Field, SObject
from local.emulators.salesforce.values import Value

Record = dict[str, Value]
_Change = tuple[SObject, str, Record | None]


def index_key(field: Field, value: Value) -> Value:
    """What equality means for an indexed field: text without case unless it is case-sensitive."""
    if isinstance(value, str) and field.type != "reference" and not field.case_sensitive:
        return value.lower()
    return value


class Store:
    """All tables of one org. Records are replaced, never changed in place."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, Record]] = {}
        self._indexes: dict[tuple[str, str], dict[Value, dict[str, None]]] = {}
        self._undo: list[_Change] = []
        self._counters: dict[str, int] = {}

    def next_number(self, counter: str, start: int = 1) -> int:
        """Count up; like an org's auto-numbers, never given back by a rollback."""
        self._counters[counter] = self._counters.get(counter, start - 1) + 1
        return self._counters[counter]

    def get(self, sobject: SObject, record_id: str) -> Record | None:
        """A record, deleted or not."""
        return self._tables.get(sobject.name, {}).get(record_id)

    def live(self, sobject: SObject, record_id: str) -> Record | None:
        """A record that is not in the recycle bin."""
        record = self.get(sobject, record_id)
        return None if record is None or record["IsDeleted"] else record

    def records(self, sobject: SObject, *, include_deleted: bool = False) -> Iterator[Record]:
        """All records in the order of their creation."""
        for record in self._tables.get(sobject.name, {}).values():
            if include_deleted or not record["IsDeleted"]:
                yield record

    def lookup(self, sobject: SObject, field: Field, value: Value) -> list[Record]:
        """Live records by the value of an indexed field, in the order of their creation."""
        table = self._tables.get(sobject.name, {})
        if field.type == "id":
            found = table.get(str(value))
            return [] if found is None or found["IsDeleted"] else [found]
        index = self._indexes.get((sobject.name, field.name), {})
        rows = (table[record_id] for record_id in index.get(index_key(field, value), {}))
        return [row for row in rows if not row["IsDeleted"]]

    def put(self, sobject: SObject, record: Record) -> None:
        """Insert or replace the record of that `Id`."""
        record_id = str(record["Id"])
        self._undo.append((sobject, record_id, self.get(sobject, record_id)))
        self._replace(sobject, record_id, record)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo every change made inside when the block raises."""
        mark = len(self._undo)
        try:
            yield
        except BaseException:
            self.rollback(mark)
            raise

    def mark(self) -> int:
        """A point to go back to with `rollback`."""
        return len(self._undo)

    def rollback(self, mark: int) -> None:
        """Undo every change since `mark`."""
        while len(self._undo) > mark:
            sobject, record_id, before = self._undo.pop()
            self._replace(sobject, record_id, before)

    def forget_undo(self) -> None:
        """Make everything so far permanent; called between requests."""
        self._undo.clear()

    def _replace(self, sobject: SObject, record_id: str, record: Record | None) -> None:
        table = self._tables.setdefault(sobject.name, {})
        before = table.get(record_id)
        for field in sobject.fields.values():
            if field.indexed:
                self._reindex(sobject, field, record_id, before, record)
        if record is None:
            del table[record_id]
        else:
            table[record_id] = record

    def _reindex(
        self,
        sobject: SObject,
        field: Field,
        record_id: str,
        before: Record | None,
        after: Record | None,
    ) -> None:
        index = self._indexes.setdefault((sobject.name, field.name), {})
        old = None if before is None else index_key(field, before.get(field.name))
        new = None if after is None else index_key(field, after.get(field.name))
        if old == new:
            return
        if old is not None:
            index[old].pop(record_id, None)
        if new is not None:
            index.setdefault(new, {})[record_id] = None
