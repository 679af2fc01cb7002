"""One order followed through logs and calls by its correlation id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.demo_stack import ORDER_ID
from tests.unit.local.conftest import Door

CORRELATION = "corr-of-the-order"


def log_line(message: str, second: int, **members: Any) -> str:
    """A line of a log file; the file's time is that of the invocation's end."""
    content = {
        "level": "INFO",
        "message": message,
        "timestamp": f"2026-11-27 06:11:{second:02},855+0000",
        "service": "provision",
        **members,
    }
    return f"2026-11-27T06:12:00.000+00:00 {json.dumps(content)}"


def call(correlation_id: str, second: int, **fields: Any) -> dict[str, Any]:
    return {
        "at": f"2026-11-27T06:11:{second:02}.000000+00:00",
        "operation": "AddOrder",
        "method": "POST",
        "path": "/includes/api.php",
        "query": "",
        "headers": {"X-Correlation-Id": correlation_id},
        "status": 200,
        "outcome": "answered",
        "committed": True,
        "fault": None,
        **fields,
    }


@pytest.fixture
def traced(door: Door) -> Iterator[Door]:
    lines = [
        log_line("step done", 1, correlation_id=CORRELATION, sf_order_id=ORDER_ID, step="load"),
        log_line("<upstream> failed", 3, level="WARNING", correlation_id=CORRELATION),
        log_line("another order", 2, correlation_id="corr-of-another"),
        '2026-11-27T06:12:00.000+00:00 {"_aws": {}, "UpstreamLatency": [1]}',
        "2026-11-27T06:12:00.000+00:00 no structure",
    ]
    file = door.context.logs / "portal-local-provision-worker.log"
    file.write_text("\n".join(lines))
    door.stack.calls = [
        call(CORRELATION, 2),
        call("corr-of-another", 2, operation="GetOrders"),
        call(CORRELATION, 4, operation="AcceptOrder", status=None, outcome="dropped"),
    ]
    yield door
    file.unlink()


@pytest.mark.parametrize("identifier", [ORDER_ID, CORRELATION])
def test_lines_and_calls_of_one_order_are_shown_in_the_order_of_their_times(
    traced: Door, identifier: str
) -> None:
    page = traced.client.get("/ops/trace", params={"id": f" {identifier} "}).text
    told = ["step done", "AddOrder", "&lt;upstream&gt; failed", "AcceptOrder"]
    places = [page.index(what) for what in told]
    assert places == sorted(places)
    assert "another order" not in page
    assert "GetOrders" not in page
    assert CORRELATION in page
    assert "27 Nov 2026, 15:11:01.855 JST" in page
    assert '<span class="pill failed">dropped</span>' in page


def test_an_order_number_is_told_from_an_order_id(traced: Door) -> None:
    page = traced.client.get("/ops/trace", params={"id": "00000100"}).text
    assert "number is not its id" in page
    page = traced.client.get("/ops/trace", params={"id": "corr-of-nobody"}).text
    assert "Nothing is recorded for this id" in page
    assert "number is not its id" not in page


def test_an_emulator_that_does_not_answer_is_named(traced: Door) -> None:
    traced.stack.calls = None
    page = traced.client.get("/ops/trace", params={"id": CORRELATION}).text
    assert "No calls from whmcs: the emulator does not answer." in page
    assert "step done" in page


def test_an_unknown_id_has_no_events(traced: Door) -> None:
    page = traced.client.get("/ops/trace", params={"id": "corr-unknown"}).text
    assert "Nothing is recorded for this id." in page


@pytest.mark.parametrize("identifier", ["short", "has spaces in it", "<script>alert(1)</script>"])
def test_what_cannot_be_an_id_is_refused(traced: Door, identifier: str) -> None:
    answer = traced.client.get("/ops/trace", params={"id": identifier})
    assert answer.status_code == 422
    assert "An id has 8 to 64" in answer.text


def test_without_an_id_the_form_is_shown(door: Door) -> None:
    page = door.client.get("/ops/trace").text
    assert "<form" in page
    assert "Nothing is recorded" not in page


def test_the_order_leads_to_its_trace(door: Door) -> None:
    assert f'/ops/trace?id={ORDER_ID}"' in door.client.get(f"/salesforce/orders/{ORDER_ID}").text
