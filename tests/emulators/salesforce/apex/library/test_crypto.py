"""Blob, Crypto, EncodingUtil and UUID, with the published vectors of docs/signature.md."""

from __future__ import annotations

import uuid

import pytest

from local.emulators.salesforce.apex.errors import Unsupported
from tests.emulators.salesforce.apex.running import Apex

TEXT = (
    "v1|POST|/orders/801000000000001AAA/provision|1790000000|801000000000001AAA-1|"
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)
MAC = "765f7bbd1b2865d7188a41be28b4c3e82b154701d84fa7e9ce80a54186b22bc2"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (
            (
                f"EncodingUtil.convertToHex(Crypto.generateMac('hmacSHA256', "
                f"Blob.valueOf('{TEXT}'), Blob.valueOf('portal-test-key')))"
            ),
            MAC,
        ),
        (
            "EncodingUtil.convertToHex(Crypto.generateDigest('SHA-256', Blob.valueOf('')))",
            TEXT.rpartition("|")[2],
        ),
        ("EncodingUtil.base64Encode(Blob.valueOf('ü'))", "w7w="),
        ("EncodingUtil.base64Decode('w7w=').toString()", "ü"),
        ("EncodingUtil.urlEncode('a b/ü', 'UTF-8')", "a+b%2F%C3%BC"),
        ("Blob.valueOf('ü').size()", 2),
    ],
)
def test_values(apex: Apex, expression: str, expected: object) -> None:
    assert apex.value(expression) == expected


def test_uuids_are_random(apex: Apex) -> None:
    first, second = (apex.value("UUID.randomUUID().toString()") for _ in range(2))
    assert uuid.UUID(first).version == uuid.UUID(second).version == 4
    assert first != second


@pytest.mark.parametrize(
    "expression",
    [
        "Crypto.generateDigest('MD5', Blob.valueOf('x'))",
        "Crypto.generateMac('hmacSHA1', Blob.valueOf('x'), Blob.valueOf('y'))",
        "EncodingUtil.base64Decode('!')",
        "EncodingUtil.urlEncode('x', 'ISO-8859-1')",
        "Crypto.encryptWithManagedIV('AES256', Blob.valueOf('x'), Blob.valueOf('y'))",
    ],
)
def test_what_is_not_modelled(apex: Apex, expression: str) -> None:
    with pytest.raises(Unsupported):
        apex.value(expression)
