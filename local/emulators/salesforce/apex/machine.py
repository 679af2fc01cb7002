"""The running interpreter, with its parts and the operations that the platform library uses."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from local.emulators.salesforce.apex import exceptions
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.conversion import Conversions
from local.emulators.salesforce.apex.dml import DmlBridge
from local.emulators.salesforce.apex.errors import ApexFailure, NotApex, Place, Unsupported
from local.emulators.salesforce.apex.expressions import Evaluator
from local.emulators.salesforce.apex.frames import Frame
from local.emulators.salesforce.apex.objects import Objects
from local.emulators.salesforce.apex.program import PLATFORM_TYPES, Program
from local.emulators.salesforce.apex.queries import Queries
from local.emulators.salesforce.apex.records import Records
from local.emulators.salesforce.apex.session import Session
from local.emulators.salesforce.apex.statements import Executor
from local.emulators.salesforce.apex.syntax import Block
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import (
    INTEGER_RANGE,
    LONG_RANGE,
    EnumConstant,
    Instance,
    Long,
    Record,
    text,
    type_of,
)


class AssertionFailed(ApexFailure):
    """A failed assertion of a test; like on the platform, no catch clause catches it."""

    kind = "System.AssertException"


class Machine:
    """Runs one program in one session. `place` is the line that runs now."""

    def __init__(self, program: Program, session: Session) -> None:
        self.program = program
        self.session = session
        self.place: Place | None = None
        self.conversions = Conversions(program.classes, lambda: session.schema, PLATFORM_TYPES)
        self.objects = Objects(self)
        self.records = Records(self)
        self.queries = Queries(self)
        self.dml = DmlBridge(self)
        self.evaluator = Evaluator(self)
        self.executor = Executor(self)

    def call_static(self, class_name: str, method: str, arguments: list[Any]) -> Any:
        """Call a static method of a project's class; raises Thrown or an ApexFailure."""
        cls = self.program.classes.get(class_name)
        if cls is None:
            raise NotApex(f"there is no class {class_name}")
        return self.objects.call(cls, None, method, arguments, None)

    def call_method(self, instance: Instance, method: str, arguments: list[Any]) -> Any:
        """Call an instance method; raises Thrown or an ApexFailure."""
        return self.objects.call(instance.cls, instance, method, arguments, None)

    def run_script(self, script: Block) -> None:
        """Run anonymous Apex."""
        self.executor.run(script, Frame(None))

    def throw(self, kind: str, message: str, details: dict[str, Any] | None = None) -> NoReturn:
        """Throw a built-in exception, named without its namespace."""
        values = {exceptions.MESSAGE: message, **(details or {})}
        raise exceptions.Thrown(Instance(self.program.classes.exception(kind), values))

    def fail_assertion(self, message: str) -> NoReturn:
        """End the test."""
        raise AssertionFailed(message)

    def coerce(self, value: Any, wanted: TypeRef, scope: ApexClass | None = None) -> Any:
        """The value as a variable of the type holds it; raises NotApex."""
        return self.conversions.coerce(value, wanted, scope, self.throw)

    def is_instance(self, value: Any, wanted: TypeRef, scope: ApexClass | None = None) -> bool:
        """`value instanceof wanted`."""
        return self.conversions.is_instance(value, wanted, scope)

    def text(self, value: Any) -> str:
        """As `String.valueOf` writes it; raises Unsupported where that is unsure."""
        if isinstance(value, Instance):
            if value.cls.methods("toString", 0):
                return str(self.call_method(value, "toString", []))
            raise Unsupported(f"{value.cls.name} as text without toString()")
        return text(value)

    def show(self, value: Any) -> str:
        """For messages of failed assertions, which no code reads: never unsupported."""
        if isinstance(value, str | Decimal | int) or value is None:
            return str(value) if isinstance(value, Decimal) else text(value)
        if isinstance(value, EnumConstant):
            return value.name
        return f"{type_of(value)} {value}" if not isinstance(value, Record) else value.sobject.name

    def type_name(self, value: Any) -> str:
        """The type of a value, `null` included, for messages."""
        return "null" if value is None else str(type_of(value))

    def whole(self, value: int) -> int:
        """A result of integer arithmetic; overflow is unsupported rather than wrapped."""
        allowed = LONG_RANGE if isinstance(value, Long) else INTEGER_RANGE
        if int(value) not in allowed:
            raise Unsupported("arithmetic overflow")
        return value

    def fields_of(self, instance: Instance) -> Iterator[tuple[str, Any]]:
        """Names as declared and values of the instance's own fields and properties."""
        for cls in reversed(list(instance.cls.lineage())):
            for item in () if cls.declaration is None else cls.declaration.fields:
                if not item.static:
                    yield item.name, self.objects.read(instance, item.name, None)
