"""`ops catalog`."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from portal.config import ConfigurationError
from portal.domain.catalog import Rejection
from portal.domain.upstream import Unauthorized, Unavailable

from tests.fakes.catalog import FakeCatalogSource, product
from tests.unit.ops.root import MemoryRoot


def test_a_sound_catalogue_passes() -> None:
    result = MemoryRoot(source=FakeCatalogSource(product())).run("catalog", "check")
    assert (result.exit_code, result.stdout) == (0, "1 can be sold, 0 rejected.\n")


def test_every_rejected_product_is_named_with_its_reason() -> None:
    source = FakeCatalogSource(product())
    source.rejections = (
        Rejection(sku="VPN-1", sf_product_id="01t000000000009AAA", reason="no [price]"),
        Rejection(sku="", sf_product_id="01t000000000008AAA", reason="ProductCode is missing"),
    )
    result = MemoryRoot(source=source).run("catalog", "check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "✗ VPN-1  01t000000000009AAA  no [price]",
        "✗ (no ProductCode)  01t000000000008AAA  ProductCode is missing",
        "1 can be sold, 2 rejected.",
    ]


def test_invalidating_makes_the_copy_just_too_old() -> None:
    root = MemoryRoot()
    assert root.run("catalog", "invalidate").exit_code == 0
    assert root.store.invalidated == [int(root.clock.now) - 300]


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Unavailable("salesforce", "query", "down"), "not available; try again"),
        (Unauthorized("salesforce", "query", "no"), "renew the credentials"),
    ],
)
def test_an_upstream_that_fails_is_no_answer(failure: Unavailable, said: str) -> None:
    source = FakeCatalogSource()
    source.failure = failure
    result = MemoryRoot(source=source).run("catalog", "check")
    assert (result.exit_code, result.stdout) == (3, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStacks"),
            "AWS denies DescribeStacks: use a role",
        ),
        (
            ClientError({"Error": {"Code": "ExpiredTokenException"}}, "GetItem"),
            "(ExpiredTokenException): log in again",
        ),
        (
            ClientError({"Error": {"Code": "InternalError"}}, "GetItem"),
            "AWS refused GetItem (InternalError)",
        ),
        (NoCredentialsError(), "set AWS_PROFILE"),
        (ConfigurationError("secret portal/dev/whmcs cannot be read"), "secret portal/dev/whmcs"),
    ],
)
def test_a_stage_that_cannot_be_reached_is_one_sentence(error: Exception, said: str) -> None:
    result = MemoryRoot(error=error).run("catalog", "check")
    assert (result.exit_code, result.stdout) == (3, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
