"""The modelled platform classes by their names in lower case."""

from __future__ import annotations

from local.emulators.salesforce.apex.library import (
    collections,
    crypto,
    dates,
    exception_methods,
    http,
    json_text,
    numbers,
    patterns,
    sobjects,
    strings,
    system,
)
from local.emulators.salesforce.apex.library.registry import PlatformType

_TYPES = (
    strings.STRING,
    strings.ID,
    numbers.INTEGER,
    numbers.LONG,
    numbers.DECIMAL,
    numbers.MATH,
    collections.LIST,
    collections.SET,
    collections.MAP,
    dates.DATE,
    dates.DATETIME,
    crypto.BLOB,
    crypto.CRYPTO,
    crypto.ENCODING,
    crypto.UUID,
    patterns.PATTERN,
    patterns.MATCHER,
    http.HTTP,
    http.REQUEST,
    http.RESPONSE,
    http.CALLOUT_MOCK,
    sobjects.SOBJECT,
    json_text.JSON,
    system.SYSTEM,
    system.ASSERT,
    system.TEST,
    system.USER_INFO,
    system.LIMITS_TYPE,
    system.LOGGING_LEVEL,
    system.TYPE,
    exception_methods.EXCEPTION,
    exception_methods.DML_EXCEPTION,
    exception_methods.QUERY_EXCEPTION,
)
PLATFORM: dict[str, PlatformType] = {item.name.lower(): item for item in _TYPES}
