"""Checks a live installation: every system that the portal depends on, and the portal itself."""
