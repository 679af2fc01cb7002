"""How often a line was reissued (moto)."""

from __future__ import annotations

import boto3
from moto import mock_aws
from portal.repositories.dynamodb import Table
from portal.repositories.line_reissues import DynamoLineReissues
from portal.subscriptions.reissue_limit import PERIOD_SECONDS, ReissueLimit

from tests.fakes.clock import FakeClock
from tests.unit.repositories.workflow_table import create_workflow_table


@mock_aws
def test_each_operation_counts_once_from_its_first_try_until_it_is_forgotten() -> None:
    create_workflow_table(boto3.client("dynamodb"))
    clock = FakeClock()
    reissues = DynamoLineReissues(Table("workflow"))
    limit = ReissueLimit(reissues, 2, clock)
    assert limit.left(77) == 2
    reissues.remember(77, "reissue-1", clock())
    reissues.remember(77, "reissue-1", clock() + 500)
    reissues.remember(78, "reissue-2", clock())
    assert limit.left(77) == 1
    reissues.remember(77, "reissue-3", clock())
    reissues.remember(77, "reissue-4", clock())
    assert limit.left(77) == 0
    reissues.forget(77, "reissue-3")
    reissues.forget(77, "reissue-3")
    assert limit.left(77) == 0
    reissues.forget(77, "reissue-4")
    assert limit.left(77) == 1
    clock.advance(PERIOD_SECONDS + 1)
    assert limit.left(77) == 2
