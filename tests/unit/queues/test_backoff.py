"""How long the engine waits, and what it makes of failures."""

from __future__ import annotations

import pytest
from portal.config import ConfigurationError
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.engine.failures import (
    CIRCUIT_OPEN,
    Postpone,
    Retry,
    Stop,
    StopWorkflow,
    Wait,
    decide,
)
from portal.queues.backoff import LONGEST_DELAY, Policy


def test_delays_double_up_to_the_queues_limit() -> None:
    policy = Policy(jitter=lambda low, high: 1.0)
    assert [policy.delay(tries) for tries in range(1, 9)] == [30, 60, 120, 240, 480, 900, 900, 900]


@pytest.mark.parametrize("tries", [0, 1, 3, 8, 1000])
def test_chance_keeps_within_bounds(tries: int) -> None:
    policy = Policy()
    low, high = 0.8 * min(900, 30 * 2 ** max(min(tries, 9) - 1, 0)), LONGEST_DELAY
    for _ in range(200):
        assert low <= policy.delay(tries) <= high
        assert 5 <= policy.spread(5) <= 6.5


def test_a_fifth_of_a_delay_is_chance() -> None:
    assert Policy(jitter=min).delay(2) == pytest.approx(48)
    assert Policy(jitter=max).delay(2) == pytest.approx(72)


def test_an_upstreams_own_wish_counts() -> None:
    policy = Policy(jitter=lambda low, high: 1.0)
    assert policy.delay(1, at_least=200) == 200
    assert policy.delay(1, at_least=10_000) == 900
    assert Policy(jitter=max).delay(1, at_least=200) == pytest.approx(260)


def of(kind: type[UpstreamError], upstream: str = "whmcs") -> UpstreamError:
    return kind(upstream, "AddOrder", "text")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (of(Refused), Stop("whmcs-refused", "whmcs AddOrder: text")),
        (of(Unauthorized, "esim"), Stop("esim-access-denied", "esim AddOrder: text")),
        (
            of(Unavailable, "salesforce"),
            Retry("salesforce-unavailable", "salesforce AddOrder: text"),
        ),
        (of(OutcomeUnknown), Retry("whmcs-outcome-unknown", "whmcs AddOrder: text", 60)),
        (of(Unavailable, "dynamodb"), Retry("aws-unavailable", "dynamodb AddOrder: text")),
        (
            Throttled("whmcs", "AddOrder", "text", retry_after=17),
            Retry("whmcs-unavailable", "whmcs AddOrder: text", 17),
        ),
        (
            Throttled("whmcs", "AddOrder", "text", retry_after=60, code=CIRCUIT_OPEN),
            Wait("whmcs-unavailable", "whmcs AddOrder: text", 60, upstream_down=True),
        ),
        (
            Throttled("whmcs", "AddOrder", "text"),
            Retry("whmcs-unavailable", "whmcs AddOrder: text", 0),
        ),
        (StopWorkflow("order-empty", "m"), Stop("order-empty", "m")),
        (Postpone("code", "m", seconds=5), Wait("code", "m", 5)),
        (ConfigurationError("set X"), Retry("configuration", "set X")),
        (KeyError("x"), Retry("internal-error", "KeyError")),
    ],
)
def test_what_becomes_of_a_failure(error: Exception, expected: object) -> None:
    assert decide(error) == expected


def test_waiting_out_an_outage_slows_down_and_stays_spread() -> None:
    shortest, longest = Policy(jitter=min), Policy(jitter=max)
    assert [shortest.wait(waits, 60) for waits in range(4)] == [60, 120, 240, 480]
    assert shortest.wait(1_000, 60) < longest.wait(1_000, 60) == pytest.approx(LONGEST_DELAY)
