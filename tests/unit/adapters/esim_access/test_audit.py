"""The exact requests by which the audit reads eSIM Access, and the records that it makes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import responses
from portal.adapters.esim_access.audit import PAGE_SIZE, EsimAccessLinePages
from portal.adapters.esim_access.client import EsimAccessClient
from portal.adapters.guard import unguarded
from portal.domain.audit import LineRecord

from tests.vendors import FixedSecret

NOW = datetime(2026, 11, 27, 5, 44, 30, tzinfo=UTC)
QUERY = "https://api.esim.example/api/v1/open/esim/query"
REF = "801000000000001AAA-line-1-1"
USED_UP = {
    "esimTranNo": "23120118156818",
    "orderNo": "B23120118131854",
    "transactionId": REF,
    "smdpStatus": "ENABLED",
    "esimStatus": "USED_EXPIRED",
}
IN_USE = {"esimTranNo": "2", "orderNo": "B2", "smdpStatus": "ENABLED", "esimStatus": "IN_USE"}


def pages() -> EsimAccessLinePages:
    secret = FixedSecret(accessCode="11111", secretKey="1111")
    client = EsimAccessClient(
        url="https://api.esim.example/", secret=secret, transport=None, guard=unguarded
    )
    return EsimAccessLinePages(client, now=lambda: NOW)


def answer(*profiles: dict[str, Any]) -> dict[str, Any]:
    found = {"esimList": list(profiles), "pager": {"total": len(profiles)}}
    return {"success": True, "errorCode": "0", "errorMsg": None, "obj": found}


@responses.activate
def test_profiles_of_two_years_are_read_with_their_references() -> None:
    responses.post(QUERY, json=answer(USED_UP, IN_USE))
    page = pages().page(None)
    (call,) = responses.calls
    assert json.loads(call.request.body or "") == {
        "startTime": "2024-11-27T05:44+00:00",
        "endTime": "2026-11-28T05:44+00:00",
        "pager": {"pageNum": 1, "pageSize": PAGE_SIZE},
    }
    assert page.records == [
        LineRecord(id="23120118156818", ref=REF, ended=True),
        LineRecord(id="2", ref="", ended=False),
    ]
    assert page.cursor is None


@responses.activate
def test_a_full_page_has_a_successor() -> None:
    responses.post(QUERY, json=answer(*[IN_USE] * PAGE_SIZE))
    page = pages().page("3")
    (call,) = responses.calls
    assert json.loads(call.request.body or "")["pager"]["pageNum"] == 3
    assert page.cursor == "4"
