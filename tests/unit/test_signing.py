"""The tests' own signature, against one that openssl made."""

from __future__ import annotations

from tests.signing import provision_headers


def test_signature_is_the_one_openssl_makes() -> None:
    """The hex digits come from `openssl dgst -sha256 -hmac secret` over the canonical string."""
    headers = provision_headers(
        order_id="8015j0000000001AAA",
        idempotency_key="8015j0000000001AAA-1",
        timestamp=1795338000,
        body=b"{}",
        key_id="local-1",
        key="secret",
    )
    assert headers == {
        "X-Portal-Timestamp": "1795338000",
        "X-Portal-Key-Id": "local-1",
        "Idempotency-Key": "8015j0000000001AAA-1",
        "X-Portal-Signature": "v1=8642c6823ed597b43b4896c0ca6ca5fcb5218730a7fdadc9f5a1ae4937ec0236",
    }
