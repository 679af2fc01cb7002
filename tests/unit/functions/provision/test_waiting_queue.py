"""Fresh orders beside those that wait for an upstream."""

from __future__ import annotations

import pytest
from portal.config import ConfigurationError
from portal.domain.lease import NOT_LEASED
from portal.domain.provisioning_errors import GOES_ON
from portal.engine.states import Status

from tests.fakes.faults import Fault
from tests.fakes.provisioning import loaded_order, order_line
from tests.unit.functions.provision.world import World, assert_exactly_once

UPSTREAMS = ("salesforce", "whmcs", "esim")


def down(world: World, upstream: str) -> None:
    """Every call of one upstream finds its circuit open."""
    world.faults.always = lambda name: Fault.DOWN if name.startswith(f"{upstream} ") else None


@pytest.mark.parametrize("upstream", UPSTREAMS)
def test_a_job_whose_upstream_is_down_waits_out_of_the_way(upstream: str) -> None:
    world = World()
    world.press()
    down(world, upstream)
    world.work()
    assert (len(world.queue.messages), len(world.waiting.messages)) == (0, 1)
    assert (world.job.status, world.job.runs) == (Status.RUNNING, 0)
    assert world.job.last_error is not None
    assert world.job.last_error.code == f"{upstream}-unavailable"


@pytest.mark.parametrize("upstream", UPSTREAMS)
def test_it_stays_there_and_comes_back_later_each_time(upstream: str) -> None:
    world = World()
    world.press()
    down(world, upstream)
    gaps = []
    for _ in range(6):
        world.work()
        following = world.next_at() or 0.0
        gaps.append(following - world.clock.now)
        world.clock.now = following
    assert gaps == sorted(gaps)
    assert (gaps[0], round(gaps[-1])) == (60.0, 692)
    assert (world.queue.sent, world.waiting.sent) == (1, 6)
    world.faults.always = lambda _: None
    world.settle()
    assert_exactly_once(world)


def test_what_is_left_is_done_in_the_same_lane() -> None:
    """A pending eSIM of the backlog must not push its job in front of fresh ones."""
    world = World()
    world.press()
    down(world, "whmcs")
    world.work()
    world.faults.always = lambda _: None
    world.esim.polls = 2
    world.settle()
    assert_exactly_once(world)
    assert world.queue.sent == 1
    assert world.waiting.sent > 1


def test_a_pending_esim_of_a_fresh_order_waits_in_front() -> None:
    world = World()
    world.esim.polls = 2
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert world.waiting.sent == 0


def test_a_try_that_failed_keeps_its_message() -> None:
    world = World(loaded_order(order_line(1)))
    world.press()
    world.faults.plan = {len(world.faults.names) + 6: Fault.UNAVAILABLE}
    world.work()
    assert (world.queue.sent, world.waiting.sent) == (1, 0)
    assert [message.receives for message in world.queue.messages.values()] == [1]
    assert world.job.runs == 1


def test_a_try_that_failed_in_the_other_lane_keeps_its_message_there() -> None:
    world = World(loaded_order(order_line(1)))
    world.press()
    down(world, "whmcs")
    world.work()
    world.clock.now = world.next_at() or 0.0
    world.faults.always = lambda n: Fault.UNAVAILABLE if n.startswith("whmcs ") else None
    world.work()
    (message,) = world.waiting.messages.values()
    assert (message.receives, world.job.runs) == (1, 1)
    assert message.visible_at - world.clock.now == 30.0
    world.faults.always = lambda _: None
    world.settle()
    assert_exactly_once(world)


def test_when_the_other_queue_cannot_be_reached_the_message_stays(
    capfd: pytest.CaptureFixture[str],
) -> None:
    world = World()
    world.press()

    def fault(name: str) -> Fault | None:
        if name == "sqs put":
            return Fault.UNAVAILABLE
        return Fault.DOWN if name.startswith("whmcs ") else None

    world.faults.always = fault
    world.work()
    (message,) = world.queue.messages.values()
    assert message.visible_at == world.clock.now + world.queue.visibility
    assert '"EnqueueFailures"' in capfd.readouterr().out
    world.faults.always = lambda _: None
    world.settle()
    assert_exactly_once(world)


def waits(world: World, *, times: int = 3) -> None:
    """WHMCS is down for so many looks."""
    down(world, "whmcs")
    for _ in range(times):
        world.clock.now = max(world.clock.now, world.next_at() or 0.0)
        world.work()


