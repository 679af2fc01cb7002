"""The vendors' emulators."""

from tests.vendors import vendor_servers, vendors  # noqa: F401  # fixtures
