"""Calls of the project's Apex, which the emulated org runs, in the name of an operator."""

from __future__ import annotations

import re
from typing import Any

import httpx

from local.front.salesforce_api import SalesforceError
from local.operators import Operator

# A press makes two callouts of 25 seconds at most.
APEX_TIMEOUT_SECONDS = 60.0
CONTROLLER = "PortalProvisioningController"
_METHOD = re.compile(r"\w+/\w+")


class Apex:
    """`@AuraEnabled` methods, as a Lightning component calls them.

    `salesforce_url` is None where no emulator runs: nothing else could run the Apex.
    """

    def __init__(self, salesforce_url: str | None, client: httpx.AsyncClient) -> None:
        self._url = salesforce_url
        self._client = client

    async def call(
        self, method: str, arguments: dict[str, Any], operator: Operator
    ) -> httpx.Response:
        """Return the org's answer to `<class>/<method>`, whatever it says.

        Its body has `returnValue`, or else what a component finds in `error.body`. Raises
        SalesforceError when there is no answer or the method's name is none.
        """
        if self._url is None:
            raise SalesforceError("This stack runs without the Salesforce emulator.")
        if not _METHOD.fullmatch(method):
            raise SalesforceError(f"{method} is no method of an Apex class.")
        try:
            return await self._client.post(
                f"{self._url}/_admin/apex/aura/{method}",
                json={"user": operator.username, "arguments": arguments},
                timeout=APEX_TIMEOUT_SECONDS,
            )
        except httpx.TransportError as error:
            raise SalesforceError(
                f"Salesforce does not answer ({type(error).__name__})."
            ) from error

    async def press(self, order_id: str, operator: Operator) -> dict[str, Any]:
        """Return what came of pressing "Provision in WHMCS" (a `PortalOutcome`).

        Raises SalesforceError when the press did not reach Apex or ended in an exception.
        """
        answer = await self.call(f"{CONTROLLER}/provision", {"orderId": order_id}, operator)
        if answer.is_error:
            raise SalesforceError(f"Apex ended with: {answer.json()['message']}")
        outcome: dict[str, Any] = answer.json()["returnValue"]
        return outcome
