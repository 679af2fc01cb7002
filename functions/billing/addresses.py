"""Changing an address that WHMCS owns and others may change at the same time."""

from __future__ import annotations

from dataclasses import asdict, replace

from aws_lambda_powertools.event_handler import Response
from portal.domain.billing import BillingAddress
from portal.domain.problems import CONFLICT, INVALID_REQUEST, FieldError, Problem
from portal.domain.upstream import Refused
from portal.ports.billing import BillingAddresses

from functions.billing.models import AddressView

# ISO 3166 codes of countries without postcodes are many; these are where WHMCS insists on one.
NEEDS_STATE = frozenset({"AU", "BR", "CA", "ES", "FR", "GB", "IN", "JP", "US"})
NEEDS_POSTCODE = frozenset({"AU", "BR", "CA", "DE", "ES", "FR", "GB", "IN", "IT", "JP", "US"})


def change(
    addresses: BillingAddresses,
    client_id: int,
    changes: dict[str, str],
    *,
    expected: str | None,
) -> BillingAddress:
    """Apply a partial change; `expected` is an If-Match header.

    Raises Problem `conflict` when the address is not the one that was read, `invalid-request`
    when the result would be no address.
    """
    current = addresses.of_client(client_id)
    if expected not in (None, "*", _etag(current)):
        raise Problem(CONFLICT, "The address was changed meanwhile: read it and try again.")
    wanted = replace(current, **changes)
    if wanted == current:
        return current
    _check(wanted)
    try:
        addresses.change(client_id, {n: v for n, v in changes.items() if getattr(current, n) != v})
    except Refused as refused:
        raise Problem(
            INVALID_REQUEST, "Billing does not accept this address; check every field."
        ) from refused
    return wanted


def _check(address: BillingAddress) -> None:
    missing = []
    if address.country in NEEDS_STATE and not address.state:
        missing.append("state")
    if address.country in NEEDS_POSTCODE and not address.postcode:
        missing.append("postcode")
    if missing:
        raise Problem(
            INVALID_REQUEST,
            "An address in this country needs more.",
            errors=tuple(
                FieldError(f"is needed in {address.country}", pointer=f"/{name}", code="missing")
                for name in missing
            ),
        )


def answer(address: BillingAddress) -> Response[str]:
    """The address with its version as ETag."""
    return Response(
        status_code=200,
        content_type="application/json",
        body=AddressView(**asdict(address)).model_dump_json(by_alias=True),
        headers={"ETag": _etag(address)},
    )


def _etag(address: BillingAddress) -> str:
    return f'"{address.version}"'
