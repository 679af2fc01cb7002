"""The standard objects and fields that the emulator knows.

Source: Object Reference for the Salesforce Platform. The table is not complete: it holds what
catalogue, order, case and customer work touches, so that a field outside it fails as a misspelt
one does.
"""

from __future__ import annotations

from local.emulators.salesforce.schema import Field, SObject
from local.emulators.salesforce.standard_fields import (
    CREATE_ONLY,
    READ_ONLY,
    REQUIRED,
    address,
    area,
    date,
    email,
    flag,
    moment,
    money,
    number,
    phone,
    pick,
    ref,
    sobject,
    text,
    whole,
)

_AUTO = {"auto_number": True, "nillable": False, **READ_ONLY}
_WITHOUT_CURRENCY = frozenset(
    {"OrderStatus", "Organization", "Pricebook2", "Case", "UserPermissionAccess"}
)
_COMPUTED = {"calculated": True, **READ_ONLY}


def standard_objects(*, person_accounts: bool, multi_currency: bool) -> list[SObject]:
    """Fresh definitions; person-account and currency fields only where the feature is on."""
    objects = [
        _account(person_accounts=person_accounts),
        _contact(),
        _product(),
        _pricebook(),
        _pricebook_entry(),
        _order(),
        _order_item(),
        _order_status(),
        _case(),
        _user(),
        _organization(),
        _user_permission_access(),
    ]
    if multi_currency:
        for item in objects:
            if item.name not in _WITHOUT_CURRENCY:
                code = pick("CurrencyIsoCode", "JPY", "USD", "EUR", restricted=True, length=3)
                item.fields["currencyisocode"] = code
    return objects


def _account(*, person_accounts: bool) -> SObject:
    fields = [
        text("Name", 255, label="Account Name", **REQUIRED),
        pick("Type", "Prospect", "Customer - Direct", "Other"),
        ref("ParentId", "Account", "ChildAccounts"),
        ref("MasterRecordId", "Account", **READ_ONLY),
        *address("Billing"),
        *address("Shipping"),
        phone("Phone"),
        text("Fax", 40, type="phone"),
        text("AccountNumber", 40),
        text("Website", 255, type="url"),
        pick("Industry", "Communications", "Technology", "Other"),
        area("Description"),
        ref("OwnerId", "User", nillable=False, default=None),
        pick("AccountSource", "Web", "Other"),
    ]
    return sobject("Account", "001", fields + (_person() if person_accounts else []))


def _person() -> list[Field]:
    return [
        flag("IsPersonAccount", **READ_ONLY),
        pick("Salutation", "Mr.", "Ms.", "Mrs.", "Dr."),
        text("FirstName", 40),
        text("LastName", 80),
        ref("PersonContactId", "Contact", **READ_ONLY),
        email("PersonEmail"),
        phone("PersonMobilePhone"),
        phone("PersonHomePhone"),
        date("PersonBirthdate"),
        *address("PersonMailing"),
        flag("PersonHasOptedOutOfEmail"),
    ]


def _contact() -> SObject:
    fields = [
        ref("AccountId", "Account", "Contacts"),
        text("FirstName", 40),
        text("LastName", 80, **REQUIRED),
        text("Name", 121, label="Full Name", **_COMPUTED),
        email("Email"),
        phone("Phone"),
        phone("MobilePhone"),
        date("Birthdate"),
        *address("Mailing"),
        ref("OwnerId", "User", nillable=False),
    ]
    return sobject("Contact", "003", fields)


def _product() -> SObject:
    fields = [
        text("Name", 255, label="Product Name", **REQUIRED),
        text("ProductCode", 255),
        area("Description", 4_000, label="Product Description"),
        flag("IsActive", label="Active"),
        pick("Family", "None"),
        text("StockKeepingUnit", 180),
        pick("QuantityUnitOfMeasure", "Each"),
        text("DisplayUrl", 1_000, type="url"),
        flag("IsArchived", **READ_ONLY),
    ]
    return sobject("Product2", "01t", fields, label="Product", plural="Products")


def _pricebook() -> SObject:
    fields = [
        text("Name", 255, label="Price Book Name", **REQUIRED),
        area("Description", 255),
        flag("IsActive", label="Active"),
        flag("IsStandard", **READ_ONLY),
        flag("IsArchived", **READ_ONLY),
    ]
    return sobject("Pricebook2", "01s", fields, label="Price Book", plural="Price Books")


def _pricebook_entry() -> SObject:
    fields = [
        text("Name", 255, **_COMPUTED),
        text("ProductCode", 255, **_COMPUTED),
        ref("Pricebook2Id", "Pricebook2", "PricebookEntries", **REQUIRED, **CREATE_ONLY),
        ref("Product2Id", "Product2", "PricebookEntries", **REQUIRED, **CREATE_ONLY),
        money("UnitPrice", label="List Price", **REQUIRED),
        flag("IsActive", label="Active"),
        flag("UseStandardPrice"),
        flag("IsArchived", **READ_ONLY),
    ]
    return sobject("PricebookEntry", "01u", fields, plural="Price Book Entries")


