"""GetClientsDetails: everything about one client, nested and (deprecated) again at the top level.

Source: WHMCS API reference, GetClientsDetails.
"""

from __future__ import annotations

from typing import Any

from local.emulators.whmcs import money
from local.emulators.whmcs.context import Context, nested
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import Client
from local.emulators.whmcs.response import Listing
from local.emulators.whmcs.validation import calling_code, country_name, formatted_phone

PREFERENCES = ("general", "invoice", "support", "product", "domain", "affiliate")
SAME_NAMES = [
    "uuid",
    "firstname",
    "lastname",
    "companyname",
    "email",
    "address1",
    "address2",
    "city",
    "state",
    "postcode",
    "phonenumber",
    "tax_id",
    "notes",
    "currency",
    "defaultgateway",
    "groupid",
    "status",
    "language",
    "lastlogin",
]


def get_clients_details(context: Context, parameters: Parameters) -> dict[str, Any]:
    """By `clientid` or exact `email`; `stats` adds counters."""
    client_id, email = parameters.number("clientid"), parameters.text("email")
    if client_id is None and email is None:
        raise ApiError("Either clientid Or email Is Required")
    if client_id is not None:
        client = context.store.clients.get(client_id)
    else:
        client = context.store.client_by_email(email or "")
    if client is None:
        raise ApiError("Client Not Found")
    details = describe(context, client)
    result = {**details, "client": details}
    if parameters.flag("stats"):
        result["stats"] = _stats(context, client)
    return result


def describe(context: Context, client: Client) -> dict[str, Any]:
    """The documented fields of one client."""
    fields = [
        {"id": field_id, "value": client.customfields.get(field_id, "")}
        for field_id in context.store.client_custom_fields
    ]
    formatted = formatted_phone(client.phonenumber, client.country)
    opted_in = client.marketing_emails_opt_in
    return {
        "client_id": client.id,
        "owner_user_id": client.owner_user_id,
        "userid": client.id,
        "id": client.id,
        **{name: getattr(client, name) for name in SAME_NAMES},
        "fullname": f"{client.firstname} {client.lastname}",
        "fullstate": client.state,
        "statecode": client.state,
        "country": client.country,
        "countrycode": client.country,
        "countryname": country_name(client.country) or "",
        "phonecc": calling_code(client.country),
        "phonenumberformatted": formatted,
        "telephoneNumber": formatted,
        "email_preferences": {
            name: str(client.email_preferences.get(name, 1)) for name in PREFERENCES
        },
        "billingcid": 0,
        "credit": money.text(client.credit),
        "taxexempt": False,
        "latefeeoveride": False,
        "overideduenotices": False,
        "separateinvoices": False,
        "disableautocc": False,
        "emailoptout": not opted_in,
        "marketing_emails_opt_in": opted_in,
        "isOptedInToMarketingEmails": opted_in,
        "overrideautoclose": False,
        "allowSingleSignOn": int(client.allow_single_sign_on),
        "email_verified": False,
        "currency_code": context.store.currency_of(client).code,
        "customfields": Listing(fields, when_empty="list"),
        **{f"customfields{n}": field["value"] for n, field in enumerate(fields, start=1)},
        "users": nested(_users(context, client), "user"),
    }


def _users(context: Context, client: Client) -> list[dict[str, Any]]:
    users = [context.store.users.get(user_id) for user_id in client.user_ids]
    return [
        {
            "id": user.id,
            "name": f"{user.firstname} {user.lastname}",
            "email": user.email,
            "is_owner": user.id == client.owner_user_id,
        }
        for user in users
        if user is not None
    ]


def _stats(context: Context, client: Client) -> dict[str, Any]:
    services = context.store.services.where(lambda service: service.client_id == client.id)
    invoices = context.store.invoices.where(lambda invoice: invoice.userid == client.id)
    unpaid = [invoice for invoice in invoices if invoice.status == "Unpaid"]
    paid = [invoice for invoice in invoices if invoice.status == "Paid"]
    return {
        "numdueinvoices": len(unpaid),
        "dueinvoicesbalance": money.text(sum((i.total for i in unpaid), money.ZERO)),
        "incredit": client.credit > 0,
        "creditbalance": money.text(client.credit),
        "numpaidinvoices": len(paid),
        "paidinvoicesamount": money.text(sum((i.total for i in paid), money.ZERO)),
        "productsnumactive": sum(service.status == "Active" for service in services),
        "productsnumtotal": len(services),
        "isAffiliate": False,
    }
