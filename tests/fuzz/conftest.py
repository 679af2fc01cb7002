"""Fixtures of the running stack."""

from __future__ import annotations

from tests.stack import aws, stack

__all__ = ["aws", "stack"]
