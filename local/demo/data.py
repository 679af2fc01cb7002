"""The seeds of the emulators, derived from one description of products and people.

Each function returns what `POST /_admin/seed` of that emulator takes. Ids agree across the
three: `WHMCS_Product_Id__c` is a seeded pid, every option id in `Portal_ConfigOptions_JSON__c`
a seeded configurable option of that product, every plan in `eSIM_Settings_JSON__c` exists.
"""

from __future__ import annotations

import json
from typing import Any

from local.demo.options import ChoiceOption, Option, QuantityOption, YesNoOption, config_json
from local.demo.people import (
    ACCOUNTS,
    BILLING_CLIENTS,
    CUSTOMERS,
    EVERYBODY,
    PASSWORD,
    BillingClient,
    Person,
)
from local.demo.products import ONE_TIME, PRODUCTS, Product
from local.demo.salesforce_ids import record_id
from local.emulators.salesforce.org import STANDARD_PRICEBOOK_ID
from local.operators import OPERATORS

__all__ = [
    "ACCOUNTS",
    "CUSTOMERS",
    "esim_access_seed",
    "gigs_seed",
    "operators_seed",
    "salesforce_seed",
    "sendgrid_seed",
    "whmcs_seed",
]

CONSUMER_KEY = "local-consumer-key"
CONSUMER_SECRET = "local-consumer-secret"
INTEGRATION_USER = "integration@portal.example"
PORTAL_PRICEBOOK = record_id("Pricebook2", 1)
ORDER_REF_FIELD = "Portal Order Ref"
GIGABYTE = 1_000_000_000
BINARY_GIGABYTE = 2**30
DOLLAR = 10_000  # eSIM Access counts in ten thousandths
PRICE_PER_GIGABYTE = 7_000
GROUPS = {"Internet": 1, "eSIM": 2, "VPN": 3, "Other": 4}
TOP_UP_PRICES = ((1, "800"), (5, "2800"))
"""Gigabytes, and yen that customers pay."""


def salesforce_seed(public_key_pem: str) -> dict[str, Any]:
    """Return accounts, products and prices; `public_key_pem` verifies the user's JWT."""
    return {
        "connectedApps": [
            {
                "consumerKey": CONSUMER_KEY,
                "consumerSecret": CONSUMER_SECRET,
                "publicKeyPem": public_key_pem,
                "usernames": [INTEGRATION_USER],
            }
        ],
        "records": {
            "Account": [_account(person, n) for n, person in enumerate(EVERYBODY, start=1)],
            "Pricebook2": [
                {"Id": PORTAL_PRICEBOOK, "Name": "Portal", "IsActive": True},
            ],
            "Product2": [_product2(product, n) for n, product in enumerate(PRODUCTS, start=1)],
            "PricebookEntry": _pricebook_entries(),
        },
    }


def operators_seed(
    portal_url: str, key_id: str, key: str, *, needs_approval: bool
) -> dict[str, Any]:
    """Return what an administrator enters after the package was installed: operators, the signing
    key, the portal's address (`https://…/api`) and the rule about approval."""
    return {
        "users": [
            {
                "username": operator.username,
                "language": operator.locale,
                "permissionSets": ["Portal_Operators"],
            }
            for operator in OPERATORS.values()
        ],
        "credentials": {"Portal_API": {"Portal": {"SigningKey": key, "KeyId": key_id}}},
        "namedCredentials": {"Portal_API": portal_url},
        "customSettings": {
            "Portal_Rules__c": {"Provision_Without_Approval__c": not needs_approval}
        },
    }


def _account(person: Person, serial: int) -> dict[str, Any]:
    return {
        "Id": record_id("Account", serial),
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "PersonEmail": person.crm_email or person.email,
        "Phone": person.phone,
        "BillingStreet": person.street,
        "BillingCity": person.city,
        "BillingState": person.state,
        "BillingPostalCode": person.postcode,
        "BillingCountry": "Japan",
        "Customer_Number__c": person.number,
        "Portal_Dwelling__c": person.dwelling,
        "Portal_Tier__c": person.tier,
        "Portal_Region__c": person.region,
    }


