"""Fixtures of the tests that need the running stack."""

from __future__ import annotations

from tests.stack import stack

__all__ = ["stack"]
