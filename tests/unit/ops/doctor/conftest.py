"""A sound installation over the vendors' emulators."""

from tests.unit.ops.doctor.world import doctor_servers, world  # noqa: F401  # fixtures
from tests.vendors import vendor_servers, vendors  # noqa: F401  # fixtures
