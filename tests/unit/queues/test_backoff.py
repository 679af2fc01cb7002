"""How long to wait before a retry."""

from __future__ import annotations

import pytest
from portal.queues.backoff import LONGEST_DELAY, Policy


def test_delays_double_up_to_the_queues_limit() -> None:
    policy = Policy(jitter=lambda low, high: 1.0)
    assert [policy.delay(runs) for runs in range(1, 9)] == [30, 60, 120, 240, 480, 900, 900, 900]


@pytest.mark.parametrize("runs", [0, 1, 3, 8, 1000])
def test_chance_keeps_within_bounds(runs: int) -> None:
    policy = Policy()
    low, high = 0.8 * min(900, 30 * 2 ** max(min(runs, 9) - 1, 0)), LONGEST_DELAY
    for _ in range(200):
        assert low <= policy.delay(runs) <= high
        assert 5 <= policy.spread(5) <= 6.5


def test_a_fifth_of_a_delay_is_chance() -> None:
    assert Policy(jitter=min).delay(2) == pytest.approx(48)
    assert Policy(jitter=max).delay(2) == pytest.approx(72)


def test_an_upstreams_own_wish_counts() -> None:
    policy = Policy(jitter=lambda low, high: 1.0)
    assert policy.delay(1, at_least=200) == 200
    assert policy.delay(1, at_least=10_000) == 900
    assert Policy(jitter=max).delay(1, at_least=200) == pytest.approx(260)


def test_waiting_out_an_outage_slows_down_and_stays_spread() -> None:
    shortest, longest = Policy(jitter=min), Policy(jitter=max)
    assert [shortest.wait(waits, 60) for waits in range(4)] == [60, 120, 240, 480]
    assert shortest.wait(1_000, 60) < longest.wait(1_000, 60) == pytest.approx(LONGEST_DELAY)
