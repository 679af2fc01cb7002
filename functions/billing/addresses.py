"""Changes a billing address in WHMCS, which others may change at the same time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, fields, replace

from aws_lambda_powertools.event_handler import Response
from portal.domain.billing import BillingAddress
from portal.domain.postal import AddressError, required_parts, tidy_postcode
from portal.domain.problems import CONFLICT, INVALID_REQUEST, FieldError, InvalidValue, Problem
from portal.ports.billing import AddressRefused, BillingAddresses

from functions.billing.models import AddressView


def change(
    addresses: BillingAddresses,
    client_id: int,
    changes: dict[str, str],
    *,
    if_match: str | None,
) -> BillingAddress:
    """Apply a partial change, and return the address after it.

    It makes one read and one write, and one more read when the change empties a field. For some
    fields WHMCS accepts an empty text and keeps the old value; the whole change is then undone.
    Raises Problem `conflict` when `if_match` does not name the current version. Raises Problem
    `invalid-request` when the result is no valid address or a field cannot be emptied. Raises
    UpstreamErrors.
    """
    current = addresses.of_client(client_id)
    if not _matches(if_match, _etag(current)):
        raise Problem(CONFLICT, "The address was changed meanwhile: read it and try again.")
    wanted = _checked(replace(current, **changes))
    different = _differences(current, wanted)
    if not different:
        return current
    try:
        addresses.change(client_id, different)
    except AddressRefused as refused:
        raise _refusal(refused.field) from refused
    if all(different.values()):
        return wanted
    found = addresses.of_client(client_id)
    kept = [name for name, text in different.items() if not text and getattr(found, name)]
    if kept:
        _take_back(addresses, client_id, found, current)
        raise _not_emptied(kept)
    return found


def _take_back(
    addresses: BillingAddresses, client_id: int, found: BillingAddress, before: BillingAddress
) -> None:
    """Restore the former values, so that a refused change has no effect."""
    undone = _differences(found, before)
    if undone:
        addresses.change(client_id, undone)


def _not_emptied(kept: Sequence[str]) -> Problem:
    return Problem(
        INVALID_REQUEST,
        "Billing requires a value here, so it cannot be removed; nothing was changed.",
        errors=tuple(
            FieldError(
                "Billing requires this: write another value instead of none.",
                pointer=f"/{name}",
                code=AddressError.NOT_EMPTIED,
            )
            for name in kept
        ),
    )


def answer(address: BillingAddress) -> Response[str]:
    """Return a 200 with the address and its version as ETag."""
    return Response(
        status_code=200,
        content_type="application/json",
        body=AddressView(**asdict(address)).model_dump_json(by_alias=True),
        headers={"ETag": _etag(address)},
    )


def _checked(address: BillingAddress) -> BillingAddress:
    """Return the address with its postcode in the normal form.

    Raises Problem `invalid-request` when the country requires another postcode or more parts.
    """
    errors: list[FieldError] = []
    try:
        address = replace(address, postcode=tidy_postcode(address.country, address.postcode))
    except InvalidValue as error:
        errors.append(FieldError(str(error), pointer="/postcode", code=error.code))
    for part, missing in required_parts(
        address.country, state=address.state, postcode=address.postcode
    ):
        errors.append(FieldError(str(missing), pointer=f"/{part}", code=missing.code))
    if errors:
        raise Problem(
            INVALID_REQUEST, "An address in this country needs more.", errors=tuple(errors)
        )
    return address


def _refusal(field: str | None) -> Problem:
    errors: tuple[FieldError, ...] = ()
    if field is not None:
        errors = (
            FieldError("Billing refused this.", pointer=f"/{field}", code=AddressError.REFUSED),
        )
    return Problem(
        INVALID_REQUEST, "Billing does not accept this address; check every field.", errors=errors
    )


def _differences(current: BillingAddress, wanted: BillingAddress) -> dict[str, str]:
    return {
        f.name: getattr(wanted, f.name)
        for f in fields(wanted)
        if getattr(wanted, f.name) != getattr(current, f.name)
    }


def _matches(if_match: str | None, etag: str) -> bool:
    """Whether If-Match (RFC 9110) names the ETag. Weak entity tags never match."""
    if if_match is None or if_match.strip() == "*":
        return True
    return etag in re.findall(r'(?:^|,)\s*("[^"]*")', if_match)


def _etag(address: BillingAddress) -> str:
    return f'"{address.version}"'
