"""Whatever is sent, the answer is Salesforce's, and a refusal leaves no trace."""

from __future__ import annotations

import copy
import functools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.salesforce.rest.messages import ApiRequest
from tests.emulators.salesforce.org_client import FIBRE_PRICE, MEI, PATH, SEED, order_fields

WORDS = [
    "SELECT", "Id", "FROM", "Order", "WHERE", "(", ")", "AND", "OR", "NOT", "=", "!=", "IN",
    "'x'", "1", "null", "2026-01-01", "TODAY", "Name", "Account.Name", "COUNT()", "COUNT(Id)",
    "GROUP BY", "ORDER BY", "LIMIT", "5", ",", "Status", "LIKE", "OrderItems", "FIELDS(ALL)",
    "LAST_N_DAYS:99999999999", "HAVING", "OFFSET", "USING", "WITH",
]  # fmt: skip
START = "SELECT Id FROM Order WHERE"
NAMES = [
    "attributes", "type", "records", "id", "Id", "ids", "fields", "allOrNone", "compositeRequest",
    "graphs", "graphId", "method", "url", "referenceId", "body", "httpHeaders", "batchRequests",
    "richInput", "AccountId", "Account", "Status", "Quantity", "OrderItems", "Customer_Number__c",
]  # fmt: skip
LEAVES = [
    None, True, 0, 1.5, -(10**30), "", "x", "POST", "GET", "PATCH", "Order", "Case", "a@b",
    "@{x.id}", "@{x[0].id}", f"{PATH}/sobjects/Order", f"{PATH}/sobjects/Case/{MEI}", MEI,
    FIBRE_PRICE, "v63.0/limits", "2026-01-01", "\ud800", "9" * 400,
]  # fmt: skip
SEGMENTS = [
    "sobjects", "Order", "Case", "Account", "OrderStatus", "describe", "query", "queryAll",
    "composite", "graph", "batch", "tree", "limits", MEI, "Customer_Number__c", "C-0001", "Id", "",
]  # fmt: skip

bodies = st.recursive(
    st.sampled_from(LEAVES) | st.just(order_fields()),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=12,
)
queries = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


@functools.cache
def emulator() -> SalesforceEmulator:
    """Shared by all examples: refused requests change nothing, and others do no harm."""
    made = SalesforceEmulator()
    made.seed(copy.deepcopy(SEED))
    return made


def send(method: str, segments: list[str], body: Any, query: dict[str, str]) -> Any:
    request = ApiRequest(
        method=method,
        version="63.0",
        segments=tuple(segments),
        query=query,
        body=body,
        headers={},
        user_id=str(emulator().records("User")[0]["Id"]),
    )
    return emulator().api.handle(request)


@settings(deadline=None)
@given(queries)
def test_any_words_are_answered(text: str) -> None:
    answer = send("GET", ["query"], None, {"q": f"{START} {text}"})
    assert answer.status in {200, 400}
    assert send("GET", ["query"], None, {"q": text}).status in {200, 400}


@settings(deadline=None)
@given(
    st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"]),
    st.lists(st.sampled_from(SEGMENTS), max_size=4),
    bodies,
)
def test_any_request_is_answered(method: str, segments: list[str], body: Any) -> None:
    before = emulator().dump()
    query = {"ids": MEI, "fields": "Name", "q": "SELECT Id FROM Case"}
    answer = send(method, segments, body, query)
    assert 200 <= answer.status < 500
    if answer.status >= 400:
        assert emulator().dump() == before


@settings(deadline=None)
@given(st.sampled_from(["graph", "batch", "sobjects", "tree/Order", ""]), bodies, bodies)
def test_any_composite_is_answered(kind: str, first: Any, second: Any) -> None:
    for key in ("compositeRequest", "records", "batchRequests"):
        graphs = [{"graphId": "1", "compositeRequest": [first, second]}]
        body = {key: [first, second], "graphs": graphs}
        segments = ["composite", *(part for part in kind.split("/") if part)]
        assert 200 <= send("POST", segments, body, {}).status < 500
