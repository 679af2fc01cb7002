"""The calls of Salesforce's REST API that the operator's screen makes.

The client logs in with the client-credentials flow of the local connected app. When a session has
expired (401 `INVALID_SESSION_ID`), it logs in once more.
"""

from __future__ import annotations

import re
from typing import Any

import httpx

API_VERSION = "63.0"
MAX_ORDERS = 100
ORDER_ID = re.compile(r"801[A-Za-z0-9]{15}")

ORDER_FIELDS = (
    "Id, OrderNumber, Status, EffectiveDate, TotalAmount, CreatedDate, "
    "Account.Name, Account.Customer_Number__c, "
    "Order_Type__c, Provisioning_Status__c, Provisioning_Error_Code__c, "
    "Provisioning_Error_Message__c, WHMCS_Order_ID__c, ESIM_ICCID__c, Attempt_Count__c, "
    "Last_Provisioning_At__c, Activation_Type__c, Activation_Scheduled_At__c, Portal_Order_Key__c"
)
LINE_FIELDS = (
    "Id, Quantity, UnitPrice, Billing_Cycle__c, ConfigOptions_JSON__c, WHMCS_Service_ID__c, "
    "Product2.Name, Product2.ProductCode"
)
ADDRESS_FIELDS = "BillingStreet, BillingCity, BillingState, BillingPostalCode, BillingCountry"


class SalesforceError(Exception):
    """Salesforce refused or did not answer; the message is for the operator."""


class OrderNotFoundError(SalesforceError):
    """There is no Order with that id."""


class SalesforceApi:
    """A REST client that logs in at the first call."""

    def __init__(
        self, url: str, consumer_key: str, consumer_secret: str, client: httpx.AsyncClient
    ) -> None:
        self._url = url.rstrip("/")
        self._credentials = (consumer_key, consumer_secret)
        self._client = client
        self._token: str | None = None

    async def orders(self) -> list[dict[str, Any]]:
        """Return the newest Orders, at most MAX_ORDERS. Raises SalesforceError."""
        return await self._query(
            f"SELECT {ORDER_FIELDS} FROM Order "  # noqa: S608  # SOQL of constants
            f"ORDER BY CreatedDate DESC, OrderNumber DESC LIMIT {MAX_ORDERS}"
        )

    async def order(self, order_id: str) -> dict[str, Any]:
        """Return one Order with its `lines`. Raises OrderNotFoundError and SalesforceError."""
        _check_order_id(order_id)
        found = await self._query(
            f"SELECT {ORDER_FIELDS}, {ADDRESS_FIELDS} FROM Order WHERE Id = '{order_id}'"  # noqa: S608  # SOQL, and the id has been checked
        )
        if not found:
            raise OrderNotFoundError(f"There is no Order {order_id}.")
        lines = await self._query(
            f"SELECT {LINE_FIELDS} FROM OrderItem WHERE OrderId = '{order_id}' ORDER BY Id"  # noqa: S608  # SOQL, and the id has been checked
        )
        return {**found[0], "lines": lines}

    async def cases(self) -> list[dict[str, Any]]:
        """Return the 20 newest Cases. Raises SalesforceError."""
        return await self._query(
            "SELECT Id, CaseNumber, Subject, Status, CreatedDate, Account.Name FROM Case "
            "ORDER BY CreatedDate DESC, CaseNumber DESC LIMIT 20"
        )

    async def update_order(self, order_id: str, fields: dict[str, Any]) -> None:
        """Change fields of an Order. Raises OrderNotFoundError and SalesforceError."""
        _check_order_id(order_id)
        path = f"/services/data/v{API_VERSION}/sobjects/Order/{order_id}"
        await self._call("PATCH", path, json=fields)

    async def _query(self, soql: str) -> list[dict[str, Any]]:
        answer = await self._call("GET", f"/services/data/v{API_VERSION}/query", params={"q": soql})
        records: list[dict[str, Any]] = answer.json()["records"]
        return records

    async def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            answer = await self._send(method, path, **arguments)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._token = None
                answer = await self._send(method, path, **arguments)
        except httpx.TransportError as error:
            raise SalesforceError(
                f"Salesforce at {self._url} does not answer ({type(error).__name__})."
            ) from error
        if answer.is_error:
            raise SalesforceError(_explain(answer))
        return answer

    async def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        if self._token is None:
            self._token = await self._log_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        return await self._client.request(method, self._url + path, headers=headers, **arguments)

    async def _log_in(self) -> str:
        answer = await self._client.post(
            f"{self._url}/services/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=self._credentials,
        )
        if answer.is_error:
            raise SalesforceError(f"Salesforce refused the screen's login: {answer.text[:300]}")
        token: str = answer.json()["access_token"]
        return token


def _check_order_id(order_id: str) -> None:
    if not ORDER_ID.fullmatch(order_id):
        raise OrderNotFoundError("An Order id has 18 characters and begins with 801.")


def _explain(answer: httpx.Response) -> str:
    """Return Salesforce's messages; its error bodies are lists of `errorCode` and `message`."""
    try:
        problems = answer.json()
        return "; ".join(f"{p['message']} ({p['errorCode']})" for p in problems)
    except (ValueError, TypeError, KeyError):
        return f"Salesforce answered {answer.status_code}: {answer.text[:300]}"