def _product2(product: Product, serial: int) -> dict[str, Any]:
    return {
        "Id": record_id("Product2", serial),
        "Name": product.name,
        "ProductCode": product.sku,
        "IsActive": True,
        "Portal_Visible__c": product.visible,
        "Portal_Category__c": product.category,
        "Portal_Description__c": product.description,
        "Portal_Feature_Bullets__c": "\n".join(product.features),
        "Portal_Tags__c": ";".join(product.tags) or None,
        "Portal_Sort_Order__c": serial * 10,
        "Portal_Valid_From__c": product.valid_from,
        "Portal_Valid_Until__c": product.valid_until,
        "Portal_Eligibility_Dwelling__c": product.dwelling,
        "Portal_Eligibility_Tier__c": product.tier,
        "Portal_Eligibility_Region__c": product.region,
        "Portal_Billing_Cycle__c": product.cycle,
        "Portal_Max_Quantity__c": product.max_quantity,
        "Portal_Requires_Payment_Method__c": product.requires_payment_method,
        "Portal_ConfigOptions_JSON__c": _options_json(product),
        "WHMCS_Product_Id__c": product.whmcs_id,
        "WHMCS_Notes_Template__c": None,
        "eSIM_Settings_JSON__c": _esim_json(product),
    }


def _options_json(product: Product) -> str | None:
    if product.broken_options is not None:
        return product.broken_options
    return config_json(product.options) if product.options else None


def _esim_json(product: Product) -> str | None:
    if product.gigs_plan is None:
        return None
    plans = {"gigs": product.gigs_plan, "esim_access": product.esim_access_plan}
    providers = {
        provider: {"plan": plan, "topUps": _top_ups(provider)}
        for provider, plan in plans.items()
        if plan is not None
    }
    return json.dumps({"version": 1, "provider": providers})


def _top_ups(provider: str) -> list[dict[str, str]]:
    """What customers pay for them, by the ids of `gigs_seed` and `esim_access_seed`."""
    ids = {"gigs": "add_jptopup{}gb", "esim_access": "TOPUP_JPN{:03d}"}[provider]
    return [
        {"offer": ids.format(gigabytes), "price": price, "name": f"{gigabytes} GB"}
        for gigabytes, price in TOP_UP_PRICES
    ]


def _pricebook_entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for serial, product in enumerate(PRODUCTS, start=1):
        books = [STANDARD_PRICEBOOK_ID]
        if product.in_portal_pricebook:
            books.append(PORTAL_PRICEBOOK)
        for book in books:
            entries.append(
                {
                    "Id": record_id("PricebookEntry", len(entries) + 1),
                    "Pricebook2Id": book,
                    "Product2Id": record_id("Product2", serial),
                    "UnitPrice": product.price,
                    "IsActive": True,
                    "UseStandardPrice": False,
                }
            )
    return entries


def whmcs_seed() -> dict[str, Any]:
    """Return gateways, client custom fields, products with their options, and two older clients."""
    return {
        "gateways": [
            {"module": "stripe", "displayname": "Credit Card (Stripe)"},
            {"module": "banktransfer", "displayname": "Bank Transfer"},
        ],
        "currencies": [
            {"id": 1, "code": "JPY", "prefix": "¥", "suffix": "", "format": 4, "default": True}
        ],
        "clientCustomFields": [
            {"id": 1, "fieldname": "Customer Number"},
            {"id": 2, "fieldname": "Date of Birth"},
            {"id": 3, "fieldname": "Gender"},
            {"id": 4, "fieldname": "Nationality"},
        ],
        "productGroups": [{"id": gid, "name": name} for name, gid in GROUPS.items()],
        "products": [_whmcs_product(product) for product in PRODUCTS],
        "clients": [_whmcs_client(client) for client in BILLING_CLIENTS],
    }


def _whmcs_product(product: Product) -> dict[str, Any]:
    one_time = product.cycle == ONE_TIME
    return {
        "pid": product.whmcs_id,
        "gid": GROUPS[product.category],
        "name": product.name,
        "description": product.description,
        "paytype": "onetime" if one_time else "recurring",
        "pricing": {"JPY": {"monthly": f"{product.price:.2f}"}},
        "customfields": [{"id": 1000 + product.whmcs_id, "name": ORDER_REF_FIELD}],
        "configoptions": [_whmcs_option(option) for option in product.options],
    }


