"""Reads a request's parameters by type."""

from __future__ import annotations

import re
from decimal import Decimal

from local.emulators.whmcs import money
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.php_forms import PhpArray, PhpValue

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
UNKNOWN_ID = -1


class Parameters:
    """One request's fields. An empty text is the same as an absent field, as in WHMCS."""

    def __init__(self, fields: PhpArray) -> None:
        self._fields = fields

    def without(self, name: str) -> Parameters:
        """The same request without a field."""
        return Parameters({key: value for key, value in self._fields.items() if key != name})

    def text(self, name: str) -> str | None:
        """The value, None when absent, empty or an array."""
        value = self._fields.get(name)
        return value if isinstance(value, str) and value != "" else None

    def sent(self, name: str) -> bool:
        """Whether the field is there at all, be it empty: `notes=` clears notes."""
        return name in self._fields

    def raw(self, name: str) -> str:
        """The value, empty when absent."""
        return self.text(name) or ""

    def number(self, name: str) -> int | None:
        """Return an id or count. A text that is no number becomes an id that no record has."""
        value = self.text(name)
        if value is None:
            return None
        stripped = value.strip()
        return int(stripped) if stripped.isascii() and stripped.isdigit() else UNKNOWN_ID

    def numbers(self, name: str) -> list[int] | None:
        """Ids from `1,2,3`."""
        value = self.text(name)
        if value is None:
            return None
        return [int(part) for part in value.split(",") if part.strip().isdigit()]

    def flag(self, name: str) -> bool:
        """Whether the text is true in PHP, which is every text but the empty one and `0`."""
        return self.raw(name) not in {"", "0"}

    def amount(self, name: str) -> Decimal | None:
        """A decimal amount, None when absent or not a number."""
        value = self.text(name)
        return None if value is None else money.parse(value.strip())

    def date(self, name: str) -> str | None:
        """`YYYY-MM-DD` or None; anything else is None too."""
        value = self.text(name)
        return value if value is not None and _DATE.fullmatch(value) else None

    def array(self, name: str) -> PhpArray | None:
        """An array parameter, None when absent. AddOrder's documented refusal for scalars."""
        value: PhpValue | None = self._fields.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise ApiError(f"Expecting parameter '{name}' to be an array")
        return value

    def element(self, name: str, key: int | str) -> str | None:
        """One scalar of an array parameter; None when absent or empty."""
        value = (self.array(name) or {}).get(key)
        return value if isinstance(value, str) and value != "" else None