def test_salesforce_says_once_what_the_order_waits_for() -> None:
    world = World()
    world.press()
    waits(world)
    told = [progress for progress in world.salesforce.progress if progress.error_code]
    (progress,) = told
    assert (progress.status, progress.error_code) == ("In Progress", "whmcs-unavailable")
    assert progress.error_message == f"WHMCS was not available at 14:13 UTC. {GOES_ON}"
    assert progress.attempt_count == 1
    world.faults.always = lambda _: None
    world.settle()
    assert_exactly_once(world)


def test_the_next_outage_is_told_too() -> None:
    world = World()
    world.press()
    waits(world)
    world.faults.always = lambda n: Fault.DOWN if n == "whmcs AddOrder" else None
    for _ in range(2):
        world.clock.now = world.next_at() or 0.0
        world.work()
    assert sum(bool(progress.error_code) for progress in world.salesforce.progress) == 2


def test_nobody_is_told_before_the_order_is_known() -> None:
    world = World()
    world.press()
    down(world, "salesforce")
    world.work()
    assert world.faults.names.count("salesforce report") == 0


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.LOST_ANSWER, Fault.DOWN])
def test_it_waits_all_the_same_when_salesforce_cannot_be_told(fault: Fault) -> None:
    world = World()
    world.press()

    def unreachable(name: str) -> Fault | None:
        if name.startswith("whmcs "):
            return Fault.DOWN
        told = name == "salesforce report" and world.faults.count("whmcs")
        return fault if told else None

    world.faults.always = unreachable
    world.work()
    assert (world.job.runs, world.waiting.sent) == (0, 1)
    world.faults.always = lambda _: None
    world.settle()
    assert_exactly_once(world)


def test_it_waits_all_the_same_when_there_is_no_time_to_tell() -> None:
    world = World()
    world.press()

    def late(name: str) -> Fault | None:
        if not name.startswith("whmcs "):
            return None
        world.context.left = 20.0
        return Fault.DOWN

    world.faults.always = late
    world.work()
    assert world.waiting.sent == 1
    assert not any(progress.error_code for progress in world.salesforce.progress)


def test_an_order_that_was_deleted_while_it_waits() -> None:
    world = World()
    world.press()

    def deleted(name: str) -> Fault | None:
        if not name.startswith("whmcs "):
            return None
        world.salesforce.order = None
        return Fault.DOWN

    world.faults.always = deleted
    world.work()
    assert world.waiting.sent == 1
    assert "order-gone" in world.store.kinds()


def test_provisioned_is_never_taken_back() -> None:
    """Salesforce took the result, its answer was lost, and then its circuit was open."""
    world = World()
    world.press()

    def lost(name: str) -> Fault | None:
        return Fault.LOST_ANSWER if name == "salesforce write back" else None

    world.faults.always = lost
    while not world.salesforce.written:
        world.clock.now = max(world.clock.now, world.next_at() or 0.0)
        world.work()
    world.faults.always = lambda name: Fault.DOWN if name == "salesforce write back" else None
    world.clock.now = world.next_at() or 0.0
    world.work()
    assert world.salesforce.status == "Provisioned"
    world.faults.always = lambda _: None
    world.settle()
    assert_exactly_once(world)


def told(world: World) -> list[str]:
    """The codes that Salesforce was told."""
    return [progress.error_code for progress in world.salesforce.progress if progress.error_code]


def test_an_outage_is_told_at_the_first_try_that_fails_and_not_again() -> None:
    world = World(loaded_order(order_line(1)))
    world.press()
    world.faults.always = lambda n: Fault.UNAVAILABLE if n.startswith("whmcs ") else None
    world.work()
    assert told(world) == ["whmcs-unavailable"]
    waits(world)
    assert told(world) == ["whmcs-unavailable"]


def test_an_outage_after_another_wait_is_told() -> None:
    world = World()
    world.esim.polls = 3
    world.press()
    world.work()
    assert world.job.waits
    down(world, "esim")
    world.clock.now = world.next_at() or 0.0
    world.work()
    assert told(world) == ["esim-unavailable"]


def test_a_defect_in_telling_does_not_cost_the_wait() -> None:
    world = World()
    world.press()

    def misconfigured(name: str) -> Fault | None:
        if name == "salesforce report" and world.faults.count("whmcs"):
            raise ConfigurationError("the secret lacks a field")
        return Fault.DOWN if name.startswith("whmcs ") else None

    world.faults.always = misconfigured
    world.work()
    assert (world.waiting.sent, world.job.runs, world.job.lease) == (1, 0, NOT_LEASED)
