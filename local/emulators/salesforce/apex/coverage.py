"""Measures line coverage: the lines on which a statement begins, and those that ran.

Each line with a statement or with a field that has an initial value counts once. Test classes do
not count. Salesforce publishes no exact rule, so its figure can differ by some lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.emulators.salesforce.apex import syntax
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.errors import Place


@dataclass(frozen=True)
class FileCoverage:
    """One class file: how many lines can run, and which of them did not."""

    file: str
    lines: int
    missed: tuple[int, ...]

    @property
    def percent(self) -> float:
        """Share of lines that ran; a class without any counts as covered."""
        return 100.0 if not self.lines else 100 * (self.lines - len(self.missed)) / self.lines


class Coverage:
    """Collects the lines that run."""

    def __init__(self, classes: Iterable[ApexClass]) -> None:
        self._executable: set[Place] = set()
        self._files: set[str] = set()
        for cls in classes:
            if not cls.is_test and cls.declaration is not None:
                self._files.add(cls.declaration.place.file)
                self._executable.update(_places(cls.declaration))
        self._hit: set[Place] = set()

    def hit(self, place: Place) -> None:
        """Something on this line ran."""
        self._hit.add(place)

    def files(self) -> list[FileCoverage]:
        """Every class that is no test, by file name."""
        return [
            FileCoverage(
                file,
                sum(place.file == file for place in self._executable),
                tuple(
                    sorted(
                        place.line for place in self._executable - self._hit if place.file == file
                    )
                ),
            )
            for file in sorted(self._files)
        ]

    def percent(self) -> float:
        """Over all files together."""
        files = self.files()
        lines = sum(item.lines for item in files)
        missed = sum(len(item.missed) for item in files)
        return 100.0 if not lines else 100 * (lines - missed) / lines


def _places(declaration: syntax.ClassDeclaration) -> Iterator[Place]:
    for item in declaration.fields:
        if item.value is not None:
            yield item.place
        for accessor in (item.getter, item.setter):
            if accessor is not None and accessor.body is not None:
                yield from _statements(accessor.body)
    for method in (*declaration.methods, *declaration.constructors):
        if method.body is not None:
            yield from _statements(method.body)
    for block in declaration.static_blocks:
        yield from _statements(block)
    for inner in declaration.inner:
        yield from _places(inner)


def _statements(statement: syntax.Statement) -> Iterator[Place]:
    if not isinstance(statement, syntax.Block):
        yield statement.place
    for part in _parts(statement):
        yield from _statements(part)


def _parts(statement: syntax.Statement) -> tuple[syntax.Statement, ...]:
    match statement:
        case syntax.Block():
            return statement.statements
        case syntax.If():
            return (statement.then, *([statement.otherwise] if statement.otherwise else []))
        case syntax.While() | syntax.ForEach() | syntax.For() | syntax.RunAs():
            return (statement.body,)
        case syntax.Try():
            final = [statement.final] if statement.final else []
            return (statement.body, *(item.body for item in statement.catches), *final)
        case syntax.Switch():
            return tuple(rule.body for rule in statement.rules)
    return ()
