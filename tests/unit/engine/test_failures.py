"""What the engine makes of what a step raised."""

from __future__ import annotations

import pytest
from portal.config import ConfigurationError
from portal.domain.upstream import (
    CircuitOpen,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.engine.failures import Postpone, Retry, Stop, StopWorkflow, Wait, decide

VENDORS = {"salesforce": "salesforce", "whmcs": "whmcs", "esim": "esim"}


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
            CircuitOpen("whmcs", "AddOrder", "text", retry_after=60),
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
    assert decide(error, lambda upstream: VENDORS.get(upstream, "aws")) == expected
