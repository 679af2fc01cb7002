"""The nightly audit: whether all systems agree on what was ordered, exactly once."""
