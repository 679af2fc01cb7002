"""The one-machine stack: `running` starts all of it and yields where everything is."""

from __future__ import annotations

from local.stack.session import running
from local.stack.settings import Settings, SettingsError

__all__ = ["Settings", "SettingsError", "running"]
