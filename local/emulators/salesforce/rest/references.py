"""`@{order.id}`: results of earlier subrequests inside later ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from local.emulators.salesforce.errors import ApiError

_REFERENCE = re.compile(r"@\{([^}]+)\}")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def fill(value: Any, results: Mapping[str, Any]) -> Any:
    """Return `value` with every reference replaced. Raises ApiError for an unknown reference."""
    if isinstance(value, dict):
        return {key: fill(item, results) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, results) for item in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _follow(whole.group(1), results)
    return _REFERENCE.sub(lambda match: str(_follow(match.group(1), results)), value)


def _follow(path: str, results: Mapping[str, Any]) -> Any:
    name, _, rest = path.partition(".")
    bare = name.split("[", maxsplit=1)[0]
    current: Any = results.get(bare)
    for key, index in _STEP.findall(name.removeprefix(bare) + "." + rest):
        try:
            current = current[int(index)] if index else _member(current, key)
        except (LookupError, TypeError) as error:
            raise _nowhere(path, bare) from error
    if current is None:
        raise _nowhere(path, bare)
    return current


def _member(current: Any, key: str) -> Any:
    for name, value in current.items() if isinstance(current, dict) else ():
        if name.lower() == key.lower():
            return value
    raise LookupError(key)


def _nowhere(path: str, name: str) -> ApiError:
    return ApiError(
        "PROCESSING_HALTED", f"Invalid reference specified. No value for {path} found in {name}"
    )
