"""Simulated time: the order of events, dying machines, clocks that are off."""

from __future__ import annotations

import time

import pytest

from bench.years.process import simulated
from bench.years.world import Killed, World

BEGINS = 1_790_000_000.0


def test_tasks_take_turns_in_the_order_of_time() -> None:
    world = World(1, begins=BEGINS, show=lambda _: None)
    seen: list[str] = []

    def count(name: str, seconds: float) -> None:
        for _ in range(2):
            world.sleep(seconds)
            seen.append(f"{name} at {world.now - BEGINS:g}")

    world.spawn("a", lambda: count("a", 2.0))
    world.spawn("b", lambda: count("b", 3.0))
    world.run(until=BEGINS + 5)
    assert seen == ["a at 2", "b at 3", "a at 4"]
    world.run(until=BEGINS + 10)
    assert seen[3:] == ["b at 6"]


def test_a_task_that_ends_does_not_wake_the_one_that_began_it() -> None:
    world = World(1, begins=BEGINS, show=lambda _: None)
    woken: list[float] = []

    def begin_another() -> None:
        world.spawn("another", lambda: world.sleep(1))
        world.sleep(10)
        woken.append(world.now - BEGINS)

    world.spawn("first", begin_another)
    world.run(until=BEGINS + 20)
    assert woken == [10]


def test_a_machine_without_time_is_killed_where_it_waits() -> None:
    world = World(1, begins=BEGINS, show=lambda _: None)
    ended: list[float] = []

    def work() -> None:
        task = world.current
        assert task is not None
        task.deadline = world.now + 5
        with pytest.raises(Killed):
            world.sleep(60)
        ended.append(world.now)

    world.spawn("work", work)
    world.run(until=BEGINS + 100)
    assert ended == [BEGINS + 60]


def test_a_process_lives_in_simulated_time() -> None:
    before = time.time()
    shown: list[float] = []
    with simulated(1, begins=BEGINS, sleep=lambda s: world.sleep(s)) as clocks:  # noqa: PLW0108  # made below
        world = World(1, begins=BEGINS, show=clocks.show)

        def work() -> None:
            task = world.current
            assert task is not None
            task.skew = -20.0
            time.sleep(100)
            shown.append(time.time())
            shown.append(world.true_time(time.time))

        world.spawn("work", work)
        world.run(until=BEGINS + 1_000)
    assert shown == [BEGINS + 80, BEGINS + 100]
    assert time.time() - before < 60