def _order() -> SObject:
    fields = [
        text("OrderNumber", 30, **_AUTO),
        ref("AccountId", "Account", "Orders", **REQUIRED),
        ref("Pricebook2Id", "Pricebook2", "Orders"),
        date("EffectiveDate", label="Order Start Date", **REQUIRED),
        date("EndDate", label="Order End Date"),
        pick("Status", label="Status", **REQUIRED),
        pick("StatusCode", "Draft", "Activated", **READ_ONLY),
        pick("Type"),
        area("Description"),
        text("Name", 80, label="Order Name"),
        text("PoNumber", 80),
        date("PoDate"),
        text("OrderReferenceNumber", 80),
        ref("BillToContactId", "Contact"),
        ref("ShipToContactId", "Contact"),
        ref("CustomerAuthorizedById", "Contact"),
        ref("CompanyAuthorizedById", "User"),
        date("CustomerAuthorizedDate"),
        *address("Billing"),
        *address("Shipping"),
        money("TotalAmount", label="Order Amount", **_COMPUTED),
        moment("ActivatedDate", **READ_ONLY),
        ref("ActivatedById", "User", **READ_ONLY),
        ref("OwnerId", "User", nillable=False),
        flag("IsReductionOrder"),
        ref("OriginalOrderId", "Order", "Orders"),
    ]
    return sobject("Order", "801", fields)


def _order_item() -> SObject:
    fields = [
        text("OrderItemNumber", 30, **_AUTO),
        ref("OrderId", "Order", "OrderItems", **REQUIRED, **CREATE_ONLY),
        ref("PricebookEntryId", "PricebookEntry", "OrderItems", **REQUIRED, **CREATE_ONLY),
        ref("Product2Id", "Product2", "OrderItems", **READ_ONLY),
        number("Quantity", **REQUIRED),
        money("UnitPrice", **REQUIRED),
        money("ListPrice", **READ_ONLY),
        money("TotalPrice", **_COMPUTED),
        number("AvailableQuantity", **READ_ONLY),
        date("ServiceDate", label="Start Date"),
        date("EndDate"),
        area("Description", 255, label="Line Description"),
        ref("OriginalOrderItemId", "OrderItem", "ChildOrderItems"),
    ]
    return sobject("OrderItem", "802", fields, label="Order Product", plural="Order Products")


def _order_status() -> SObject:
    fields = [
        text("MasterLabel", 255, **REQUIRED),
        text("ApiName", 255, **REQUIRED),
        pick("StatusCode", "Draft", "Activated", nillable=False),
        whole("SortOrder"),
        flag("IsDefault"),
    ]
    return sobject(
        "OrderStatus",
        "0ib",
        fields,
        plural="Order Status Values",
        createable=False,
        updateable=False,
        deletable=False,
    )


def _case() -> SObject:
    fields = [
        text("CaseNumber", 30, **_AUTO),
        ref("AccountId", "Account", "Cases"),
        ref("ContactId", "Contact", "Cases"),
        ref("ParentId", "Case", "Cases"),
        text("SuppliedName", 80),
        email("SuppliedEmail"),
        phone("SuppliedPhone"),
        text("SuppliedCompany", 80),
        pick("Type", "Question", "Problem", "Other"),
        pick("Status", "New", "Working", "Escalated", "Closed", default="New"),
        pick("Reason"),
        pick("Origin", "Phone", "Email", "Web"),
        pick("Priority", "Low", "Medium", "High", default="Medium"),
        text("Subject", 255),
        area("Description"),
        area("Comments", 4_000, label="Internal Comments"),
        flag("IsClosed", **READ_ONLY),
        flag("IsEscalated"),
        moment("ClosedDate", **READ_ONLY),
        ref("OwnerId", "User", nillable=False),
    ]
    return sobject("Case", "500", fields)


def _user() -> SObject:
    fields = [
        text("Username", 80, unique=True, **REQUIRED),
        text("Name", 121, label="Full Name", **_COMPUTED),
        text("FirstName", 40),
        text("LastName", 80, **REQUIRED),
        email("Email"),
        flag("IsActive", label="Active"),
        text("TimeZoneSidKey", 40),
        text("LanguageLocaleKey", 40),
    ]
    return sobject("User", "005", fields, createable=False, updateable=False, deletable=False)


def _organization() -> SObject:
    fields = [
        text("Name", 80, **REQUIRED),
        text("OrganizationType", 40),
        text("InstanceName", 5),
        text("TimeZoneSidKey", 40),
        flag("IsSandbox"),
    ]
    return sobject(
        "Organization", "00D", fields, createable=False, updateable=False, deletable=False
    )


def _user_permission_access() -> SObject:
    """What the current user may do anywhere (Object Reference, UserPermissionAccess)."""
    fields = [
        flag("PermissionsActivateOrder", **READ_ONLY),
        flag("PermissionsEditActivatedOrders", **READ_ONLY),
        flag("PermissionsModifyAllData", **READ_ONLY),
    ]
    return sobject(
        "UserPermissionAccess",
        "0uz",
        fields,
        createable=False,
        updateable=False,
        deletable=False,
    )
