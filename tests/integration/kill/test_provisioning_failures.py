"""Every call fails once, in every way; nobody is killed, and afterwards everything is once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from local.emulators.kit.faults import Fault
from tests.integration.kill.calls import Call, Strike
from tests.integration.kill.counting import Tally
from tests.integration.kill.exactly_once import assert_exactly_once
from tests.integration.kill.killing import untroubled
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Held, vendor_calls
from tests.integration.kill.provisioning import Provisioning
from tests.integration.kill.shapes import MIXED, NO_ESIM, Shape

pytestmark = pytest.mark.stack

FAILURES: dict[str, dict[str, Any]] = {
    "500 with JSON": {"kind": "status", "status": 500, "body": {"message": "Internal error"}},
    "503 with HTML": {"kind": "html"},
    "429": {"kind": "status", "status": 429, "body": {}, "headers": {"Retry-After": "7"}},
    "200 with nothing": {"kind": "empty"},
    "reset before": {"kind": "reset"},
    "cut after": {"kind": "drop_answer"},
    "half an answer": {"kind": "garble"},
    "gateway's 502 after": {"kind": "replace", "status": 502, "body": "<html>Bad gateway</html>"},
}
BOTOCORE_TRIES = 3


@pytest.mark.parametrize("failure", FAILURES)
def test_every_vendor_call_fails_once(lane: Lane, tally: Tally, failure: str) -> None:
    world, calls = untroubled(lane, MIXED)
    tally.run("failures", vendor_failures(vendor_calls(calls, world.installation), failure))


def test_every_aws_call_is_throttled_for_longer_than_botocore_tries(
    lane: Lane, tally: Tally
) -> None:
    _, calls = untroubled(lane, MIXED)
    tally.run("failures", aws_failures(calls, MIXED, "throttle", times=BOTOCORE_TRIES))


def test_every_answer_of_aws_is_lost(lane: Lane, tally: Tally) -> None:
    _, calls = untroubled(lane, NO_ESIM)
    tally.run("failures", aws_failures(calls, NO_ESIM, "lose", times=1))


def test_every_answer_of_aws_is_lost_until_botocore_gives_up(lane: Lane, tally: Tally) -> None:
    _, calls = untroubled(lane, MIXED)
    tally.run("failures", aws_failures(calls, MIXED, "lose", times=BOTOCORE_TRIES))


def vendor_failures(calls: dict[int, Held], failure: str) -> Iterator[Case]:
    for number, held in calls.items():
        name = f"{number:02d} {held.emulator} {held.operation}: {failure}"
        yield name, partial(once_though_vendor_failed, held=held, failure=FAILURES[failure])


def once_though_vendor_failed(lane: Lane, *, held: Held, failure: dict[str, Any]) -> None:
    world = Provisioning(lane, MIXED)
    fault = Fault(operation=held.operation, skip=held.skip, **failure)
    world.installation.emulators[held.emulator].faults.add(fault)
    world.deliver()
    assert fault.hits == 1
    world.settle()
    assert_exactly_once(world)


def aws_failures(calls: list[Call], shape: Shape, how: Any, *, times: int) -> Iterator[Case]:
    for call in calls:
        if call.kind == "aws":
            strike = Strike(call=call.number, how=how, times=times)
            name = f"{call.number:02d} {call.step or 'start'}: {call.name}, {how} x{times}"
            yield name, partial(once_though_aws_failed, shape=shape, strike=strike)


def once_though_aws_failed(lane: Lane, *, shape: Shape, strike: Strike) -> None:
    world = Provisioning(lane, shape)
    world.deliver(strike=strike)
    world.settle()
    assert_exactly_once(world)
