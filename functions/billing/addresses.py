"""Changing an address that WHMCS owns and others may change at the same time."""

from __future__ import annotations

import re
from dataclasses import asdict, fields, replace

from aws_lambda_powertools.event_handler import Response
from portal.domain.billing import BillingAddress
from portal.domain.postal import WITH_STATE, WITHOUT_POSTCODE, tidy_postcode
from portal.domain.problems import CONFLICT, INVALID_REQUEST, FieldError, Problem
from portal.ports.billing import AddressRefused, BillingAddresses

from functions.billing.errors import AddressError
from functions.billing.models import AddressView


def change(
    addresses: BillingAddresses,
    client_id: int,
    changes: dict[str, str],
    *,
    if_match: str | None,
) -> BillingAddress:
    """Apply a partial change; one read and one write. A change that empties a field is read back.

    Raises Problem `conflict` when the address is not the one that was read, `invalid-request`
    when the result would be no address.
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
    # WHMCS keeps fields that it takes for required when they are sent empty.
    return wanted if all(different.values()) else addresses.of_client(client_id)


def answer(address: BillingAddress) -> Response[str]:
    """The address with its version as ETag."""
    return Response(
        status_code=200,
        content_type="application/json",
        body=AddressView(**asdict(address)).model_dump_json(by_alias=True),
        headers={"ETag": _etag(address)},
    )


def _checked(address: BillingAddress) -> BillingAddress:
    """The address with its postcode tidied; a change of country makes all of it count."""
    errors: list[FieldError] = []
    try:
        address = replace(address, postcode=tidy_postcode(address.country, address.postcode))
    except ValueError as error:
        errors.append(
            FieldError(str(error), pointer="/postcode", code=AddressError.POSTCODE_INVALID)
        )
    if not address.postcode and address.country not in WITHOUT_POSTCODE:
        sentence = "Addresses in this country have a postcode."
        errors.append(FieldError(sentence, pointer="/postcode", code=AddressError.POSTCODE_MISSING))
    if not address.state and address.country in WITH_STATE:
        sentence = "Addresses in this country have a state, province or prefecture."
        errors.append(FieldError(sentence, pointer="/state", code=AddressError.STATE_MISSING))
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
    """RFC 9110, If-Match: a list of entity tags or `*`; weak ones never match."""
    if if_match is None or if_match.strip() == "*":
        return True
    return etag in re.findall(r'(?:^|,)\s*("[^"]*")', if_match)


def _etag(address: BillingAddress) -> str:
    return f'"{address.version}"'
