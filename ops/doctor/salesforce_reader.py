"""Reads an org as the portal's own user sees it.

Sources: REST API Developer Guide ("Versions", "sObject Describe", "Limits"), Object Reference
(OrderStatus, UserPermissionAccess), User Interface API Developer Guide ("Get Duplicate
Management Configuration").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.adapters.http import Call, Transport
from portal.adapters.salesforce.catalog import SalesforceCatalogSource
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.library import format_soql
from portal.adapters.salesforce.login import Login
from portal.domain.catalog import Product, Rejection
from portal.domain.upstream import Refused, Unauthorized, Unavailable

from ops.doctor.remembering import Remembering

UPSTREAM = "salesforce"
GONE = frozenset({"NOT_FOUND", "INVALID_TYPE"})
PERMISSIONS = ("PermissionsEditActivatedOrders", "PermissionsModifyAllData")


@dataclass(frozen=True)
class EsimProduct:
    """A product that activates an eSIM, with the text of its settings."""

    sku: str
    settings: str


class SalesforceReader(Remembering):
    """Reads each value once. All methods raise UpstreamErrors."""

    def __init__(
        self,
        *,
        url: str,
        client: SalesforceClient,
        login: Login,
        transport: Transport,
        pricebook: str,
        currency: str,
    ) -> None:
        super().__init__()
        self._url = url.rstrip("/")
        self.client = client
        self._login = login
        self._transport = transport
        self._pricebook = pricebook
        self._currency = currency

    def versions(self) -> Sequence[str]:
        """Return the API versions at the address, such as `63.0`. Raises Unavailable."""
        return self.once("versions", self._versions)

    def log_in(self) -> None:
        """Fetch a session. Raises the errors of `Login.token`."""
        self.once("login", self._login.token)

    def limits(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the org's limits by name, each with `Max` and `Remaining`."""
        return self.once("limits", lambda: self._get("limits", "limits"))

    def describe(self, sobject: str) -> Mapping[str, Any] | None:
        """Return the description of an object; None when the user cannot see it."""
        return self.once(f"describe {sobject}", lambda: self._describe(sobject))

    def fields(self, sobject: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the visible fields of an object by name in lower case."""
        described = self.describe(sobject) or {"fields": ()}
        return {str(field["name"]).lower(): field for field in described["fields"]}

    def order_statuses(self) -> Mapping[str, str]:
        """Return the category of each order status by API name."""
        soql = "SELECT ApiName, StatusCode FROM OrderStatus"
        rows = self.once("statuses", lambda: self.client.query(soql))
        return {str(row["ApiName"]): str(row["StatusCode"]) for row in rows}

    def permissions(self) -> Mapping[str, bool]:
        """Return the user's permissions in the org."""
        soql = f"SELECT {', '.join(PERMISSIONS)} FROM UserPermissionAccess"  # noqa: S608  # our names
        rows = self.once("permissions", lambda: self.client.query(soql))
        row = rows[0] if rows else {}
        return {name: bool(row.get(name)) for name in PERMISSIONS}

    def duplicate_rules(self, sobject: str) -> Sequence[str]:
        """Return the active duplicate rules of an object."""
        path = f"ui-api/duplicates/{sobject}"
        answer = self.once(path, lambda: self._get(path, "duplicate rules"))
        rules = answer.get("duplicateRules") or ()
        return [str(rule.get("apiName") or rule.get("label") or rule) for rule in rules]

    def pricebooks(self) -> Mapping[str, bool]:
        """Return whether each price book is active, by name."""
        soql = "SELECT Name, IsActive FROM Pricebook2"
        rows = self.once("pricebooks", lambda: self.client.query(soql))
        return {str(row["Name"]): bool(row["IsActive"]) for row in rows}

    def catalogue(self) -> tuple[Sequence[Product], Sequence[Rejection]]:
        """Return the products of the portal's catalogue, and those that it leaves out."""
        source = SalesforceCatalogSource(
            self.client, pricebook=self._pricebook, currency=self._currency
        )
        return self.once("catalogue", source.read)

    def visible_skus(self) -> frozenset[str]:
        """Return the SKUs of active, shown products, with or without a price."""
        soql = "SELECT ProductCode FROM Product2 WHERE IsActive = TRUE AND Portal_Visible__c = TRUE"
        rows = self.once("visible", lambda: self.client.query(soql))
        return frozenset(str(row["ProductCode"]) for row in rows if row["ProductCode"])

    def an_account(self) -> str | None:
        """Return the id of any Account; None when there is none."""
        rows = self.once("any account", lambda: self.client.query("SELECT Id FROM Account LIMIT 1"))
        return str(rows[0]["Id"]) if rows else None

    def esim_products(self) -> Sequence[EsimProduct]:
        """Return the sold products that activate an eSIM."""
        rows = self.once("esim", self._esim_rows)
        sold = {product.sku for product in self.catalogue()[0]}
        return [
            EsimProduct(str(row["ProductCode"]), str(row["eSIM_Settings_JSON__c"]))
            for row in rows
            if row["eSIM_Settings_JSON__c"] and row["ProductCode"] in sold
        ]

    def account_number(self, account_id: str, field: str) -> str | None:
        """Return the customer number of an Account; None when there is no such Account."""
        soql = format_soql("SELECT {:literal} FROM Account WHERE Id = {}", field, account_id)
        rows = self.once(f"account {account_id}", lambda: self.client.query(soql))
        return str(rows[0][field] or "") if rows else None

    def _esim_rows(self) -> list[dict[str, Any]]:
        # A long text area cannot be used in WHERE (SOQL reference, "Long text areas").
        return self.client.query(
            "SELECT ProductCode, eSIM_Settings_JSON__c FROM Product2"
            " WHERE IsActive = TRUE AND Portal_Visible__c = TRUE"
        )

    def _versions(self) -> list[str]:
        call = Call("GET", f"{self._url}/services/data/", "versions", writes=False)
        response = self._transport.send(call)
        try:
            found = response.json()
            return [str(version["version"]) for version in found]
        except (ValueError, KeyError, TypeError):
            what = f"HTTP {response.status_code}, which is no list of API versions"
            raise Unavailable(UPSTREAM, "versions", what) from None

    def _describe(self, sobject: str) -> Mapping[str, Any] | None:
        try:
            answer: Mapping[str, Any] = self._get(f"sobjects/{sobject}/describe", "describe")
        except Unauthorized:
            raise
        except Refused as refused:
            if refused.code in GONE:
                return None
            raise
        return answer

    def _get(self, path: str, operation: str) -> Any:
        return self.client.request("GET", path, operation=operation)
