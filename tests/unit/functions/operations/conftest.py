"""Operations as deployed, over tables in memory and the vendors' emulators."""

from tests.tables import module_tables, tables  # noqa: F401  # fixtures
from tests.unit.functions.operations.office import esims, office, provider  # noqa: F401  # fixtures
from tests.vendors import vendor_servers, vendors  # noqa: F401  # fixtures
