"""The record of who was shown which activation code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import boto3
from moto import mock_aws
from portal.domain.service_line import ServiceLine
from portal.ports.code_views import CodeView
from portal.repositories.code_views import DynamoCodeViews
from portal.repositories.dynamodb import Table
from portal.repositories.service_lines import DynamoServiceLines

from tests.unit.repositories.workflow_table import create_workflow_table

VIEW = CodeView(
    service_id=77,
    line_id="sub_1",
    user_id="user-1",
    at=datetime(2026, 11, 27, 13, 5, 7, 123_000, tzinfo=timezone(timedelta(hours=9))),
    auth_time=1_790_000_000,
    correlation_id="front-end.0001",
)


@mock_aws
def test_each_look_is_an_item_of_its_own_beside_the_services() -> None:
    create_workflow_table(boto3.client("dynamodb"))
    table = Table("workflow")
    line = ServiceLine(
        service_id=77, sf_order_id="801", order_item_id="802", user_id="user-1", client_id=42
    )
    DynamoServiceLines(table).remember([line])
    views = DynamoCodeViews(table)
    views.record(VIEW)
    views.record(replace(VIEW, correlation_id="front-end.0002"))
    views.record(replace(VIEW, at=datetime(2026, 11, 28, tzinfo=UTC)))
    items = list(table.query(where="pk = :pk", values={":pk": "SERVICE#77"}))
    assert [item["sk"] for item in items] == [
        "CODE_VIEW#2026-11-27T04:05:07.123+00:00#front-end.0001",
        "CODE_VIEW#2026-11-27T04:05:07.123+00:00#front-end.0002",
        "CODE_VIEW#2026-11-28T00:00:00.000+00:00#front-end.0001",
        "META",
    ]
    assert items[0]["lineId"] == "sub_1"
    assert (items[0]["userId"], items[0]["authTime"]) == ("user-1", 1_790_000_000)
    assert DynamoServiceLines(table).of_service(77) == line
