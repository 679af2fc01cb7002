"""Clients: AddClient, UpdateClient, CloseClient, GetClients (GetClientsDetails is client_details).

Source: WHMCS API reference (Client). Since 8.0 a client belongs to a User, who signs in.
"""

from __future__ import annotations

import uuid
from typing import Any

from local.emulators.whmcs.actions.client_details import get_clients_details
from local.emulators.whmcs.actions.encodings import custom_fields
from local.emulators.whmcs.actions.users import TAKEN, create_user
from local.emulators.whmcs.context import Context, Handler, nested, page
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import Client
from local.emulators.whmcs.validation import country_name, is_email, is_phone

REQUIRED = {
    "firstname": "You did not enter your first name",
    "lastname": "You did not enter your last name",
    "email": "You did not enter your email address",
    "address1": "You did not enter your  address line 1",
    "city": "You did not enter your city",
    "state": "You did not enter your state",
    "postcode": "You did not enter your postcode",
    "phonenumber": "You did not enter your phone number",
}
TEXT_FIELDS = [
    "firstname",
    "lastname",
    "companyname",
    "email",
    "address1",
    "address2",
    "city",
    "state",
    "postcode",
    "country",
    "phonenumber",
    "tax_id",
    "language",
    "notes",
]
STATUSES = ("Active", "Inactive", "Closed")
SORTABLE = ("id", "firstname", "lastname", "companyname", "email", "groupid", "datecreated")


def add_client(context: Context, parameters: Parameters) -> dict[str, Any]:
    """AddClient: a client, and its User unless `owner_user_id` names one."""
    store = context.store
    owner_id = parameters.number("owner_user_id")
    if owner_id is not None and store.users.get(owner_id) is None:
        raise ApiError("Invalid Owner User ID")
    fields = custom_fields(context, parameters.text("customfields"), where="customfields")
    _validate(context, parameters, fields, needs_password=owner_id is None)
    if owner_id is None:
        owner_id = create_user(context, parameters).id
    client = Client(
        id=store.clients.next_id(),
        uuid=str(uuid.uuid4()),
        owner_user_id=owner_id,
        user_ids=[owner_id],
        **{name: parameters.raw(name) for name in TEXT_FIELDS},
        currency=_currency(context, parameters),
        groupid=parameters.number("groupid") or 0,
        customfields=_known_fields(context, fields),
        securityqid=parameters.number("securityqid") or 0,
        marketing_emails_opt_in=parameters.flag("marketingoptin"),
        datecreated=context.today,
    )
    store.clients.add(client)
    return {"clientid": client.id, "owner_id": owner_id}


def _validate(
    context: Context, parameters: Parameters, fields: dict[int, str], *, needs_password: bool
) -> None:
    skip = parameters.flag("skipvalidation")
    for name, message in REQUIRED.items():
        if parameters.text(name) is None and (name == "email" or not skip):
            raise ApiError(message)
    email = parameters.raw("email")
    if not is_email(email):
        raise ApiError("The email address you entered was not valid")
    if needs_password and context.store.user_by_email(email):
        raise ApiError(TAKEN)
    if context.store.client_by_email(email):
        raise ApiError("The email address entered is not available for use.")
    if not skip:
        _validate_form(context, parameters, fields)
    if needs_password and parameters.text("password2") is None:
        raise ApiError("You did not enter a password")


def _validate_form(context: Context, parameters: Parameters, fields: dict[int, str]) -> None:
    if country_name(parameters.raw("country")) is None:
        raise ApiError("Valid country required")
    if not is_phone(parameters.raw("phonenumber")):
        raise ApiError("Invalid telephone phone number")
    for field in context.store.client_custom_fields.values():
        if field.required and not fields.get(field.id):
            message = f"You did not provide required custom field value for {field.fieldname}"
            raise ApiError(message)


def _known_fields(context: Context, fields: dict[int, str]) -> dict[int, str]:
    """WHMCS ignores values for custom fields that it does not have."""
    return {key: text for key, text in fields.items() if key in context.store.client_custom_fields}


