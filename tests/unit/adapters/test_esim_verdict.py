"""Verdicts of eSIM providers' tables, as errors."""

from __future__ import annotations

import pytest
from portal.adapters.esim_verdict import Verdict, failure
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Unauthorized,
    Unavailable,
    UpstreamError,
)


@pytest.mark.parametrize(
    ("verdict", "write", "read"),
    [
        (Verdict.REFUSED, Refused, Refused),
        (Verdict.UNAUTHORIZED, Unauthorized, Unauthorized),
        (Verdict.NOT_YET, Unavailable, Unavailable),
        (Verdict.UNAVAILABLE, Unavailable, Unavailable),
        (Verdict.IN_DOUBT, OutcomeUnknown, Unavailable),
    ],
)
def test_only_a_write_can_have_an_unknown_outcome(
    verdict: Verdict, write: type[UpstreamError], read: type[UpstreamError]
) -> None:
    for writes, kind in ((True, write), (False, read)):
        error = failure(verdict, "esim/order", "text", writes=writes, code="1", status=200)
        assert type(error) is kind
        assert (error.upstream, error.operation) == ("esim", "esim/order")
        assert (error.code, error.status, error.loggable) == ("1", 200, "text")
