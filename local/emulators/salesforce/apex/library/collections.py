"""List, Set and Map (Apex Reference Guide)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import (
    ApexList,
    ApexMap,
    ApexSet,
    Id,
    Record,
    same,
)

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

LIST = PlatformType("List")
SET = PlatformType("Set")
MAP = PlatformType("Map")
_SORTABLE = frozenset({"string", "id", "integer", "long", "decimal", "date", "datetime"})


def construct(machine: Machine, wanted: TypeRef, arguments: list[Any]) -> Any:
    """`new List<T>()`, `new Set<T>(items)`, `new Map<Id, SObject>(records)`; raises NotApex."""
    arity = 2 if wanted.key == "map" else 1
    if len(wanted.args) != arity:
        raise NotApex(f"{wanted.name} needs {arity} type arguments")
    if wanted.key == "map":
        return _new_map(machine, wanted, arguments)
    kind = ApexList if wanted.key == "list" else ApexSet
    element = wanted.args[0]
    if not arguments:
        return kind(element)
    match arguments:
        case [ApexList() as given]:
            items = given.items
        case [ApexSet() as given]:
            items = list(given)
        case _:
            raise Unsupported(f"new {wanted}({', '.join(map(machine.type_name, arguments))})")
    return kind(element, [machine.coerce(item, element) for item in items])


def _new_map(machine: Machine, wanted: TypeRef, arguments: list[Any]) -> ApexMap:
    made = ApexMap(*wanted.args)
    match arguments:
        case []:
            pass
        case [ApexMap() as given]:
            for key, value in given.pairs():
                made.put(machine.coerce(key, made.key), machine.coerce(value, made.value))
        case [ApexList() as records] if made.key.key in {"id", "string"}:
            for record in records.items:
                made.put(_id_of(machine, record), machine.coerce(record, made.value))
        case _:
            raise Unsupported(f"new {wanted}({', '.join(map(machine.type_name, arguments))})")
    return made


def _id_of(machine: Machine, record: Any) -> Id:
    record_id = record.values.get("id") if isinstance(record, Record) else None
    if record_id is None:
        machine.throw("ListException", "Row with null Id at index: 0")
    return Id(record_id)


def index(machine: Machine, items: ApexList, position: Any) -> int:
    """A valid position in the list; throws System.ListException for any other."""
    if position is None:
        machine.throw("NullPointerException", "Attempt to de-reference a null object")
    if not 0 <= position < len(items.items):
        machine.throw("ListException", f"List index out of bounds: {position}")
    return int(position)


@LIST.method("add(Object)", nulls=True)
def _list_add(machine: Machine, items: ApexList, item: Any) -> None:
    items.items.append(machine.coerce(item, items.element))


@LIST.method("add(Integer, Object)", nulls=True)
def _list_insert(machine: Machine, items: ApexList, position: int, item: Any) -> None:
    if position != len(items.items):
        index(machine, items, position)
    items.items.insert(position, machine.coerce(item, items.element))


@LIST.method("addAll(Iterable<Object>)")
def _list_add_all(machine: Machine, items: ApexList, more: ApexList | ApexSet) -> None:
    given = list(more.items) if isinstance(more, ApexList) else list(more)
    items.items.extend(machine.coerce(item, items.element) for item in given)


@LIST.method("get(Integer)", nulls=True)
def _list_get(machine: Machine, items: ApexList, position: int) -> Any:
    return items.items[index(machine, items, position)]


@LIST.method("set(Integer, Object)", nulls=True)
def _list_set(machine: Machine, items: ApexList, position: int, item: Any) -> None:
    items.items[index(machine, items, position)] = machine.coerce(item, items.element)


@LIST.method("remove(Integer)")
def _list_remove(machine: Machine, items: ApexList, position: int) -> Any:
    return items.items.pop(index(machine, items, position))


@LIST.method("size()")
def _list_size(_: Machine, items: ApexList) -> int:
    return len(items.items)


@LIST.method("isEmpty()")
def _list_is_empty(_: Machine, items: ApexList) -> bool:
    return not items.items


@LIST.method("clear()")
def _list_clear(_: Machine, items: ApexList) -> None:
    items.items.clear()


@LIST.method("clone()")
def _list_clone(_: Machine, items: ApexList) -> ApexList:
    return ApexList(items.element, items.items)


@LIST.method("contains(Object)", nulls=True)
def _list_contains(_: Machine, items: ApexList, item: Any) -> bool:
    return _find(items, item) >= 0


@LIST.method("indexOf(Object)", nulls=True)
def _list_index_of(_: Machine, items: ApexList, item: Any) -> int:
    return _find(items, item)


def _find(items: ApexList, item: Any) -> int:
    for position, other in enumerate(items.items):
        texts = isinstance(item, str) and isinstance(other, str)
        if (str(item) == str(other)) if texts else same(item, other):
            return position
    return -1


@LIST.method("sort()")
def _list_sort(_: Machine, items: ApexList) -> None:
    if items.element.key not in _SORTABLE:
        raise Unsupported(f"List<{items.element}>.sort()")
    nulls = [item for item in items.items if item is None]
    items.items[:] = nulls + sorted(item for item in items.items if item is not None)


@SET.method("add(Object)", nulls=True)
def _set_add(machine: Machine, items: ApexSet, item: Any) -> bool:
    return items.add(machine.coerce(item, items.element))


@SET.method("addAll(Iterable<Object>)")
def _set_add_all(machine: Machine, items: ApexSet, more: ApexList | ApexSet) -> bool:
    given = list(more.items) if isinstance(more, ApexList) else list(more)
    added = [items.add(machine.coerce(item, items.element)) for item in given]
    return any(added)


@SET.method("contains(Object)", nulls=True)
def _set_contains(machine: Machine, items: ApexSet, item: Any) -> bool:
    return machine.coerce(item, items.element) in items


@SET.method("remove(Object)", nulls=True)
def _set_remove(machine: Machine, items: ApexSet, item: Any) -> bool:
    return items.remove(machine.coerce(item, items.element))


@SET.method("size()")
def _set_size(_: Machine, items: ApexSet) -> int:
    return len(items)


@SET.method("isEmpty()")
def _set_is_empty(_: Machine, items: ApexSet) -> bool:
    return not len(items)


@MAP.method("put(Object, Object)", nulls=True)
def _map_put(machine: Machine, entries: ApexMap, key: Any, value: Any) -> Any:
    return _put(machine, entries, key, value)


def _put(machine: Machine, entries: ApexMap, key: Any, value: Any) -> Any:
    return entries.put(machine.coerce(key, entries.key), machine.coerce(value, entries.value))


@MAP.method("putAll(Map<Object, Object>)")
def _map_put_all(machine: Machine, entries: ApexMap, more: ApexMap) -> None:
    for key, value in more.pairs():
        _put(machine, entries, key, value)


@MAP.method("get(Object)", nulls=True)
def _map_get(machine: Machine, entries: ApexMap, key: Any) -> Any:
    return entries.get(machine.coerce(key, entries.key))


@MAP.method("containsKey(Object)", nulls=True)
def _map_contains_key(machine: Machine, entries: ApexMap, key: Any) -> bool:
    return machine.coerce(key, entries.key) in entries


@MAP.method("remove(Object)", nulls=True)
def _map_remove(machine: Machine, entries: ApexMap, key: Any) -> Any:
    return entries.remove(machine.coerce(key, entries.key))


@MAP.method("keySet()")
def _map_key_set(_: Machine, entries: ApexMap) -> ApexSet:
    return ApexSet(entries.key, [key for key, _value in entries.pairs()])


@MAP.method("values()")
def _map_values(_: Machine, entries: ApexMap) -> ApexList:
    return ApexList(entries.value, [value for _key, value in entries.pairs()])


@MAP.method("size()")
def _map_size(_: Machine, entries: ApexMap) -> int:
    return len(entries)


@MAP.method("isEmpty()")
def _map_is_empty(_: Machine, entries: ApexMap) -> bool:
    return not len(entries)


@MAP.method("clear()")
def _map_clear(_: Machine, entries: ApexMap) -> None:
    entries.clear()
