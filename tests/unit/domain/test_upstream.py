"""The classes of failures of outside systems, and what may be logged of one."""

from __future__ import annotations

import pytest
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)


@pytest.mark.parametrize(
    ("kind", "parents"),
    [
        (Unauthorized, {Refused}),
        (Throttled, {Unavailable}),
        (Refused, set()),
        (Unavailable, set()),
        (OutcomeUnknown, set()),
    ],
)
def test_the_tree_of_failures(kind: type[UpstreamError], parents: set[type]) -> None:
    kinds: list[type[Exception]] = [Refused, Unauthorized, Unavailable, Throttled, OutcomeUnknown]
    assert {other for other in kinds if issubclass(kind, other)} == {kind, *parents}


def test_a_failure_shows_only_what_may_be_logged() -> None:
    error = Throttled(
        "whmcs", "AddOrder", "for Yamada", code="c", status=429, loggable="for ***", retry_after=3
    )
    assert str(error) == "whmcs AddOrder: for ***"
    assert (error.message, error.loggable, error.retry_after) == ("for Yamada", "for ***", 3)
    assert str(Refused("whmcs", "AddOrder", "no")) == "whmcs AddOrder: no"
