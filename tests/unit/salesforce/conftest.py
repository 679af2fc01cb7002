"""The emulated org with the portal's endpoint in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from functions.provision import start
from functions.provision.deps import build_start
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.metadata import project_root
from tests.unit.salesforce.emulated_org import EmulatedOrg

MakeOrg = Callable[[Program], EmulatedOrg]


@pytest.fixture(scope="session")
def program() -> Program:
    """The project's Apex as it is; nothing in it changes while it runs."""
    return Program.load(project_root())


@pytest.fixture
def make_org() -> Iterator[MakeOrg]:
    """Makes an org for a program; the portal's endpoint answers its callouts."""

    def make(program: Program) -> EmulatedOrg:
        made = EmulatedOrg(program)
        start.app.override(build_start, lambda: made.endpoint.deps)
        return made

    yield make
    start.app.resolver.dependency_overrides.clear()


@pytest.fixture
def org(make_org: MakeOrg, program: Program) -> EmulatedOrg:
    """An org with the project as it is."""
    return make_org(program)
