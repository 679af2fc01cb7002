"""Importing an endpoint defines things and does nothing else: a cold start pays for no more."""

from __future__ import annotations

import pytest

from infra.endpoints import AREAS, ENDPOINTS
from tests.unit.cold_start_probe import WHOLE_ENVIRONMENT, Seen, in_fresh_process

# Loaded when first used, if at all. Without boto3 and botocore.session there is no AWS client.
LATER = frozenset(
    {
        "boto3",
        "botocore.session",
        "cryptography",
        "email_validator",
        "jinja2",
        "jwt",
        "lxml",
        "phonenumbers",
        "pycountry",
        "requests",
        "segno",
        "sendgrid",
        "simple_salesforce",
        "stdnum",
        "zeep",
    }
)
ALLOWED = {
    "functions.email.send": {
        "jinja2",  # every job renders a template
    },
}
# Powertools reads its own names when it is imported; they never change within a deployment.
CONFIGURATION = frozenset(
    name
    for endpoint in ENDPOINTS
    for name in endpoint.environment
    if not name.startswith("POWERTOOLS_")
) | {WHOLE_ENVIRONMENT}


def offences(seen: Seen) -> dict[str, list[str]]:
    """What it did and should not have, by kind."""
    later = LATER - ALLOWED.get(seen.module, set())
    found = {
        "loads": [name for name in seen.loaded if name in later],
        "reads": [name for name in seen.environment if name in CONFIGURATION],
        "opens": seen.sockets,
        "freezes": seen.frozen,
    }
    return {kind: what for kind, what in found.items() if what}


@pytest.mark.parametrize("area", AREAS)
def test_importing_an_endpoint_only_defines_things(area: str) -> None:
    modules = [endpoint.module for endpoint in ENDPOINTS if endpoint.area == area]
    found = in_fresh_process(modules)
    assert [seen.module for seen in found] == modules
    assert {seen.module: offences(seen) for seen in found if offences(seen)} == {}


def test_the_probe_sees_what_it_looks_for() -> None:
    (seen,) = in_fresh_process(["tests.unit.cold_start_offender"])
    found = offences(seen)
    assert "requests" in found["loads"]
    assert {"STAGE", WHOLE_ENVIRONMENT} <= set(found["reads"])
    assert "socket.__new__" in found["opens"]
    assert found["freezes"] == ["time.time in tests.unit.cold_start_offender"]
