"""simple-salesforce without what it drags in.

Importing it loads zeep and lxml for the Metadata API (about 70 ms and 7 MB), which the portal
never calls, so that one module is replaced before the first import.
"""

from __future__ import annotations

import functools
import sys
import types
from typing import Any


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

    An empty list would make `IN ()`, which Salesforce refuses: check before.
    """
    return str(simple_salesforce().format_soql(template, *values, **named))
