"""The version of a billing address."""

from __future__ import annotations

import dataclasses

from portal.domain.billing import BillingAddress


def test_an_address_version_tells_every_field_apart() -> None:
    address = BillingAddress("1-1", "", "Tokyo", "Tokyo", "100-0001", "JP")
    changed = [
        dataclasses.replace(address, **{field.name: "other"})
        for field in dataclasses.fields(address)
    ]
    shifted = dataclasses.replace(address, street="1-", street2="1")
    versions = {a.version for a in (address, shifted, *changed)}
    assert len(versions) == 2 + len(changed)
    assert dataclasses.replace(address).version == address.version
