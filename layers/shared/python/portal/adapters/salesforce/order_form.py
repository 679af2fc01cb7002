"""Reads from a describe of Order which fields and values an org accepts.

Source: REST API Developer Guide, "sObject Describe"; Salesforce Help, "State and Country/Territory
Picklists". Fields that the integration user may not write are absent or not createable.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from portal.domain.order_form import STANDARD_LENGTHS, OrderForm, State

COUNTRY, STATE = "BillingCountryCode", "BillingStateCode"


def order_form(describe: dict[str, Any]) -> OrderForm:
    """Return the order form of an org.

    Raises KeyError, TypeError or ValueError for an answer that is no describe.
    """
    fields = {field["name"]: field for field in describe["fields"] if field["createable"]}
    countries = [value["value"] for value in _values(fields.get(COUNTRY))]
    return OrderForm(
        multi_currency="CurrencyIsoCode" in fields,
        lengths={name: int(fields[name]["length"]) for name in STANDARD_LENGTHS if name in fields},
        countries=frozenset(_active(fields[COUNTRY])) if COUNTRY in fields else None,
        states=_states(fields.get(STATE), countries),
    )


def _active(field: dict[str, Any]) -> list[str]:
    return [str(value["value"]) for value in _values(field) if value.get("active", True)]


def _values(field: dict[str, Any] | None) -> list[dict[str, Any]]:
    return list(field.get("picklistValues") or ()) if field else []


def _states(field: dict[str, Any] | None, countries: list[str]) -> dict[str, tuple[State, ...]]:
    found: dict[str, list[State]] = {}
    for value in _values(field):
        if not value.get("active", True):
            continue
        state = State(code=str(value["value"]), label=str(value.get("label") or value["value"]))
        for index in _bits(value.get("validFor")):
            if index < len(countries):
                found.setdefault(countries[index], []).append(state)
    return {country: tuple(states) for country, states in found.items()}


def _bits(text: str | None) -> list[int]:
    """Return the positions of the bits that are set in `validFor`, counted from the left.

    Each position is the index of a value of the controlling picklist.
    """
    try:
        data = base64.b64decode(text or "")
    except binascii.Error as error:
        msg = "validFor is not base64"
        raise ValueError(msg) from error
    return [8 * n + bit for n, byte in enumerate(data) for bit in range(8) if byte & (0x80 >> bit)]
