"""The ICCID of a service in WHMCS: a line of its notes, and the custom field for it.

Source: WHMCS API reference, GetClientsProducts and UpdateClientProduct. Custom fields belong to a
product, so their ids differ; the field goes by its name, and a product without it has the note
only.
"""

from __future__ import annotations

from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_int, as_list, as_text
from portal.adapters.whmcs.encoding import serialize

FIELD_NAME = "eSIM ICCID"
PREFIX = "eSIM ICCID: "
LONGEST_NOTES = 60_000  # characters that WHMCS' column holds whatever they are


class WhmcsServiceNotes:
    """`ServiceNotes` over UpdateClientProduct."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def write_iccid(self, service_id: int, *, client_id: int, iccid: str, before: str) -> bool:
        """Replace our line of the notes, and leave what staff wrote."""
        record = self._find(service_id, client_id)
        if record is None:
            return False
        field = _field_id(record)
        self._client.call(
            "UpdateClientProduct",
            {
                "serviceid": service_id,
                "notes": with_iccid(as_text(record.get("notes")), iccid, before),
                "customfields": serialize({field: iccid}) if field is not None else None,
            },
            writes=True,
        )
        return True

    def _find(self, service_id: int, client_id: int) -> dict[str, Any] | None:
        answer = self._client.call(
            "GetClientsProducts", {"clientid": client_id, "serviceid": service_id}
        )
        for record in as_list(answer.get("products"), "product"):
            ids = as_int(record.get("id")), as_int(record.get("clientid"))
            if ids == (service_id, client_id):
                return record
        return None


def with_iccid(notes: str, iccid: str, before: str) -> str:
    """The notes with the present ICCID as their last line; the same for the same ICCID."""
    kept = [line for line in notes.splitlines() if not line.startswith(PREFIX)]
    replaced = f" (replaced {before})" if before and before != iccid else ""
    text = "\n".join([*kept, f"{PREFIX}{iccid}{replaced}"])
    return text if len(text) <= LONGEST_NOTES else notes


def _field_id(record: dict[str, Any]) -> int | None:
    for field in as_list(record.get("customfields"), "customfield"):
        names = (as_text(field.get("name")), as_text(field.get("translated_name")))
        if any(name.casefold() == FIELD_NAME.casefold() for name in names):
            return as_int(field.get("id"))
    return None
