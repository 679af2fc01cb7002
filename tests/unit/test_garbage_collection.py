"""Collections stop for the block only, whatever happens in it."""

from __future__ import annotations

import gc

import pytest
from portal.garbage_collection import collector_paused


def fail() -> None:
    assert not gc.isenabled()
    raise LookupError


def test_it_is_back_on_afterwards_even_after_an_error() -> None:
    with pytest.raises(LookupError), collector_paused():
        fail()
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    with collector_paused():
        with collector_paused():
            pass
        assert not gc.isenabled()
