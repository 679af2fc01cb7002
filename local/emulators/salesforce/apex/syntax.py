"""The typed nodes of Apex source. `parser` makes them; `expressions` and `statements` run them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as OneOf

from local.emulators.salesforce.apex.errors import Place
from local.emulators.salesforce.apex.types import TypeRef


@dataclass(frozen=True, kw_only=True)
class Node:
    """Anything that has a place in a file."""

    place: Place


@dataclass(frozen=True, kw_only=True)
class Expression(Node):
    """Something with a value."""


@dataclass(frozen=True, kw_only=True)
class Statement(Node):
    """Something that is done."""


@dataclass(frozen=True, kw_only=True)
class Literal(Expression):
    """A constant; its value is already one of the interpreter's values."""

    value: object


@dataclass(frozen=True, kw_only=True)
class Name(Expression):
    """A single identifier: a variable, a field, or the beginning of a type's name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class This(Expression):
    """`this`."""


@dataclass(frozen=True, kw_only=True)
class Super(Expression):
    """`super`, as the receiver of a call."""


@dataclass(frozen=True, kw_only=True)
class FieldAccess(Expression):
    """`target.name`, or `target?.name` when `safe`."""

    target: Expression
    name: str
    safe: bool = False


@dataclass(frozen=True, kw_only=True)
class Index(Expression):
    """`target[index]`."""

    target: Expression
    index: Expression


@dataclass(frozen=True, kw_only=True)
class Call(Expression):
    """`target.name(arguments)`; without target, a method of the class around it."""

    target: Expression | None
    name: str
    arguments: tuple[Expression, ...]
    safe: bool = False


@dataclass(frozen=True, kw_only=True)
class New(Expression):
    """`new Type(arguments)`; `fields` are the named ones of `new Account(Name = …)`."""

    type: TypeRef
    arguments: tuple[Expression, ...] = ()
    fields: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, kw_only=True)
class NewItems(Expression):
    """`new List<T>{…}`, `new Set<T>{…}` or `new T[]{…}`."""

    type: TypeRef
    items: tuple[Expression, ...]


@dataclass(frozen=True, kw_only=True)
class NewMap(Expression):
    """`new Map<K, V>{key => value, …}`."""

    type: TypeRef
    pairs: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, kw_only=True)
class Cast(Expression):
    """`(Type) value`."""

    type: TypeRef
    value: Expression


@dataclass(frozen=True, kw_only=True)
class InstanceOf(Expression):
    """`value instanceof Type`."""

    value: Expression
    type: TypeRef


@dataclass(frozen=True, kw_only=True)
class Unary(Expression):
    """`!value` or `-value`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, kw_only=True)
class Step(Expression):
    """`++x`, `x++`, `--x`, `x--`; `before` when the operator stands first."""

    operator: str
    operand: Expression
    before: bool


@dataclass(frozen=True, kw_only=True)
class Binary(Expression):
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, kw_only=True)
class Assign(Expression):
    """`target operator value`, where the operator is `=`, `+=` and the like."""

    target: Expression
    operator: str
    value: Expression


@dataclass(frozen=True, kw_only=True)
class Ternary(Expression):
    """`condition ? yes : no`."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, kw_only=True)
class ClassLiteral(Expression):
    """`Type.class`."""

    type: TypeRef


@dataclass(frozen=True, kw_only=True)
class Bind(Node):
    """`:expression` in a query; `collection` where it stands after IN."""

    value: Expression
    collection: bool


@dataclass(frozen=True, kw_only=True)
class Query(Expression):
    """`[SELECT …]`: the text between the binds, so one more piece of text than binds."""

    text: tuple[str, ...]
    binds: tuple[Bind, ...]


Operation = OneOf["insert", "update", "upsert", "delete"]


@dataclass(frozen=True, kw_only=True)
class Dml(Expression):
    """`insert as user records` and the like; `key` is the external id of an upsert."""

    operation: Operation
    target: Expression
    as_user: bool
    key: str | None


@dataclass(frozen=True, kw_only=True)
class Block(Statement):
    """`{ … }`."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, kw_only=True)
class LocalVariables(Statement):
    """`Type a = 1, b;`."""

    type: TypeRef
    variables: tuple[tuple[str, Expression | None], ...]
    final: bool


