"""System, Assert, Test, UserInfo, Limits and other classes about a transaction.

Sources: Apex Reference Guide, the classes of these names; Apex Developer Guide, "Testing HTTP
Callouts" and "Using Limits, startTest, and stopTest".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.library.registry import PlatformType, Run
from local.emulators.salesforce.apex.session import LIMITS, UnderTest
from local.emulators.salesforce.apex.values import (
    Id,
    Instance,
    PlatformObject,
    Record,
    TypeValue,
    same,
)
from local.emulators.salesforce.org import ORG_ID, STANDARD_PRICEBOOK_ID

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

SYSTEM = PlatformType("System")
ASSERT = PlatformType("Assert")
TEST = PlatformType("Test")
USER_INFO = PlatformType("UserInfo")
LIMITS_TYPE = PlatformType("Limits")
LOGGING_LEVEL = PlatformType("LoggingLevel")
TYPE = PlatformType("Type")
_LEVELS = ("NONE", "ERROR", "WARN", "INFO", "DEBUG", "FINE", "FINER", "FINEST")


class _Level(PlatformObject):
    type_name = "LoggingLevel"


LOGGING_LEVEL.constants.update({level.lower(): _Level() for level in _LEVELS})


@SYSTEM.static("debug(Object)", nulls=True)
def _debug(machine: Machine, value: Any) -> None:
    machine.session.log.append(machine.text(value))


@SYSTEM.static("debug(LoggingLevel, Object)", nulls=True)
def _debug_at(machine: Machine, _: Any, value: Any) -> None:
    machine.session.log.append(machine.text(value))


@SYSTEM.static("now()")
def _now(machine: Machine) -> Any:
    return machine.session.now()


def _check(machine: Machine, passed: bool, said: str, message: str | None) -> None:
    if not passed:
        # Like on the platform, no catch of the code under test can swallow a failed assertion.
        machine.fail_assertion(f"Assertion Failed: {message}: {said}" if message else said)


def _shown(machine: Machine, value: Any) -> str:
    return machine.show(value)


def _equal(left: Any, right: Any) -> bool:
    """Assertions compare strings by case, unlike `==`."""
    if isinstance(left, str) and isinstance(right, str):
        return str(left) == str(right)
    return same(left, right)


def _are_equal(machine: Machine, wanted: Any, actual: Any, message: str | None = None) -> None:
    said = f"Expected: {_shown(machine, wanted)}, Actual: {_shown(machine, actual)}"
    _check(machine, _equal(wanted, actual), said, message)


def _are_not_equal(machine: Machine, wrong: Any, actual: Any, message: str | None = None) -> None:
    _check(machine, not _equal(wrong, actual), f"Same value: {_shown(machine, actual)}", message)


def _is_true(machine: Machine, value: Any, message: str | None = None) -> None:
    _check(machine, value is True, f"Expected: true, Actual: {_shown(machine, value)}", message)


def _is_false(machine: Machine, value: Any, message: str | None = None) -> None:
    _check(machine, value is False, f"Expected: false, Actual: {_shown(machine, value)}", message)


def _is_null(machine: Machine, value: Any, message: str | None = None) -> None:
    _check(machine, value is None, f"Expected: null, Actual: {_shown(machine, value)}", message)


def _is_not_null(machine: Machine, value: Any, message: str | None = None) -> None:
    _check(machine, value is not None, "Expected anything but null", message)


_ASSERTIONS: tuple[tuple[PlatformType, str, Run], ...] = (
    (ASSERT, "areEqual(Object, Object", _are_equal),
    (ASSERT, "areNotEqual(Object, Object", _are_not_equal),
    (ASSERT, "isTrue(Object", _is_true),
    (ASSERT, "isFalse(Object", _is_false),
    (ASSERT, "isNull(Object", _is_null),
    (ASSERT, "isNotNull(Object", _is_not_null),
    (SYSTEM, "assertEquals(Object, Object", _are_equal),
    (SYSTEM, "assertNotEquals(Object, Object", _are_not_equal),
    (SYSTEM, "assert(Object", _is_true),
)
for _type, _signature, _run in _ASSERTIONS:
    _type.static(f"{_signature})", nulls=True)(_run)
    _type.static(f"{_signature}, String)", nulls=True)(_run)


@ASSERT.static("fail()")
def _fail(machine: Machine) -> None:
    _check(machine, False, "Assertion Failed", None)


@ASSERT.static("fail(String)")
def _fail_because(machine: Machine, message: str) -> None:
    _check(machine, False, "failed", message)


@ASSERT.static("isInstanceOfType(Object, Type)")
def _is_instance(machine: Machine, value: Any, wanted: TypeValue) -> None:
    said = f"Expected: {wanted.type}, Actual: {machine.type_name(value)}"
    _check(machine, machine.is_instance(value, wanted.type), said, None)


def _test(machine: Machine, method: str) -> UnderTest:
    if machine.session.test is None:
        raise NotApex(f"Test.{method} outside a test")
    return machine.session.test


@TEST.static("isRunningTest()")
def _is_running_test(machine: Machine) -> bool:
    return machine.session.test is not None


@TEST.static("setMock(Type, Object)")
def _set_mock(machine: Machine, interface: TypeValue, mock: Instance) -> None:
    if interface.type.key != "httpcalloutmock":
        raise Unsupported(f"Test.setMock({interface.type}.class, …)")
    if not mock.cls.implements("httpcalloutmock"):
        machine.throw("TypeException", f"{mock.cls.name} does not implement HttpCalloutMock")
    _test(machine, "setMock").mock = mock


@TEST.static("startTest()")
def _start_test(machine: Machine) -> None:
    context = _test(machine, "startTest")
    if context.started:
        raise NotApex("Test.startTest may be called only once in a test")
    context.started = True
    machine.session.fresh_limits()


@TEST.static("stopTest()")
def _stop_test(machine: Machine) -> None:
    context = _test(machine, "stopTest")
    if not context.started or context.stopped:
        raise NotApex("Test.stopTest without Test.startTest before it")
    context.stopped = True


@TEST.static("getStandardPricebookId()")
def _standard_pricebook(machine: Machine) -> Id:
    _test(machine, "getStandardPricebookId")
    return Id(STANDARD_PRICEBOOK_ID)


@USER_INFO.static("getUserId()")
def _user_id(machine: Machine) -> Id:
    return Id(machine.session.user_id)


@USER_INFO.static("getOrganizationId()")
def _organization_id(_: Machine) -> Id:
    return Id(ORG_ID)


@USER_INFO.static("getUserName()")
def _user_name(machine: Machine) -> str:
    user = machine.session.schema.get("User")
    record = machine.session.org.store.get(user, machine.session.user_id) or {}
    return str(record["Username"])


def _limit(used: str, allowed: str, what: str) -> None:
    @LIMITS_TYPE.static(f"{used}()")
    def _used(machine: Machine) -> int:
        return machine.session.usage.counts[what]

    @LIMITS_TYPE.static(f"{allowed}()")
    def _allowed(_: Machine) -> int:
        return LIMITS[what]


_limit("getCallouts", "getLimitCallouts", "callouts")
_limit("getQueries", "getLimitQueries", "queries")
_limit("getQueryRows", "getLimitQueryRows", "query_rows")
_limit("getDmlStatements", "getLimitDmlStatements", "dml")
_limit("getDmlRows", "getLimitDmlRows", "dml_rows")


@TYPE.method("getName()")
def _type_get_name(_: Machine, value: TypeValue) -> str:
    return str(value.type)


def run_as_user(value: Any) -> str:
    """The id of the user that System.runAs is given; raises NotApex for anything else."""
    if not isinstance(value, Record) or value.sobject.name != "User":
        raise NotApex("System.runAs takes a User")
    record_id = value.values.get("id")
    if record_id is None:
        # The platform inserts such a user on the way; the project creates none.
        raise Unsupported("System.runAs with a user that is not stored")
    return str(record_id)
