"""The portal as deployed, over tables in memory and the vendors' emulators."""

from tests.composed import composed  # noqa: F401  # fixture
from tests.tables import module_tables, tables  # noqa: F401  # fixtures
from tests.vendors import vendor_servers, vendors  # noqa: F401  # fixtures
