"""The local stack: `running` starts it and yields its addresses and credentials."""

from __future__ import annotations

from local.stack.session import running
from local.stack.settings import Settings, SettingsError

__all__ = ["Settings", "SettingsError", "running"]
