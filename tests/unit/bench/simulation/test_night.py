"""What must hold of provisioning over a night without WHMCS."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from portal.engine.model import Task
from portal.engine.sweeper import AFTER_WITH_BACKLOG
from portal.queues.backoff import LONGEST_DELAY

from bench.simulation.queue import SimulatedQueue
from bench.simulation.report import as_json, duration, table
from bench.simulation.scenario import PATIENCE, Result, Scenario, simulate
from bench.simulation.world import World

BACKLOG = Scenario(name="backlog", orders=300, outage_hours=1.0, fresh_hours=0.5)


@pytest.fixture(scope="module")
def backlog() -> Result:
    return simulate(BACKLOG)


def test_nothing_is_lost_and_nobody_failed(backlog: Result) -> None:
    assert (backlog.failed, backlog.unfinished, backlog.dead_letters) == (0, 0, 0)
    assert backlog.succeeded > BACKLOG.orders
    assert backlog.runs_median == 1
    assert backlog.runs_max < BACKLOG.max_retries


def test_killed_workers_lose_nothing() -> None:
    deadly = simulate(replace(BACKLOG, orders=150, deadly=0.02))
    assert (deadly.failed, deadly.unfinished) == (0, 0)
    assert deadly.receives_per_order > 1


def test_an_outage_longer_than_patience_is_reported() -> None:
    hours = PATIENCE / 3_600 + 2
    given_up = simulate(Scenario(name="long", orders=20, outage_hours=hours, fresh_per_hour=0))
    assert given_up.failed > 0
    assert given_up.unfinished == 0


@pytest.mark.parametrize("orders", [300, 1_200])
def test_fresh_orders_take_as_long_as_without_a_backlog(orders: int) -> None:
    alone = simulate(Scenario(name="alone", orders=0, outage_hours=0))
    beside = simulate(replace(BACKLOG, orders=orders))
    assert beside.drain > 100 * alone.fresh_p99 * orders / 1_200
    assert beside.fresh_median < alone.fresh_median * 1.2
    assert beside.fresh_p99 < alone.fresh_p99 * 1.5


def test_the_circuit_keeps_calls_away_and_nobody_stampedes(backlog: Result) -> None:
    assert backlog.down_calls_mean < 2
    assert backlog.most_in_flight <= BACKLOG.concurrency + BACKLOG.waiting_concurrency
    assert backlog.calls_per_order < 6


def test_cost_of_an_order_does_not_grow_with_the_backlog() -> None:
    few, many = (simulate(replace(BACKLOG, orders=orders)) for orders in (150, 600))
    assert many.calls_per_order <= few.calls_per_order * 1.1
    assert many.receives_per_order <= few.receives_per_order * 1.2


def test_a_waiting_backlog_is_not_taken_for_stuck() -> None:
    slow = simulate(Scenario(name="slow", orders=2_900, outage_hours=1.0, fresh_per_hour=0))
    assert slow.drain > AFTER_WITH_BACKLOG
    assert slow.swept <= slow.receives_per_order  # none but those of killed workers


@pytest.mark.parametrize("orders", [1, 3, 10, 30])
def test_few_orders_survive_a_night_as_many_do(orders: int) -> None:
    few = simulate(Scenario(name="few", orders=orders, fresh_per_hour=0))
    assert (few.failed, few.unfinished) == (0, 0)


def test_the_same_seed_gives_the_same_night() -> None:
    small = replace(BACKLOG, orders=50)
    first, second = simulate(small), simulate(small)
    assert replace(first, wall_ms_per_order=0) == replace(second, wall_ms_per_order=0)
    other = simulate(replace(small, seed=8))
    assert other.drain != first.drain


def test_a_message_is_dead_after_its_last_receive() -> None:
    dead_letters: list[Task] = []
    queue = SimulatedQueue(
        World(1), visibility=900, max_receives=2, dead_letter=dead_letters.append
    )
    queue.put(Task("job", 1))
    for _ in range(2):
        message = queue.receive()
        assert message is not None
        queue.keep(message, 0)
    assert queue.receive() is None
    assert (dead_letters, queue.dead) == ([Task("job", 1)], 1)


def test_the_queue_refuses_longer_delays_than_sqs() -> None:
    queue = SimulatedQueue(World(1), visibility=900, max_receives=2, dead_letter=lambda _: None)
    with pytest.raises(ValueError, match="DelaySeconds"):
        queue.put(Task("job", 1), delay_seconds=LONGEST_DELAY + 1)


def test_figures_are_shown_and_written(backlog: Result) -> None:
    assert table([backlog]).columns[1].header == "backlog"
    (read,) = json.loads(as_json([backlog]))
    assert read["succeeded"] == backlog.succeeded
    assert [duration(s) for s in (1, 600, 7_200)] == ["1.0 s", "10.0 min", "2.0 h"]


def test_sleep_belongs_inside_a_process() -> None:
    with pytest.raises(RuntimeError, match="blocking"):
        World(1).sleep(1)
