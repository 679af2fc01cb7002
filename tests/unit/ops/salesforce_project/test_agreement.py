"""What Apex and the screens know of the portal is what the portal does."""

from __future__ import annotations

import re

from portal.api.signature import canonical, sign
from portal.domain.provisioning_order import ProvisioningStatus
from portal.provisioning.job import STEP_NAMES

from functions.provision.steps.load import APPROVED, SUBMITTED
from ops.salesforce_project.paths import ERROR_CODES, PROJECT, REPOSITORY
from ops.salesforce_project.sources import Project
from ops.salesforce_project.texts import remedies

SALESFORCE = Project(PROJECT, REPOSITORY)
ORDER = SALESFORCE.classes["PortalOrder"]


def quoted(source: str, after: str, until: str) -> set[str]:
    """The string literals of a source between two texts."""
    return set(re.findall(r"'([^']*)'", source.partition(after)[2].partition(until)[0]))


def test_apex_knows_the_statuses_that_can_be_provisioned() -> None:
    assert quoted(ORDER, "APPROVED = ", "};") == APPROVED
    assert quoted(ORDER, "SUBMITTED = ", ";") == {SUBMITTED}


def test_apex_and_screen_know_the_statuses_under_way() -> None:
    under_way = {
        ProvisioningStatus.QUEUED,
        ProvisioningStatus.SCHEDULED,
        ProvisioningStatus.IN_PROGRESS,
    }
    assert quoted(ORDER, "UNDER_WAY = ", "};") == under_way
    assert quoted(SALESFORCE.modules["portalProgress"], "UNDER_WAY = ", "];") == under_way


def test_the_screen_has_a_label_for_each_status_and_step() -> None:
    module = SALESFORCE.modules["portalLabels"]
    statuses = module.partition("const STATUSES = {")[2].partition("}")[0]
    assert {line.partition(":")[0].strip().strip("'") for line in statuses.strip().split("\n")} == {
        str(status) for status in ProvisioningStatus
    }
    steps = module.partition("const STEPS = {")[2].partition("}")[0]
    assert re.findall(r"(\w+):", steps) == list(STEP_NAMES)


def test_apex_explains_each_stop_that_it_finds() -> None:
    stops = set(re.findall(r"this\.stop\('([a-z-]+)'", ORDER))
    cases = set(re.findall(r"when '([a-z-]+)'", SALESFORCE.classes["PortalProvisioning"]))
    assert stops == cases
    assert stops <= remedies(ERROR_CODES.read_text(encoding="utf-8")).keys()


def test_apex_tests_check_the_published_vectors() -> None:
    page = (REPOSITORY / "docs" / "signature.md").read_text(encoding="utf-8")
    test = SALESFORCE.classes["PortalSignatureTest"]
    vectors = re.findall(r"^ +(v1=[0-9a-f]{64})$", page, re.MULTILINE)
    assert len(vectors) == 2
    for vector in vectors:
        assert vector in test
    text = canonical(
        path="/orders/801000000000001AAA/provision",
        timestamp=1790000000,
        idempotency_key="801000000000001AAA-1",
        body=b"",
    )
    assert f"v1={sign('portal-test-key', text)}" == vectors[0]