def _currency(context: Context, parameters: Parameters) -> int:
    wanted = parameters.number("currency")
    known = wanted is not None and wanted in context.store.currencies
    return wanted if known and wanted else context.store.default_currency().id


def update_client(context: Context, parameters: Parameters) -> dict[str, Any]:
    """UpdateClient: only what is sent changes; `clientid` is echoed as it came."""
    client = context.store.clients.get(parameters.number("clientid"))
    if client is None and parameters.text("clientemail"):
        client = context.store.client_by_email(parameters.raw("clientemail"))
    if client is None:
        raise ApiError("Client ID Not Found")
    _check_update(context, parameters, client)
    fields = custom_fields(context, parameters.text("customfields"), where="customfields")
    for name in TEXT_FIELDS:
        if parameters.sent(name) and (parameters.text(name) or name not in REQUIRED):
            setattr(client, name, parameters.raw(name))
    if parameters.text("status"):
        client.status = parameters.raw("status")
    if parameters.text("paymentmethod"):
        client.defaultgateway = parameters.raw("paymentmethod")
    if parameters.sent("marketingoptin"):
        client.marketing_emails_opt_in = parameters.flag("marketingoptin")
    for key, value in (parameters.array("email_preferences") or {}).items():
        client.email_preferences[str(key)] = int(value not in {"", "0"})
    client.customfields.update(_known_fields(context, fields))
    return {"clientid": parameters.text("clientid") or str(client.id)}


def _check_update(context: Context, parameters: Parameters, client: Client) -> None:
    email = parameters.text("email")
    if email is not None:
        if not is_email(email):
            raise ApiError("The email address entered is not valid")
        holder = context.store.client_by_email(email)
        if holder is not None and holder.id != client.id:
            raise ApiError("Duplicate Email Address")
    country = parameters.text("country")
    if country is not None and country_name(country) is None:
        raise ApiError("Valid country required")
    status = parameters.text("status")
    if status is not None and status not in STATUSES:
        raise ApiError("Invalid Status")
    if (parameters.array("email_preferences") or {}).get("domain") == "0":
        raise ApiError(
            "You must have at least one email address enabled to receive domain related"
            " notifications as required by ICANN."
        )


def close_client(context: Context, parameters: Parameters) -> dict[str, Any]:
    """CloseClient: the client is Closed, its services end, unpaid invoices are cancelled."""
    client = context.client(parameters.number("clientid"))
    client.status = "Closed"
    for service in context.store.services.where(lambda s: s.client_id == client.id):
        if service.status == "Pending":
            service.status = "Cancelled"
        elif service.status in {"Active", "Suspended"}:
            service.status = "Terminated"
    for invoice in context.store.invoices.where(lambda i: i.userid == client.id):
        if invoice.status == "Unpaid":
            invoice.status = "Cancelled"
            invoice.date_cancelled = context.timestamp
    return {"clientid": parameters.raw("clientid")}


def get_clients(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetClients: `search` is a prefix of e-mail, names or company. No custom fields."""
    prefix = parameters.raw("search").casefold()
    status = parameters.text("status")

    def matches(client: Client) -> bool:
        texts = (client.email, client.firstname, client.lastname, client.companyname)
        wanted = status is None or client.status == status
        return wanted and any(text.casefold().startswith(prefix) for text in texts)

    order = parameters.raw("orderby") if parameters.raw("orderby") in SORTABLE else "lastname"
    found = sorted(
        context.store.clients.where(matches),
        key=lambda client: (getattr(client, order), client.firstname, client.companyname),
        reverse=parameters.raw("sorting").upper() == "DESC",
    )
    counters, clients = page(parameters, found)
    return {**counters, "clients": nested([_as_listed(client) for client in clients], "client")}


def _as_listed(client: Client) -> dict[str, Any]:
    names = [
        "id",
        "firstname",
        "lastname",
        "companyname",
        "email",
        "datecreated",
        "groupid",
        "status",
    ]
    return {name: getattr(client, name) for name in names}


ACTIONS: dict[str, Handler] = {
    "AddClient": add_client,
    "GetClients": get_clients,
    "GetClientsDetails": get_clients_details,
    "UpdateClient": update_client,
    "CloseClient": close_client,
}
