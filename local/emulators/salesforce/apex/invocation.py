"""Calls methods and constructors of the project's classes and of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex import syntax
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.frames import Frame, Namespace
from local.emulators.salesforce.apex.library import collections
from local.emulators.salesforce.apex.library.catalogue import PLATFORM
from local.emulators.salesforce.apex.library.registry import Native
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import (
    ApexList,
    EnumConstant,
    Instance,
    Record,
    type_of,
)
from local.emulators.salesforce.schema import SObject

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.expressions import Evaluator
    from local.emulators.salesforce.apex.machine import Machine

_LABEL = "label."
_COLLECTIONS = frozenset({"list", "set", "map"})


class Invocation:
    """Everything that is called or constructed."""

    def __init__(self, machine: Machine, evaluator: Evaluator) -> None:
        self._machine = machine
        self._evaluator = evaluator

    def call(self, node: syntax.Call, frame: Frame) -> Any:
        """`target.name(arguments)`."""
        if node.target is None:
            return self._call_here(node, frame)
        if isinstance(node.target, syntax.Super):
            return self._call_super(node, frame)
        target = self._evaluator.target(node.target, frame)
        if isinstance(target, ApexClass):
            return self._call_class(target, node, frame)
        if isinstance(target, Namespace):
            return self._static(target, node.name, self._arguments(node, frame))
        if target is None:
            if node.safe:
                return None
            self._machine.throw("NullPointerException", "Attempt to de-reference a null object")
        return self._method(target, node.name, self._arguments(node, frame), frame)

    def new(self, node: syntax.New, frame: Frame) -> Any:
        """`new Type(…)`."""
        cls = self._machine.program.classes.find(node.type, frame.cls)
        arguments = [self._evaluator.value(item, frame) for item in node.arguments]
        if cls is not None:
            return self._machine.objects.construct(cls, arguments, frame.cls)
        if node.type.key in _COLLECTIONS:
            wanted = self._machine.conversions.qualify(node.type, frame.cls)
            return collections.construct(self._machine, wanted, arguments)
        sobject = self._machine.session.schema.find(node.type.key)
        if sobject is not None and not arguments:
            fields = [(name, self._evaluator.value(item, frame)) for name, item in node.fields]
            return self._machine.records.create(sobject, fields)
        platform = PLATFORM.get(node.type.key)
        if platform is None or node.fields:
            raise Unsupported(f"new {node.type}")
        return self._run(platform.constructors, platform.name, node.type.key, (), arguments)

    def constant(self, name: Namespace, frame: Frame) -> Any:
        """A label, a constant of the platform or a class; else the name as it is."""
        key = name.key
        if key.startswith(_LABEL) and key.count(".") == 1:
            language = self._machine.session.language
            label = self._machine.program.label(key.removeprefix(_LABEL), language)
            if label is None:
                raise NotApex(f"there is no custom label {name.path.rpartition('.')[2]}")
            return label
        owner, _, member = key.rpartition(".")
        if owner in PLATFORM and member in PLATFORM[owner].constants:
            return PLATFORM[owner].constants[member]
        cls = self._machine.program.classes.find(TypeRef(name.path), frame.cls)
        return name if cls is None else cls

    def _arguments(self, node: syntax.Call, frame: Frame) -> list[Any]:
        return [self._evaluator.value(item, frame) for item in node.arguments]

    def _call_here(self, node: syntax.Call, frame: Frame) -> Any:
        arguments = self._arguments(node, frame)
        for cls in () if frame.cls is None else frame.cls.scopes():
            start = frame.this.cls if frame.this is not None and cls is frame.cls else cls
            if start.methods(node.name, len(arguments)):
                return self._machine.objects.call(start, frame.this, node.name, arguments, frame)
        where = "anonymous Apex" if frame.cls is None else frame.cls.name
        raise NotApex(f"method does not exist: {node.name} in {where}")

    def _call_super(self, node: syntax.Call, frame: Frame) -> Any:
        parent = None if frame.cls is None else frame.cls.parent
        if parent is None or frame.this is None:
            raise NotApex("super without a parent class")
        arguments = self._arguments(node, frame)
        found = self._machine.objects.method(parent, node.name, arguments, frame)
        if found is None:
            return self._native(frame.this, node.name, arguments)
        return self._machine.objects.invoke(found[0], found[1], frame.this, arguments)

    def _call_class(self, cls: ApexClass, node: syntax.Call, frame: Frame) -> Any:
        arguments = self._arguments(node, frame)
        declaration = cls.declaration
        if declaration is not None and declaration.kind == "enum":
            return self._enum(cls, node.name, arguments)
        return self._machine.objects.call(cls, None, node.name, arguments, frame)

    def _enum(self, cls: ApexClass, name: str, arguments: list[Any]) -> Any:
        constants = self._machine.objects.enum_constants(cls)
        if name.lower() == "values" and not arguments:
            return ApexList(TypeRef(cls.name), constants)
        raise Unsupported(f"{cls.name}.{name}()")

    def _method(self, target: Any, name: str, arguments: list[Any], frame: Frame) -> Any:
        if isinstance(target, Instance):
            found = self._machine.objects.method(target.cls, name, arguments, frame)
            if found is not None:
                return self._machine.objects.call(target.cls, target, name, arguments, frame)
        if isinstance(target, EnumConstant) and not arguments:
            members = {"name": target.name, "ordinal": target.ordinal}
            if name.lower() in members:
                return members[name.lower()]
        return self._native(target, name, arguments)

    def _native(self, target: Any, name: str, arguments: list[Any]) -> Any:
        for key in self._type_keys(target):
            platform = PLATFORM.get(key)
            if platform is None:
                continue
            wanted = [item for item in platform.methods if item.name == name.lower()]
            if wanted:
                return self._run(wanted, f"{platform.name}.{name}", name, (target,), arguments)
        if isinstance(target, Instance) and not target.cls.is_exception():
            types = ", ".join(map(self._machine.type_name, arguments))
            raise NotApex(f"method does not exist: {target.cls.name}.{name}({types})")
        raise Unsupported(f"{type_of(target)}.{name}()")

    def _type_keys(self, target: Any) -> list[str]:
        if isinstance(target, Instance):
            return [cls.simple_name.lower() for cls in target.cls.lineage() if cls.is_exception()]
        if isinstance(target, Record):
            return ["sobject"]
        key = type_of(target).key
        return [key, "string"] if key == "id" else [key]

    def _static(self, owner: Namespace, name: str, arguments: list[Any]) -> Any:
        setting = self._machine.session.settings.objects.get(owner.key)
        if setting is not None and name.lower() == "getorgdefaults" and not arguments:
            return self._org_defaults(setting)
        platform = PLATFORM.get(owner.key)
        natives = [] if platform is None else platform.statics
        wanted = [item for item in natives if item.name == name.lower()]
        if not wanted:
            raise Unsupported(f"{owner.path}.{name}()")
        return self._run(wanted, f"{owner.path}.{name}", name, (), arguments)

    def _org_defaults(self, setting: SObject) -> Record:
        """The org's record of a custom setting; without one, every field is null."""
        given = self._machine.session.settings.defaults.get(setting.name.lower(), {})
        values = {key: given.get(item.name) for key, item in setting.fields.items() if item.custom}
        return Record(setting, values, queried=True)

    def _run(
        self,
        natives: list[Native],
        shown: str,
        name: str,
        receiver: tuple[Any, ...],
        arguments: list[Any],
    ) -> Any:
        best: tuple[int, Native] | None = None
        for native in natives:
            distance = self._distance(native, name, arguments)
            if distance is not None and (best is None or distance < best[0]):
                best = (distance, native)
        if best is None:
            types = ", ".join(map(self._machine.type_name, arguments))
            raise Unsupported(f"{shown}({types})")
        native = best[1]
        given = [
            self._machine.coerce(value, wanted)
            for value, wanted in zip(arguments, native.parameters, strict=True)
        ]
        return native.run(self._machine, *receiver, *given)

    def _distance(self, native: Native, name: str, arguments: list[Any]) -> int | None:
        if native.name != name.lower() or len(native.parameters) != len(arguments):
            return None
        if not native.nulls and any(value is None for value in arguments):
            return None
        total = 0
        for value, wanted in zip(arguments, native.parameters, strict=True):
            distance = self._machine.conversions.distance(value, wanted, None)
            if distance is None:
                return None
            total += distance
        return total
