"""simple-salesforce without what it drags in.

Importing it loads zeep and lxml for the Metadata API (about 70 ms and 7 MB), which the portal
never calls, so that one module is replaced before the first import.
"""

from __future__ import annotations

import functools
import sys
import types
from string import Formatter
from typing import Any

_SPECS = frozenset({"", "like", "literal"})


@functools.cache
def simple_salesforce() -> Any:
    """The module `simple_salesforce`."""
    metadata = types.ModuleType("simple_salesforce.metadata")
    metadata.SfdcMetadataApi = object  # type: ignore[attr-defined]  # the one name it imports
    sys.modules.setdefault("simple_salesforce.metadata", metadata)
    import simple_salesforce as library  # noqa: PLC0415  # only after the line above

    return library


def format_soql(template: str, *values: Any, **named: Any) -> str:
    """A SOQL query with quoted values: `format_soql("… WHERE Id = {}", order_id)`.

    `{:literal}` puts in names of ours unquoted, `{:like}` escapes for the inside of a quoted
    LIKE pattern. Raises ValueError for any other format (it would not be quoted) and for an empty
    list (`IN ()` is no SOQL).
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
