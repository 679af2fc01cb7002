"""Reads the catalogue and the eligibility of Accounts from Salesforce, by one query each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.library import format_soql
from portal.adapters.salesforce.order_form import order_form
from portal.catalog.parsing import parse_all
from portal.domain.catalog import AccountEligibility, Product, Rejection
from portal.domain.order_form import OrderForm
from portal.observability import count, logger
from portal.ports.catalog import AccountUnknown

PRODUCT_FIELDS = (
    "Id",
    "Name",
    "ProductCode",
    "Portal_Category__c",
    "Portal_Description__c",
    "Portal_Feature_Bullets__c",
    "Portal_Hero_Image_URL__c",
    "Portal_Tags__c",
    "Portal_Sort_Order__c",
    "Portal_Valid_From__c",
    "Portal_Valid_Until__c",
    "Portal_Eligibility_Dwelling__c",
    "Portal_Eligibility_Tier__c",
    "Portal_Eligibility_Region__c",
    "Portal_Billing_Cycle__c",
    "Portal_Max_Quantity__c",
    "Portal_Requires_Payment_Method__c",
    "Portal_ConfigOptions_JSON__c",
    "WHMCS_Product_Id__c",
    "eSIM_Settings_JSON__c",
)
# PricebookEntry gives product and price in one query. FIELDS(STANDARD) includes CurrencyIsoCode
# where the org has it. Naming the field in other orgs is an error (SOQL reference, FIELDS).
CATALOG_QUERY = (
    "SELECT FIELDS(STANDARD), {:literal}"
    " FROM PricebookEntry WHERE Pricebook2.Name = {} AND IsActive = TRUE"
    " AND Product2.IsActive = TRUE AND Product2.Portal_Visible__c = TRUE"
    " ORDER BY Product2.Portal_Sort_Order__c ASC NULLS LAST, Product2.ProductCode ASC"
)


class SalesforceCatalogSource:
    """`CatalogSource` over the visible products of the named price book."""

    def __init__(self, client: SalesforceClient, *, pricebook: str, currency: str) -> None:
        self._client = client
        self._pricebook = pricebook
        self._currency = currency

    def read(self) -> tuple[list[Product], list[Rejection]]:
        """Return the products and the rejected records. It makes one call per 2,000 products."""
        return parse_all(self._client.query(self._soql()), currency=self._currency)

    def read_with_order_form(
        self,
    ) -> tuple[list[Product], list[Rejection], OrderForm | None]:
        """Return the same and the order form, by one composite call with a describe of Order.

        When the describe fails, the form is None and an error is logged.
        """
        records, form = self._client.query_with_describe(
            self._soql(), "Order", operation="catalogue and order form"
        )
        products, rejections = parse_all(records, currency=self._currency)
        return products, rejections, _form(form)

    def _soql(self) -> str:
        fields = ", ".join(f"Product2.{name}" for name in PRODUCT_FIELDS)
        return format_soql(CATALOG_QUERY, fields, self._pricebook)


def _form(describe: Any) -> OrderForm | None:
    try:
        return order_form(describe)
    except (KeyError, TypeError, ValueError):
        count("OrderFormUnknown")
        logger().error("the description of Order cannot be read: orders use the standard fields")
        return None


@dataclass(frozen=True)
class EligibilityFields:
    """The configured API names of the Account's fields."""

    dwelling: str
    tier: str
    region: str


class SalesforceEligibilitySource:
    """`EligibilitySource` over fields of the Account."""

    def __init__(self, client: SalesforceClient, fields: EligibilityFields) -> None:
        self._client = client
        self._fields = fields

    def of_account(self, sf_account_id: str) -> AccountEligibility:
        """Return an Account's eligibility by one query. Raises AccountUnknown for an unknown id."""
        names = (self._fields.dwelling, self._fields.tier, self._fields.region)
        query = format_soql(
            "SELECT {:literal} FROM Account WHERE Id = {}", ", ".join(names), sf_account_id
        )
        records = self._client.query(query)
        if not records:
            raise AccountUnknown(sf_account_id)
        dwelling, tier, region = (records[0].get(name) or None for name in names)
        return AccountEligibility(dwelling=dwelling, tier=tier, region=region)
