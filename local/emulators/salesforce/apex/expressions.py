"""Evaluates expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex import operators, syntax
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.errors import ApexFailure, NotApex, Unsupported
from local.emulators.salesforce.apex.exceptions import Thrown
from local.emulators.salesforce.apex.frames import Frame, Namespace
from local.emulators.salesforce.apex.invocation import Invocation
from local.emulators.salesforce.apex.library import collections
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import (
    ApexList,
    ApexMap,
    ApexSet,
    Instance,
    QueryRows,
    Record,
    TypeValue,
)

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

_NULL = "Attempt to de-reference a null object"


class Evaluator:
    """Turns expressions into values, in a frame."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._invocation = Invocation(machine, self)
        self._evaluators: dict[type, Callable[[Any, Frame], Any]] = {
            syntax.Literal: lambda node, _: node.value,
            syntax.Name: self._name,
            syntax.This: self._this,
            syntax.FieldAccess: self._field_access,
            syntax.Index: self._index,
            syntax.Call: self._invocation.call,
            syntax.New: self._invocation.new,
            syntax.NewItems: self._new_items,
            syntax.NewMap: self._new_map,
            syntax.Cast: self._cast,
            syntax.InstanceOf: self._instance_of,
            syntax.Unary: self._unary,
            syntax.Step: self._step,
            syntax.Binary: self._binary,
            syntax.Assign: self._assign,
            syntax.Ternary: self._ternary,
            syntax.ClassLiteral: self._class_literal,
            syntax.Query: self._query,
            syntax.Dml: self._dml,
        }

    def value(self, node: syntax.Expression, frame: Frame) -> Any:
        """The value; raises Thrown, or an ApexFailure that knows its place."""
        evaluate = self._evaluators.get(type(node))
        if evaluate is None:
            raise Unsupported(type(node).__name__, node.place)
        try:
            return evaluate(node, frame)
        except ApexFailure as failure:
            failure.locate(node.place)
            raise
        except Thrown as thrown:
            if not thrown.places:
                thrown.places.append(node.place)
            raise

    def condition(self, node: syntax.Expression, frame: Frame) -> bool:
        """A Boolean; null is a System.NullPointerException."""
        value = self.value(node, frame)
        if value is None:
            self._machine.throw("NullPointerException", _NULL)
        if not isinstance(value, bool):
            raise NotApex(f"condition of type {self._machine.type_name(value)}", node.place)
        return value

    def target(self, node: syntax.Expression, frame: Frame) -> Any:
        """A value, a class, or a Namespace when the name is neither."""
        if isinstance(node, syntax.Name):
            return self._resolve(node.name, frame)
        if isinstance(node, syntax.FieldAccess):
            base = self.target(node.target, frame)
            if isinstance(base, ApexClass | Namespace):
                return self._member(base, node.name, frame)
            return self._read(base, node, frame)
        return self.value(node, frame)

    def _name(self, node: syntax.Name, frame: Frame) -> Any:
        return self._as_value(self._resolve(node.name, frame))

    def _field_access(self, node: syntax.FieldAccess, frame: Frame) -> Any:
        return self._as_value(self.target(node, frame))

    def _as_value(self, found: Any) -> Any:
        if isinstance(found, Namespace):
            raise NotApex(f"variable does not exist: {found.path}")
        if isinstance(found, ApexClass):
            raise NotApex(f"{found.name} is a class, not a value")
        return found

    def _resolve(self, name: str, frame: Frame) -> Any:
        variable = frame.find(name)
        if variable is not None:
            return variable.value
        if frame.cls is not None:
            if frame.this is not None:
                found = frame.this.cls.field(name)
                if found is not None and not found[1].static:
                    return self._machine.objects.read(frame.this, name, frame)
            for cls in frame.cls.scopes():
                if self._machine.objects.has_static(cls, name) is not None:
                    return self._machine.objects.read_static(cls, name, frame)
        cls_found = self._machine.program.classes.find(TypeRef(name), frame.cls)
        return Namespace(name) if cls_found is None else cls_found

    def _member(self, base: ApexClass | Namespace, name: str, frame: Frame) -> Any:
        if isinstance(base, Namespace):
            return self._invocation.constant(Namespace(f"{base.path}.{name}"), frame)
        if name.lower() in base.inner:
            return base.inner[name.lower()]
        return self._machine.objects.read_static(base, name, frame)

    def _read(self, base: Any, node: syntax.FieldAccess, frame: Frame) -> Any:
        if isinstance(base, QueryRows):
            base = self._machine.coerce(base, base.element)
        if base is None:
            if node.safe:
                return None
            if self._is_relationship(node.target, frame):
                # The platform passes over some empty relationships, which no guide lists.
                raise Unsupported(f"field {node.name} of an empty relationship")
            self._machine.throw("NullPointerException", _NULL)
        if isinstance(base, Record):
            return self._machine.records.read(base, node.name)
        if isinstance(base, Instance):
            return self._machine.objects.read(base, node.name, frame)
        raise NotApex(f"variable does not exist: {node.name} of {self._machine.type_name(base)}")

    def _is_relationship(self, node: syntax.Expression, frame: Frame) -> bool:
        if not isinstance(node, syntax.FieldAccess):
            return False
        base = self.target(node.target, frame)
        return isinstance(base, Record) and base.sobject.find_reference(node.name) is not None

    def _this(self, node: syntax.This, frame: Frame) -> Any:
        if frame.this is None:
            raise NotApex("this in a static context", node.place)
        return frame.this

    def _index(self, node: syntax.Index, frame: Frame) -> Any:
        items, position = self.value(node.target, frame), self.value(node.index, frame)
        if items is None:
            self._machine.throw("NullPointerException", _NULL)
        if not isinstance(items, ApexList):
            raise NotApex(f"index on {self._machine.type_name(items)}")
        return items.items[collections.index(self._machine, items, position)]

    def _new_items(self, node: syntax.NewItems, frame: Frame) -> Any:
        wanted = self._machine.conversions.qualify(node.type, frame.cls)
        if wanted.key not in {"list", "set"}:
            raise NotApex(f"new {wanted}{{…}}")
        element = wanted.args[0]
        items = [self._machine.coerce(self.value(item, frame), element) for item in node.items]
        return ApexList(element, items) if wanted.key == "list" else ApexSet(element, items)

    def _new_map(self, node: syntax.NewMap, frame: Frame) -> Any:
        key_type, value_type = self._machine.conversions.qualify(node.type, frame.cls).args
        made = ApexMap(key_type, value_type)
        for key, value in node.pairs:
            made.put(
                self._machine.coerce(self.value(key, frame), key_type),
                self._machine.coerce(self.value(value, frame), value_type),
            )
        return made

    def _cast(self, node: syntax.Cast, frame: Frame) -> Any:
        value = self.value(node.value, frame)
        return self._machine.conversions.cast(value, node.type, frame.cls, self._machine.throw)

    def _instance_of(self, node: syntax.InstanceOf, frame: Frame) -> bool:
        value = self.value(node.value, frame)
        return self._machine.is_instance(value, node.type, frame.cls)

    def _unary(self, node: syntax.Unary, frame: Frame) -> Any:
        if node.operator == "!":
            return not self.condition(node.operand, frame)
        value = self.value(node.operand, frame)
        return operators.negate(self._machine, value) if node.operator == "-" else value

    def _binary(self, node: syntax.Binary, frame: Frame) -> Any:
        if node.operator == "&&":
            return self.condition(node.left, frame) and self.condition(node.right, frame)
        if node.operator == "||":
            return self.condition(node.left, frame) or self.condition(node.right, frame)
        left = self.value(node.left, frame)
        if node.operator == "??":
            return self.value(node.right, frame) if left is None else left
        return operators.apply(self._machine, node.operator, left, self.value(node.right, frame))

    def _ternary(self, node: syntax.Ternary, frame: Frame) -> Any:
        chosen = node.yes if self.condition(node.condition, frame) else node.no
        return self.value(chosen, frame)

    def _class_literal(self, node: syntax.ClassLiteral, frame: Frame) -> TypeValue:
        return TypeValue(self._machine.conversions.qualify(node.type, frame.cls))

    def _query(self, node: syntax.Query, frame: Frame) -> Any:
        values = [self.value(item.value, frame) for item in node.binds]
        collections_ = [item.collection for item in node.binds]
        return self._machine.queries.run(node.text, values, collections_)

    def _dml(self, node: syntax.Dml, frame: Frame) -> None:
        target = self.value(node.target, frame)
        self._machine.dml.run(node.operation, target, as_user=node.as_user, key=node.key)

    def _step(self, node: syntax.Step, frame: Frame) -> Any:
        before = self.value(node.operand, frame)
        after = operators.apply(self._machine, node.operator[0], before, 1)
        self._store(node.operand, after, frame)
        return after if node.before else before

    def _assign(self, node: syntax.Assign, frame: Frame) -> Any:
        if node.operator == "=":
            value = self.value(node.value, frame)
        else:
            before = self.value(node.target, frame)
            more = self.value(node.value, frame)
            value = operators.apply(self._machine, node.operator[:-1], before, more)
        self._store(node.target, value, frame)
        return value

    def _store(self, target: syntax.Expression, value: Any, frame: Frame) -> None:
        match target:
            case syntax.Name():
                self._store_name(target.name, value, frame)
            case syntax.FieldAccess():
                self._store_member(self.target(target.target, frame), target.name, value, frame)
            case syntax.Index():
                items = self.value(target.target, frame)
                if not isinstance(items, ApexList):
                    raise NotApex("assignment to an index of something that is no list")
                position = self.value(target.index, frame)
                at = collections.index(self._machine, items, position)
                items.items[at] = self._machine.coerce(value, items.element, frame.cls)
            case _:
                raise NotApex("assignment to something that is no variable", target.place)

    def _store_name(self, name: str, value: Any, frame: Frame) -> None:
        variable = frame.find(name)
        if variable is not None:
            if variable.final:
                raise NotApex(f"{name} is final")
            variable.value = self._machine.coerce(value, variable.type, frame.cls)
            return
        if frame.this is not None:
            found = frame.this.cls.field(name)
            if found is not None and not found[1].static:
                self._machine.objects.write(frame.this, name, value, frame)
                return
        for cls in () if frame.cls is None else frame.cls.scopes():
            if self._machine.objects.has_static(cls, name) is not None:
                self._machine.objects.write_static(cls, name, value, frame)
                return
        raise NotApex(f"variable does not exist: {name}")

    def _store_member(self, base: Any, name: str, value: Any, frame: Frame) -> None:
        if base is None:
            self._machine.throw("NullPointerException", _NULL)
        if isinstance(base, Instance):
            self._machine.objects.write(base, name, value, frame)
        elif isinstance(base, Record):
            self._machine.records.write(base, name, value)
        elif isinstance(base, ApexClass):
            self._machine.objects.write_static(base, name, value, frame)
        else:
            raise NotApex(f"variable does not exist: {name}")
