"""simple-salesforce without what it drags in.

Importing it whole loads zeep and lxml for the Metadata API, more-itertools for the Bulk APIs and
cryptography for logins, none of which the portal uses (`login.py` says why not the logins). Those
modules are replaced before the first import.
"""

from __future__ import annotations

import functools
import sys
import types
from typing import Any

# Module → the name that the rest of the package imports from it.
UNUSED = {
    "bulk": "SFBulkHandler",
    "bulk2": "SFBulk2Handler",
    "login": "SalesforceLogin",
    "metadata": "SfdcMetadataApi",
}


@functools.cache
def simple_salesforce() -> Any:
    """The module `simple_salesforce`."""
    for module, name in UNUSED.items():
        stand_in = types.ModuleType(f"simple_salesforce.{module}")
        setattr(stand_in, name, object)
        sys.modules.setdefault(stand_in.__name__, stand_in)
    import simple_salesforce as library  # noqa: PLC0415  # only after the lines above

    return library


def format_soql(template: str, *values: Any, **named: Any) -> str:
    """A SOQL query with quoted values: `format_soql("… WHERE Id = {}", order_id)`.

    An empty list would make `IN ()`, which Salesforce refuses: check before.
    """
    return str(simple_salesforce().format_soql(template, *values, **named))
