"""All API actions of the portal, with a call of each that changes nothing.

WHMCS checks the role before the parameters (WHMCS API reference, "API Roles"). So a call that only
reads, or that must be refused, tells whether the role grants the action. The calls that must be
refused name no client, order or service that can exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOBODY = 0
"""An id that does not exist, because WHMCS' ids begin at 1."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action, its use in the portal, and the parameters of the harmless call."""

    name: str
    purpose: str
    harmless: Mapping[str, Any] = field(default_factory=dict)


ACTIONS: tuple[Action, ...] = (
    Action(name="AddClient", purpose="sign-up", harmless={"firstname": ""}),
    Action(
        name="GetClientsDetails",
        purpose="addresses, linking, the check before ordering",
        harmless={"clientid": NOBODY},
    ),
    Action(name="UpdateClient", purpose="a changed address", harmless={"clientid": NOBODY}),
    Action(name="GetUsers", purpose="linking an account", harmless={"search": "@", "limitnum": 1}),
    Action(
        name="ValidateLogin",
        purpose="linking an account",
        harmless={"email": "", "password2": ""},
    ),
    Action(name="GetPayMethods", purpose="the payment gate", harmless={"clientid": NOBODY}),
    Action(name="CreateSsoToken", purpose="links into WHMCS", harmless={"client_id": NOBODY}),
    Action(name="GetInvoices", purpose="invoices", harmless={"userid": NOBODY, "limitnum": 1}),
    Action(name="GetInvoice", purpose="invoices", harmless={"invoiceid": NOBODY}),
    Action(name="GetProducts", purpose="ordering", harmless={"pid": NOBODY}),
    Action(
        name="AddOrder",
        purpose="ordering",
        harmless={"clientid": NOBODY, "paymentmethod": "none"},
    ),
    Action(name="AcceptOrder", purpose="ordering", harmless={"orderid": NOBODY}),
    Action(name="GetOrders", purpose="ordering", harmless={"id": NOBODY, "limitnum": 1}),
    Action(
        name="GetClientsProducts",
        purpose="ordering, services",
        harmless={"clientid": NOBODY, "limitnum": 1},
    ),
    Action(
        name="ModuleCreate",
        purpose="a service whose module failed",
        harmless={"serviceid": NOBODY},
    ),
    Action(
        name="UpdateClientProduct",
        purpose="the ICCID of a reissued eSIM",
        harmless={"serviceid": NOBODY},
    ),
    Action(
        name="CreateInvoice",
        purpose="top-ups",
        harmless={"userid": NOBODY, "status": "Draft"},
    ),
    Action(name="CapturePayment", purpose="top-ups", harmless={"invoiceid": NOBODY}),
    Action(name="UpdateInvoice", purpose="top-ups", harmless={"invoiceid": NOBODY}),
    Action(name="GetCredits", purpose="top-ups", harmless={"clientid": NOBODY}),
    Action(
        name="AddCredit",
        purpose="top-ups that cannot be delivered",
        harmless={"clientid": NOBODY, "description": "", "amount": "0.00"},
    ),
    Action(name="GetClients", purpose="the nightly audit", harmless={"limitnum": 1}),
)

DOCTOR_ACTIONS: tuple[Action, ...] = (
    Action(name="WhmcsDetails", purpose="the version"),
    Action(name="GetPaymentMethods", purpose="the payment gateways"),
    Action(name="GetCurrencies", purpose="the currencies"),
)
"""Further actions that only the doctor uses. Without them it can check less."""