def _whmcs_option(option: Option) -> dict[str, Any]:
    match option:
        case ChoiceOption():
            kind, minimum, maximum = "1", 0, 0
            choices = [(c.whmcs_id, c.label, c.price_delta) for c in option.choices]
        case QuantityOption():
            kind, minimum, maximum = "4", 0, option.maximum
            choices = [(option.whmcs_choice_id, option.label, option.unit_price)]
        case YesNoOption():
            kind, minimum, maximum = "3", 0, 0
            choices = [(option.whmcs_choice_id, "Yes", option.price)]
    return {
        "id": option.whmcs_id,
        "name": option.label,
        "type": kind,
        "minqty": minimum,
        "maxqty": maximum,
        "options": [
            {"id": choice_id, "name": label, "pricing": {"JPY": {"monthly": f"{price:.2f}"}}}
            for choice_id, label, price in choices
        ],
    }


def whmcs_person(person: Person) -> dict[str, Any]:
    """Return a client of WHMCS for its seed, without an id and without a card."""
    return {
        "firstname": person.first_name,
        "lastname": person.last_name,
        "email": person.email,
        "password2": PASSWORD,
        "address1": person.street,
        "city": person.city,
        "state": person.state,
        "postcode": person.postcode,
        "country": "JP",
        "phonenumber": person.phone,
        "customfields": {"1": person.number},
    }


def _whmcs_client(client: BillingClient) -> dict[str, Any]:
    seed: dict[str, Any] = {"id": client.client_id, **whmcs_person(client.person)}
    if client.card_expiry is not None:
        seed["paymethods"] = [
            {
                "type": "RemoteCreditCard",
                "cardType": "Visa",
                "cardLastFour": "1881",
                "expiryDate": client.card_expiry,
                "gatewayName": "stripe",
            }
        ]
    return seed


def gigs_seed() -> dict[str, Any]:
    """Return a plan for every eSIM product and two top-ups that fit all of them."""
    plans = [_plan(product) for product in PRODUCTS if product.gigs_plan is not None]
    sizes = ((1, 500), (5, 1_800))
    return {
        "plans": plans,
        "addons": [
            {
                "id": f"add_jptopup{size}gb",
                "name": f"{size} GB data top-up",
                "status": "available",
                "allowances": {"dataBytes": size * GIGABYTE, "voiceSeconds": 0, "smsMessages": 0},
                "plans": [plan["id"] for plan in plans],
                "price": {"amount": price, "currency": "JPY"},
                "validity": {"unit": "day", "value": 30},
            }
            for size, price in sizes
        ],
    }


def esim_access_seed() -> dict[str, Any]:
    """Return a package per size of eSIM product, two top-ups for all of them, and a balance."""
    sizes = {
        product.esim_access_plan: product.data_gb
        for product in PRODUCTS
        if product.esim_access_plan is not None
    }
    packages = [
        {
            "packageCode": f"JPN{gigabytes:03d}",
            "slug": slug,
            "name": f"Japan {gigabytes}GB 30Days",
            "price": gigabytes * PRICE_PER_GIGABYTE,
            "volume": gigabytes * BINARY_GIGABYTE,
            "duration": 30,
        }
        for slug, gigabytes in sizes.items()
    ]
    top_ups = [
        {
            "packageCode": f"TOPUP_JPN{gigabytes:03d}",
            "slug": f"JP_{gigabytes}_{days}",
            "name": f"Japan {gigabytes}GB {days}Days",
            "price": gigabytes * PRICE_PER_GIGABYTE,
            "volume": gigabytes * BINARY_GIGABYTE,
            "duration": days,
            "topsUp": [package["packageCode"] for package in packages],
        }
        for gigabytes, days in ((1, 7), (5, 15))
    ]
    return {"balance": 1_000 * DOLLAR, "packages": [*packages, *top_ups]}


def sendgrid_seed() -> dict[str, Any]:
    """Return an account that has authenticated the stack's sender and tracks no mails."""
    return {"verifiedSenders": ["@portal.example"], "tracking": False}


def _plan(product: Product) -> dict[str, Any]:
    unlimited_if_voice = None if product.voice else 0
    return {
        "id": product.gigs_plan,
        "name": product.name,
        "simTypes": ["eSIM"],
        "status": "available",
        "allowances": {
            "dataBytes": product.data_gb * GIGABYTE,
            "voiceSeconds": unlimited_if_voice,
            "smsMessages": None if product.sms else 0,
        },
        "price": {"amount": product.price, "currency": "JPY"},
        "validity": {"unit": "month", "value": 1},
    }
