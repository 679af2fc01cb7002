"""Imports simple-salesforce without the modules that the portal does not use.

The whole package would load zeep and lxml for the Metadata API, more-itertools for the Bulk APIs
and cryptography for logins (`login.py` says why the portal has its own). Those modules are
replaced before the first import, which makes cold starts faster.
"""

from __future__ import annotations

import functools
import sys
import types
from string import Formatter
from typing import Any

_SPECS = frozenset({"", "like", "literal"})
# From each module to the name that the rest of the package imports from it.
UNUSED = {
    "bulk": "SFBulkHandler",
    "bulk2": "SFBulk2Handler",
    "login": "SalesforceLogin",
    "metadata": "SfdcMetadataApi",
}


@functools.cache
def simple_salesforce() -> Any:
    """Return the module `simple_salesforce`."""
    for module, name in UNUSED.items():
        stand_in = types.ModuleType(f"simple_salesforce.{module}")
        setattr(stand_in, name, object)
        sys.modules.setdefault(stand_in.__name__, stand_in)
    import simple_salesforce as library  # noqa: PLC0415  # only after the lines above

    return library


def format_soql(template: str, *values: Any, **named: Any) -> str:
    """Return a SOQL query with quoted values: `format_soql("… WHERE Id = {}", order_id)`.

    `{:literal}` inserts the portal's own names unquoted. `{:like}` escapes a value for the inside
    of a quoted LIKE pattern. Raises ValueError for any other format, which would not be quoted,
    and for an empty list, because `IN ()` is no SOQL.
    """
    for _, field, spec, conversion in Formatter().parse(template):
        if field is not None and (spec not in _SPECS or conversion):
            msg = f"SOQL values are written {{}}, {{:like}} or {{:literal}}, not {{{field}:{spec}}}"
            raise ValueError(msg)
    for value in (*values, *named.values()):
        if isinstance(value, list | tuple | set) and not value:
            msg = "an empty list in SOQL: check for it before asking"
            raise ValueError(msg)
    return str(simple_salesforce().format_soql(template, *values, **named))
