"""Behind a distribution callers are counted by their own address, and nobody can pretend one."""

from __future__ import annotations

from typing import Any

import pytest
from portal.api.app import App
from portal.api.caller import Distribution
from portal.api.rate_limit import CountedByAddress, RateLimiter, SourceAddress
from portal.domain.limits import Limit

from tests.events import Answer, call, rest_event
from tests.fakes.rate_limits import FakeRateCounters

KEY = "kanari-distribution-key-0af3e1b7c2d4e5f6a7b8"
EDGE = "130.176.0.1"
counters = FakeRateCounters()


def limiter() -> RateLimiter:
    return RateLimiter(counters, {"things.ip": Limit(2, 60)}, Distribution(lambda: KEY))


app = App("test", counted=CountedByAddress("things.ip", limiter))


@app.get("/things")
def things(address: SourceAddress) -> dict[str, str]:
    return {"address": address}


@pytest.fixture(autouse=True)
def start_again() -> None:
    counters.hits.clear()


def get(forwarded: str, key: str | None = KEY, source: str = EDGE) -> Answer:
    headers: dict[str, Any] = {"X-Forwarded-For": forwarded}
    headers |= {} if key is None else {"X-Portal-Distribution": key}
    return call(app.handler, rest_event("GET", "/things", headers=headers, source_ip=source))


def test_the_viewers_address_counts_with_the_key() -> None:
    assert get(f"203.0.113.7, {EDGE}").json() == {"address": "203.0.113.7"}
    assert get(f"2001:db8:1:2::9, {EDGE}").json() == {"address": "2001:db8:1:2::/64"}


def test_customers_who_share_an_edge_do_not_share_a_count() -> None:
    statuses = [get(f"203.0.113.{number}, {EDGE}").status for number in range(6)]
    assert statuses == [200] * 6
    assert [get(f"203.0.113.9, {EDGE}").status for _ in range(3)] == [200, 200, 429]


def test_what_the_caller_adds_in_front_is_not_believed() -> None:
    for number in range(2):
        assert get(f"198.51.100.{number}, 203.0.113.7, {EDGE}").status == 200
    assert get(f"198.51.100.9, 203.0.113.7, {EDGE}").status == 429


@pytest.mark.parametrize("key", [None, "", "guess", KEY + "x", KEY[:-1], "é"])
def test_without_the_key_nothing_is_believed(key: str | None) -> None:
    answers = [get(f"203.0.113.{number}, {EDGE}", key) for number in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[0].json() == {"address": EDGE}


def test_a_request_by_no_hop_is_counted_by_what_the_gateway_saw() -> None:
    assert get(EDGE).json() == {"address": EDGE}


def test_the_key_is_read_only_when_one_is_shown() -> None:
    def unread() -> str:
        raise AssertionError("read without need")

    assert Distribution(unread).viewer(rest_event("GET", "/things")) is None
