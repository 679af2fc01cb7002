"""Reading base64(serialize(array)) parameters under the emulator's switches."""

from __future__ import annotations

from local.emulators.whmcs.context import Context
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.php_serialize import PhpData, PhpMap, PhpSerializeError, decode_map


def decode(context: Context, value: str | None, *, where: str) -> PhpMap:
    """The array in a parameter; {} when absent.

    PHP itself would silently ignore a malformed value. That hides a client's mistakes, so the
    emulator refuses it unless the switch `bad_encoding` is `drop`. The text is the emulator's.
    """
    if value is None:
        return {}
    try:
        return decode_map(value)
    except PhpSerializeError as error:
        if context.switches.bad_encoding == "drop":
            return {}
        msg = f"{where} is not base64 of a PHP-serialised array: {error}"
        raise ApiError(msg) from error


def custom_fields(context: Context, value: str | None, *, where: str) -> dict[int, str]:
    """Values by custom field id; keys that are no ids are left out, as WHMCS ignores them."""
    decoded = decode(context, value, where=where)
    return {key: as_text(v) for key, v in decoded.items() if isinstance(key, int)}


def as_text(value: PhpData) -> str:
    """A scalar as PHP would print it; arrays print as `Array`."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return "Array" if isinstance(value, dict) else str(value)
