"""Tables in memory."""

from tests.tables import module_tables, tables  # noqa: F401  # fixtures
