"""Objects of the project's classes: creation, fields, properties, statics and method calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex import exceptions
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.errors import ApexFailure, NotApex, Place, Unsupported
from local.emulators.salesforce.apex.frames import Frame, Returned, Variable
from local.emulators.salesforce.apex.syntax import (
    ConstructorCall,
    FieldDeclaration,
    Member,
    Method,
)
from local.emulators.salesforce.apex.types import VOID, TypeRef
from local.emulators.salesforce.apex.values import EnumConstant, Instance

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

AURA_MESSAGE = "#aura"
_DEEPEST = 40


class Objects:
    """Everything about classes at run time."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._depth = 0

    def enum_constants(self, cls: ApexClass) -> list[EnumConstant]:
        """The constants of an enum, in order."""
        statics = self.statics(cls)
        declaration = cls.declaration
        return (
            [] if declaration is None else [statics[name.lower()] for name in declaration.constants]
        )

    def statics(self, cls: ApexClass) -> dict[str, Any]:
        """The static fields of a class in this transaction; initialised at first use."""
        known = self._machine.session.statics
        if cls in known:
            return known[cls]
        values: dict[str, Any] = {}
        known[cls] = values
        declaration = cls.declaration
        if declaration is None:
            return values
        for ordinal, name in enumerate(declaration.constants):
            values[name.lower()] = EnumConstant(cls, name, ordinal)
        fields = [item for item in declaration.fields if item.static]
        for item in fields:
            values[item.name.lower()] = None
        for item in fields:
            self._initialise(values, item, Frame(cls))
        for block in declaration.static_blocks:
            self._machine.executor.run(block, Frame(cls))
        return values

    def construct(self, cls: ApexClass, arguments: list[Any], scope: ApexClass | None) -> Instance:
        """`new cls(arguments)`."""
        declaration = cls.declaration
        if declaration is not None and (
            declaration.kind != "class" or "abstract" in declaration.modifiers
        ):
            raise NotApex(f"{cls.name} cannot be constructed")
        instance = Instance(cls)
        if cls.is_exception():
            instance.values[exceptions.MESSAGE] = None
        for ancestor in reversed(list(cls.lineage())):
            self._initial_fields(ancestor, instance)
        self._construct(cls, instance, arguments, scope)
        return instance

    def read(self, instance: Instance, name: str, frame: Frame | None) -> Any:
        """The value of a field or property."""
        cls, item = self._declared(instance.cls, name)
        self._check_access(cls, item, frame)
        own = frame is not None and frame.property is item
        if item.getter is not None and item.getter.body is not None and not own:
            return self._get(cls, item, instance)
        if item.is_property and item.getter is None and not own:
            raise NotApex(f"property {item.name} cannot be read")
        return instance.values.get(name.lower())

    def write(self, instance: Instance, name: str, value: Any, frame: Frame | None) -> None:
        """Set a field or property."""
        cls, item = self._declared(instance.cls, name)
        self._check_access(cls, item, frame)
        value = self._machine.coerce(value, item.type, cls)
        own = frame is not None and frame.property is item
        if item.is_property and not own:
            self._check_setter(cls, item, frame)
            if item.setter is not None and item.setter.body is not None:
                self._set(cls, item, instance, value)
                return
        instance.values[name.lower()] = value

    def has_static(self, cls: ApexClass, name: str) -> ApexClass | None:
        """The class of the lineage that declares a static field or constant of that name."""
        for ancestor in cls.lineage():
            if name.lower() in self.statics(ancestor):
                return ancestor
        return None

    def read_static(self, cls: ApexClass, name: str, frame: Frame | None) -> Any:
        """A static field, property or enum constant; raises NotApex when there is none."""
        owner = self.has_static(cls, name)
        if owner is None:
            raise NotApex(f"variable does not exist: {cls.name}.{name}")
        found = owner.field(name)
        if found is not None:
            self._check_access(found[0], found[1], frame)
            item = found[1]
            own = frame is not None and frame.property is item
            if item.getter is not None and item.getter.body is not None and not own:
                return self._get(owner, item, None)
        return self.statics(owner)[name.lower()]

    def write_static(self, cls: ApexClass, name: str, value: Any, frame: Frame | None) -> None:
        """Set a static field; raises NotApex when there is none."""
        owner = self.has_static(cls, name)
        found = None if owner is None else owner.field(name)
        if owner is None or found is None:
            raise NotApex(f"variable does not exist: {cls.name}.{name}")
        self._check_access(found[0], found[1], frame)
        value = self._machine.coerce(value, found[1].type, owner)
        own = frame is not None and frame.property is found[1]
        setter = found[1].setter
        if setter is not None and setter.body is not None and not own:
            self._set(owner, found[1], None, value)
            return
        self.statics(owner)[name.lower()] = value

    def call(
        self,
        cls: ApexClass,
        this: Instance | None,
        name: str,
        arguments: list[Any],
        frame: Frame | None,
    ) -> Any:
        """Call the method that fits best; raises NotApex when none does."""
        found = self.method(cls, name, arguments, frame)
        if found is None:
            types = ", ".join(map(self._machine.type_name, arguments))
            raise NotApex(
                f"method does not exist or incorrect signature: {cls.name}.{name}({types})"
            )
        owner, method = found
        if not method.static and this is None:
            raise NotApex(f"{owner.name}.{method.name} needs an object")
        return self.invoke(owner, method, None if method.static else this, arguments)

    def method(
        self, cls: ApexClass, name: str, arguments: list[Any], frame: Frame | None
    ) -> tuple[ApexClass, Method] | None:
        """The method that fits the arguments best, or None; raises Unsupported when unclear."""
        best = self._best(cls.methods(name, len(arguments)), arguments)
        if best is not None:
            self._check_access(best[0], best[1], frame)
        return best

    def invoke(
        self, cls: ApexClass, method: Method, this: Instance | None, arguments: list[Any]
    ) -> Any:
        """Run a method with arguments that fit."""
        if method.body is None:
            raise NotApex(f"{cls.name}.{method.name} is abstract")
        frame = Frame(cls, this, method.returns or VOID)
        for parameter, value in zip(method.parameters, arguments, strict=True):
            coerced = self._machine.coerce(value, parameter.type, cls)
            frame.declare(parameter.name, Variable(parameter.type, coerced))
        return self._run(method, frame)

    def _run(self, method: Method, frame: Frame) -> Any:
        if self._depth >= _DEEPEST:
            raise Unsupported(f"calls nested more than {_DEEPEST} deep")
        if method.body is None:
            raise NotApex(f"{method.name} has no body")
        before: Place | None = self._machine.place
        self._depth += 1
        try:
            self._machine.executor.run(method.body, frame)
        except Returned as returned:
            return self._returned(returned.value, frame)
        finally:
            self._depth -= 1
            self._machine.place = before
        if frame.returns.key != "void":
            raise NotApex(f"{method.name}: missing return statement", method.place)
        return None

    def _returned(self, value: Any, frame: Frame) -> Any:
        try:
            return self._machine.coerce(value, frame.returns, frame.cls)
        except ApexFailure as failure:
            if self._machine.place is not None:
                failure.locate(self._machine.place)
            raise

    def _best(
        self, candidates: list[tuple[ApexClass, Method]], arguments: list[Any]
    ) -> tuple[ApexClass, Method] | None:
        ranked: list[tuple[int, ApexClass, Method]] = []
        for cls, method in candidates:
            distances = [
                self._machine.conversions.distance(value, parameter.type, cls)
                for parameter, value in zip(method.parameters, arguments, strict=True)
            ]
            fitting = [distance for distance in distances if distance is not None]
            if len(fitting) == len(distances) and not self._overridden(ranked, method):
                ranked.append((sum(fitting), cls, method))
        if not ranked:
            return None
        ranked.sort(key=lambda item: item[0])
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            raise Unsupported(f"choice between overloads of {ranked[0][2].name}")
        return ranked[0][1], ranked[0][2]

    @staticmethod
    def _overridden(ranked: list[tuple[int, ApexClass, Method]], method: Method) -> bool:
        def signature(item: Method) -> list[str]:
            return [parameter.type.key for parameter in item.parameters]

        return any(signature(other) == signature(method) for _, _, other in ranked)

    def _initial_fields(self, cls: ApexClass, instance: Instance) -> None:
        declaration = cls.declaration
        if declaration is None:
            return
        fields = [item for item in declaration.fields if not item.static]
        for item in fields:
            instance.values[item.name.lower()] = None
        for item in fields:
            self._initialise(instance.values, item, Frame(cls, instance))

    def _initialise(self, values: dict[str, Any], item: FieldDeclaration, frame: Frame) -> None:
        if item.value is None:
            return
        value = self._machine.evaluator.value(item.value, frame)
        values[item.name.lower()] = self._machine.coerce(value, item.type, frame.cls)
        if self._machine.session.coverage is not None:
            self._machine.session.coverage.hit(item.place)

    def _construct(
        self, cls: ApexClass, instance: Instance, arguments: list[Any], scope: ApexClass | None
    ) -> None:
        declaration = cls.declaration
        declared = () if declaration is None else declaration.constructors
        candidates = [(cls, item) for item in declared if len(item.parameters) == len(arguments)]
        best = self._best(candidates, arguments)
        if best is not None:
            self._check_access(cls, best[1], None if scope is None else Frame(scope))
            self._run_constructor(cls, best[1], instance, arguments)
        elif cls.is_exception():
            self._fill_exception(cls, instance, arguments)
        elif arguments or declared:
            types = ", ".join(map(self._machine.type_name, arguments))
            raise NotApex(f"constructor not defined: {cls.name}({types})")
        elif cls.parent is not None:
            self._construct(cls.parent, instance, [], cls)

    def _run_constructor(
        self, cls: ApexClass, constructor: Method, instance: Instance, arguments: list[Any]
    ) -> None:
        frame = Frame(cls, instance)
        for parameter, value in zip(constructor.parameters, arguments, strict=True):
            coerced = self._machine.coerce(value, parameter.type, cls)
            frame.declare(parameter.name, Variable(parameter.type, coerced))
        first = constructor.body.statements[:1] if constructor.body is not None else ()
        chained = bool(first) and isinstance(first[0], ConstructorCall)
        if not chained and cls.parent is not None:
            self._construct(cls.parent, instance, [], cls)
        self._run(constructor, frame)

    def chain(self, call: ConstructorCall, arguments: list[Any], frame: Frame) -> None:
        """`this(…)` or `super(…)` in a constructor."""
        if frame.cls is None or frame.this is None:
            raise NotApex("a constructor call outside a constructor", call.place)
        target = frame.cls.parent if call.of_super else frame.cls
        if target is None:
            raise NotApex(f"{frame.cls.name} extends no class", call.place)
        self._construct(target, frame.this, arguments, frame.cls)

    def _fill_exception(self, cls: ApexClass, instance: Instance, arguments: list[Any]) -> None:
        """The constructors that every exception has: `()`, `(message)`, `(cause)` and both."""
        rest = list(arguments)
        message = rest.pop(0) if rest and isinstance(rest[0], str) else None
        is_cause = bool(rest) and isinstance(rest[0], Instance) and rest[0].cls.is_exception()
        cause = rest.pop(0) if is_cause else None
        if rest:
            types = ", ".join(map(self._machine.type_name, arguments))
            raise NotApex(f"constructor not defined: {cls.name}({types})")
        if any(item.simple_name == "AuraHandledException" for item in cls.lineage()):
            # Its text goes to the component; getMessage() shows it only after setMessage().
            instance.values[AURA_MESSAGE] = message
            message = None
        instance.values.pop(exceptions.MESSAGE, None)
        if message is not None:
            instance.values[exceptions.MESSAGE] = message
        if cause is not None:
            instance.values[exceptions.CAUSE] = cause

    def _declared(self, cls: ApexClass, name: str) -> tuple[ApexClass, FieldDeclaration]:
        found = cls.field(name)
        if found is None or found[1].static:
            raise NotApex(f"variable does not exist: {cls.name}.{name}")
        return found

    def _get(self, cls: ApexClass, item: FieldDeclaration, this: Instance | None) -> Any:
        frame = Frame(cls, this, item.type, property=item)
        getter = item.getter
        body = None if getter is None else getter.body
        return self._run(_accessor_method(item, body, item.type), frame)

    def _set(
        self, cls: ApexClass, item: FieldDeclaration, this: Instance | None, value: Any
    ) -> None:
        frame = Frame(cls, this, property=item)
        frame.declare("value", Variable(item.type, value))
        setter = item.setter
        body = None if setter is None else setter.body
        self._run(_accessor_method(item, body, VOID), frame)

    def _check_setter(self, cls: ApexClass, item: FieldDeclaration, frame: Frame | None) -> None:
        if item.setter is None:
            raise NotApex(f"property {item.name} cannot be written")
        if item.setter.private and not _inside(cls, frame):
            raise NotApex(f"property {cls.name}.{item.name} cannot be written here")

    def _check_access(self, cls: ApexClass, item: Member, frame: Frame | None) -> None:
        if not {"public", "global", "protected"} & item.modifiers and not _inside(cls, frame):
            declaration = cls.declaration
            in_interface = declaration is not None and declaration.kind == "interface"
            visible = (
                item.annotation("testvisible") is not None
                and frame is not None
                and frame.cls is not None
                and frame.cls.is_test
            )
            if not visible and not in_interface:
                name = getattr(item, "name", "member")
                raise NotApex(f"{cls.name}.{name} is private")


def _inside(cls: ApexClass, frame: Frame | None) -> bool:
    """Whether the frame belongs to the same top-level class; the interpreter itself may do all."""
    return frame is None or frame.cls is None or frame.cls.top is cls.top


def _accessor_method(item: FieldDeclaration, body: Any, returns: TypeRef) -> Method:
    return Method(
        place=item.place,
        modifiers=frozenset(),
        annotations=(),
        name=item.name,
        parameters=(),
        returns=returns,
        body=body,
    )
