"""Stored payment methods: GetPayMethods, AddPayMethod, DeletePayMethod.

Source: WHMCS API reference (Billing). Refusals of Add/DeletePayMethod are not documented and
approximate.
"""

from __future__ import annotations

import secrets
from typing import Any

from local.emulators.whmcs.cards import expired, read_card, read_expiry
from local.emulators.whmcs.context import Context, Handler
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import CARD_TYPES, Client, PayMethod, PayMethodType
from local.emulators.whmcs.response import Listing

ADDABLE: dict[str, PayMethodType] = {
    "BankAccount": "BankAccount",
    "CreditCard": "CreditCard",
    "RemoteCreditCard": "RemoteCreditCard",
}


def pay_methods_of(context: Context, client: Client) -> list[PayMethod]:
    """A client's pay methods; the default is not promised to come first."""
    return context.store.pay_methods.where(lambda method: method.client_id == client.id)


def get_pay_methods(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetPayMethods: flat list; there is no field that tells which one is the default."""
    client = _client(context, parameters)
    wanted = parameters.text("type")
    if wanted is not None and wanted not in {"BankAccount", "CreditCard"}:
        raise ApiError("Invalid Pay Method Type. Should be 'BankAccount' or 'CreditCard'")
    method_id = parameters.number("paymethodid")
    methods = [
        method
        for method in pay_methods_of(context, client)
        if (wanted is None or method.type.endswith(wanted))
        and (method_id is None or method.id == method_id)
    ]
    items = [_as_listed(method) for method in methods]
    return {"clientid": parameters.raw("clientid"), "paymethods": Listing(items)}


def _client(context: Context, parameters: Parameters) -> Client:
    client_id = parameters.number("clientid")
    if client_id is None:
        raise ApiError("Client ID Is Required")
    return context.client(client_id, missing="Client Not Found")


def _as_listed(method: PayMethod) -> dict[str, Any]:
    common = {
        "id": method.id,
        "type": method.type,
        "description": method.description,
        "gateway_name": method.gateway_name,
        "contact_type": "Client",
        "contact_id": method.client_id,
    }
    if method.type in CARD_TYPES:
        details = {
            "card_last_four": method.card_last_four,
            "expiry_date": method.expiry_date,
            "start_date": method.start_date,
            "issue_number": method.issue_number,
            "card_type": method.card_type,
        }
    else:
        details = {"bank_name": method.bank_name, "account_type": method.account_type}
    return {
        **common,
        **details,
        "remote_token": method.remote_token,
        "last_updated": method.last_updated,
    }


def add_pay_method(context: Context, parameters: Parameters) -> dict[str, Any]:
    """AddPayMethod: a card (Luhn-checked, `MMYY`) or a bank account."""
    client = _client(context, parameters)
    kind = ADDABLE.get(parameters.text("type") or "CreditCard")
    if kind is None:
        raise ApiError(
            "Invalid Pay Method Type. Should be 'BankAccount', 'CreditCard' or 'RemoteCreditCard'"
        )
    gateway = parameters.text("gateway_module_name")
    if kind == "RemoteCreditCard" and gateway is None:
        raise ApiError("Gateway is Required for RemoteCreditCard type")
    if gateway is not None and gateway not in context.store.gateways:
        raise ApiError("Invalid Gateway Module Name")
    description = parameters.raw("description")
    if kind == "BankAccount":
        method = store_bank_account(context, client, parameters)
    else:
        method = store_card(
            context,
            client,
            number=parameters.raw("card_number"),
            expiry=parameters.raw("card_expiry"),
            gateway=gateway,
            kind=kind,
        )
    method.description = description
    if parameters.flag("set_as_default"):
        set_default(context, method)
    return {"clientid": parameters.raw("clientid"), "paymethodid": method.id}


def store_card(
    context: Context,
    client: Client,
    *,
    number: str,
    expiry: str,
    gateway: str | None,
    kind: PayMethodType = "RemoteCreditCard",
) -> PayMethod:
    """Keep brand, last four digits and expiry of a card; raises ApiError for a bad one."""
    card, valid_until = read_card(number), read_expiry(expiry)
    if card is None:
        raise ApiError("The credit card number you entered is not valid")
    if valid_until is None or expired(valid_until, context.now):
        raise ApiError(
            "The expiry date must be entered in the format MM/YY and must not be in the past"
        )
    methods = context.store.pay_methods
    first = not pay_methods_of(context, client)
    token = f"pm_{secrets.token_hex(12)}" if kind == "RemoteCreditCard" else ""
    return methods.add(
        PayMethod(
            id=methods.next_id(),
            client_id=client.id,
            type=kind,
            gateway_name=gateway or "",
            card_last_four=card.last_four,
            card_type=card.brand,
            expiry_date=valid_until,
            remote_token=token,
            last_updated=context.now.strftime("%d/%m/%Y %H:%M"),
            is_default=first,
            declines=card.declines,
        )
    )


def store_bank_account(context: Context, client: Client, parameters: Parameters) -> PayMethod:
    """Keep the name of a bank, nothing of the account's number."""
    if parameters.text("bank_code") is None or parameters.text("bank_account") is None:
        raise ApiError("Bank Code and Bank Account are required for BankAccount type")
    methods = context.store.pay_methods
    return methods.add(
        PayMethod(
            id=methods.next_id(),
            client_id=client.id,
            type="BankAccount",
            bank_name=parameters.raw("bank_name"),
            account_type=parameters.raw("bank_account_type"),
            last_updated=context.now.strftime("%d/%m/%Y %H:%M"),
            is_default=not pay_methods_of(context, client),
        )
    )


def set_default(context: Context, method: PayMethod) -> None:
    """Make it the one that captures use."""
    for other in context.store.pay_methods.where(lambda m: m.client_id == method.client_id):
        other.is_default = other.id == method.id


def delete_pay_method(context: Context, parameters: Parameters) -> dict[str, Any]:
    """DeletePayMethod by client and pay method id."""
    client = _client(context, parameters)
    method = context.store.pay_methods.get(parameters.number("paymethodid"))
    if method is None or method.client_id != client.id:
        raise ApiError("Invalid Pay Method ID")
    context.store.pay_methods.remove(method.id)
    return {"paymethodid": method.id}


ACTIONS: dict[str, Handler] = {
    "GetPayMethods": get_pay_methods,
    "AddPayMethod": add_pay_method,
    "DeletePayMethod": delete_pay_method,
}