@dataclass(frozen=True, kw_only=True)
class Evaluate(Statement):
    """An expression as a statement."""

    expression: Expression


@dataclass(frozen=True, kw_only=True)
class If(Statement):
    """`if (condition) then else otherwise`."""

    condition: Expression
    then: Statement
    otherwise: Statement | None


@dataclass(frozen=True, kw_only=True)
class While(Statement):
    """`while` and, when `at_end`, `do … while`."""

    condition: Expression
    body: Statement
    at_end: bool


@dataclass(frozen=True, kw_only=True)
class For(Statement):
    """`for (init; condition; update)`."""

    init: Statement | None
    condition: Expression | None
    updates: tuple[Expression, ...]
    body: Statement


@dataclass(frozen=True, kw_only=True)
class ForEach(Statement):
    """`for (Type name : items)`."""

    type: TypeRef
    name: str
    items: Expression
    body: Statement


@dataclass(frozen=True, kw_only=True)
class Catch(Node):
    """One `catch (Type name)`."""

    type: TypeRef
    name: str
    body: Block


@dataclass(frozen=True, kw_only=True)
class Try(Statement):
    """`try … catch … finally`."""

    body: Block
    catches: tuple[Catch, ...]
    final: Block | None


@dataclass(frozen=True, kw_only=True)
class Throw(Statement):
    """`throw value`."""

    value: Expression


@dataclass(frozen=True, kw_only=True)
class Return(Statement):
    """`return`, with or without a value."""

    value: Expression | None


@dataclass(frozen=True, kw_only=True)
class Break(Statement):
    """`break`."""


@dataclass(frozen=True, kw_only=True)
class Continue(Statement):
    """`continue`."""


@dataclass(frozen=True, kw_only=True)
class When(Node):
    """One rule of a switch; no `values` is `when else`."""

    values: tuple[Expression, ...]
    body: Block


@dataclass(frozen=True, kw_only=True)
class Switch(Statement):
    """`switch on value`."""

    value: Expression
    rules: tuple[When, ...]


@dataclass(frozen=True, kw_only=True)
class RunAs(Statement):
    """`System.runAs(user) { … }`."""

    user: Expression
    body: Block


@dataclass(frozen=True, kw_only=True)
class ConstructorCall(Statement):
    """`this(…)` or `super(…)`, first in a constructor."""

    of_super: bool
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Annotation:
    """`@Name(key=value)`; values are text, as written but without quotes; names in lower case."""

    name: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Member(Node):
    """What fields, methods, constructors and classes share; modifiers are in lower case."""

    modifiers: frozenset[str]
    annotations: tuple[Annotation, ...]

    @property
    def static(self) -> bool:
        """Whether it belongs to the class instead of its instances."""
        return "static" in self.modifiers

    def annotation(self, name: str) -> Annotation | None:
        """The annotation of that name, given in lower case."""
        return next((item for item in self.annotations if item.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of a method."""

    name: str
    type: TypeRef


@dataclass(frozen=True, kw_only=True)
class Accessor:
    """`get` or `set` of a property; without body it is automatic."""

    body: Block | None
    private: bool


@dataclass(frozen=True, kw_only=True)
class FieldDeclaration(Member):
    """A field, or a property when it has accessors."""

    name: str
    type: TypeRef
    value: Expression | None
    getter: Accessor | None = None
    setter: Accessor | None = None

    @property
    def is_property(self) -> bool:
        """Whether it was declared with accessors."""
        return self.getter is not None or self.setter is not None


@dataclass(frozen=True, kw_only=True)
class Method(Member):
    """A method, or a constructor when `returns` is None; `body` is None when abstract."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: TypeRef | None
    body: Block | None


@dataclass(frozen=True, kw_only=True)
class ClassDeclaration(Member):
    """A class, interface or enum with everything in it."""

    kind: OneOf["class", "interface", "enum"]
    name: str
    parent: TypeRef | None = None
    interfaces: tuple[TypeRef, ...] = ()
    fields: tuple[FieldDeclaration, ...] = ()
    methods: tuple[Method, ...] = ()
    constructors: tuple[Method, ...] = ()
    static_blocks: tuple[Block, ...] = ()
    inner: tuple[ClassDeclaration, ...] = ()
    constants: tuple[str, ...] = ()
