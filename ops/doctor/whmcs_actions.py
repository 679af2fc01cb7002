"""Every API action that the portal uses, and a call of each that changes nothing.

WHMCS checks the role before it looks at the parameters (WHMCS API reference, "API Roles"): a call
that its action must refuse, or that only reads, says whether the role grants the action. None of
the refused ones names a client, an order or a service that can exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOBODY = 0
"""An id that WHMCS gives to nothing: its tables count from 1."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action, what the portal does with it, and the parameters of the call that does nothing."""

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
)

DOCTOR_ACTIONS: tuple[Action, ...] = (
    Action(name="WhmcsDetails", purpose="the version"),
    Action(name="GetPaymentMethods", purpose="the payment gateways"),
    Action(name="GetCurrencies", purpose="the currencies"),
    Action(name="GetClients", purpose="one client to look at", harmless={"limitnum": 1}),
)
"""What the doctor reads beside them. Without one of these it says less, and nothing is broken."""
