"""The exact requests to the portal's own API, and what its answers are."""

from __future__ import annotations

import json

import pytest
import requests
import responses
from portal.adapters.portal_api import HttpPortalApi
from portal.domain.upstream import OutcomeUnknown, Unavailable
from portal.ports.portal_api import ApiAnswer

URL = "https://api.example/api"


@responses.activate
def test_token_key_and_body_are_sent() -> None:
    headers = {"X-Correlation-Id": "correlation-1"}
    responses.post(f"{URL}/orders", status=201, json={"sfOrderId": "801"}, headers=headers)
    body = {"items": [{"sku": "FIBRE-1G", "quantity": 1}]}
    answer = HttpPortalApi(f"{URL}/").call("POST", "/orders", token="t", body=body, key="smoke-1")
    assert answer == ApiAnswer(201, {"sfOrderId": "801"}, "correlation-1")
    (call,) = responses.calls
    sent = call.request.headers
    assert (sent["Authorization"], sent["Idempotency-Key"]) == ("Bearer t", "smoke-1")
    assert json.loads(call.request.body or "") == body


@responses.activate
def test_a_request_without_them_has_no_such_headers() -> None:
    responses.get(f"{URL}/catalog", json={"items": []})
    assert HttpPortalApi(URL).call("GET", "/catalog").ok
    (call,) = responses.calls
    assert not {"Authorization", "Idempotency-Key"} & set(call.request.headers)
    assert call.request.body is None


@pytest.mark.parametrize("body", ["<html>", "[1]", ""])
@responses.activate
def test_an_answer_that_is_no_object_has_an_empty_body(body: str) -> None:
    responses.get(f"{URL}/me", status=403, body=body)
    answer = HttpPortalApi(URL).call("GET", "/me")
    assert (answer.status, answer.body) == (403, {})


@pytest.mark.parametrize(("method", "error"), [("GET", Unavailable), ("POST", OutcomeUnknown)])
@responses.activate
def test_a_lost_answer_leaves_the_outcome_of_a_write_open(
    method: str, error: type[Exception]
) -> None:
    responses.add(method, f"{URL}/orders", body=requests.ReadTimeout("lost"))
    with pytest.raises(error):
        HttpPortalApi(URL).call(method, "/orders")
