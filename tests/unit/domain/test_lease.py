"""Leases: when one holds, and how long one may be."""

from __future__ import annotations

import pytest
from portal.domain.lease import LONGEST_SECONDS, NOT_LEASED, Lease, new_lease

NOW = 1_790_000_000


@pytest.mark.parametrize(
    ("seconds", "held"),
    [
        (LONGEST_SECONDS, True),
        (LONGEST_SECONDS + 1, False),  # nobody gives that: some clock was wrong
        (1, True),
        (0, False),
        (-1, False),
    ],
)
def test_a_lease_holds_until_its_end(seconds: int, *, held: bool) -> None:
    assert Lease("worker", NOW + seconds).held(NOW) is held


def test_what_nobody_works_on_is_not_held() -> None:
    assert not NOT_LEASED.held(NOW)


def test_a_new_lease_has_an_owner_of_its_own_and_is_never_too_long() -> None:
    first, second = new_lease(NOW, 60.9), new_lease(NOW, 10_000)
    assert first.owner != second.owner
    assert (first.until, second.until) == (NOW + 60, NOW + LONGEST_SECONDS)
