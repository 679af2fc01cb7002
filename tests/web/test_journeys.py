"""A real Chromium on the running stack: a customer's journey, and the operator's screens."""

from __future__ import annotations

from local.context import StackContext
from tests.web.browser import passes


def test_journeys_and_operators_screens(stack: StackContext) -> None:
    """From sign-up to the eSIM, and the Salesforce components with faked Apex and on the stack."""
    assert stack.salesforce_url is not None
    assert stack.whmcs_url is not None
    environment = {
        "PORTAL_URL": stack.front_url,
        "SALESFORCE_URL": stack.salesforce_url,
        "WHMCS_URL": stack.whmcs_url,
    }
    assert passes("stack", environment)
