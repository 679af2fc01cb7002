"""Runs the Apex tests of a project, and returns results and coverage.

Each test method begins with a new org and the records that its class's `@TestSetup` methods make.
After the method everything is undone. Static variables live for one method. Callouts need a mock.
Source: Apex Developer Guide, "Testing Apex".
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from local.emulators.kit.clock import Clock
from local.emulators.salesforce.apex.callouts import Callouts, Vault
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.coverage import Coverage
from local.emulators.salesforce.apex.errors import ApexFailure
from local.emulators.salesforce.apex.exceptions import Thrown
from local.emulators.salesforce.apex.machine import Machine
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.session import CustomSettings, Session, UnderTest
from local.emulators.salesforce.apex.syntax import Method
from local.emulators.salesforce.apex.users import Users
from local.emulators.salesforce.org import ADMIN_ID, Org
from local.emulators.salesforce.switches import Switches


@dataclass(frozen=True)
class MethodResult:
    """One test method; `failure` is None when it passed."""

    cls: str
    method: str
    failure: str | None
    seconds: float


@dataclass(frozen=True)
class Report:
    """All results of a run, and the coverage that it reached."""

    results: tuple[MethodResult, ...]
    coverage: Coverage

    @property
    def failed(self) -> tuple[MethodResult, ...]:
        """The tests that did not pass."""
        return tuple(item for item in self.results if item.failure is not None)


class Suite:
    """Runs every test of a program on one org; `switches` are the org's features."""

    def __init__(self, program: Program, switches: Switches | None = None) -> None:
        self._program = program
        features = switches or Switches()
        self._org = Org(Clock(), lambda: features, program.project.root)
        self._callouts = Callouts(program.named_credentials, program.external_credentials, Vault())

    def run(self, only: str | None = None) -> Report:
        """Run all test classes, or the one named `only`."""
        coverage = Coverage(self._program.classes.all())
        results = [
            self._run(cls, method, coverage)
            for cls, method in self._tests()
            if only is None or cls.name.lower() == only.lower()
        ]
        return Report(tuple(results), coverage)

    def _tests(self) -> Iterator[tuple[ApexClass, Method]]:
        for cls in self._program.test_classes():
            for method in _marked(cls, "istest"):
                yield cls, method

    def _run(self, cls: ApexClass, method: Method, coverage: Coverage) -> MethodResult:
        started = time.monotonic()
        users = Users(self._program)
        mark = self._org.store.mark()
        failure: str | None = None
        try:
            for setup in _marked(cls, "testsetup"):
                self._call(cls, setup, users, coverage)
            self._call(cls, method, users, coverage)
        except Thrown as thrown:
            where = f"{thrown.places[0]}: " if thrown.places else ""
            failure = f"{where}{thrown}"
        except ApexFailure as error:
            failure = str(error)
        finally:
            self._org.store.rollback(mark)
        return MethodResult(cls.name, method.name, failure, time.monotonic() - started)

    def _call(self, cls: ApexClass, method: Method, users: Users, coverage: Coverage) -> None:
        session = Session(
            self._org,
            ADMIN_ID,
            users.access,
            self._callouts,
            test=UnderTest(),
            coverage=coverage,
            settings=CustomSettings(self._program.custom_settings),
        )
        Machine(self._program, session).call_static(cls.name, method.name, [])


def _marked(cls: ApexClass, annotation: str) -> list[Method]:
    declaration = cls.declaration
    methods = () if declaration is None else declaration.methods
    return [item for item in methods if item.annotation(annotation) is not None]
