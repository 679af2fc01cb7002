"""`index.php?rp=/account/paymentmethods`: list, add and delete stored payment methods.

Of a card only brand, last four digits and expiry are kept, of a bank account only its bank.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from local.emulators.whmcs.actions.pay_methods import (
    pay_methods_of,
    set_default,
    store_bank_account,
    store_card,
)
from local.emulators.whmcs.cards import expired
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.pages.rendering import notice, page
from local.emulators.whmcs.pages.sessions import Session, genuine
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.php_forms import parse_form
from local.emulators.whmcs.records import CARD_TYPES, Client

BASE = "/account/paymentmethods"
LIST_URL = f"/index.php?rp={BASE}"
_ONE = re.compile(rf"{BASE}/(default|delete)/([0-9]+)")


class PayMethodPages:
    """Answers for the addresses below `/account/paymentmethods`."""

    async def handle(
        self, path: str, request: Request, context: Context, session: Session, client: Client
    ) -> Response | None:
        """Return the page, or carry a form out; None for addresses of other pages."""
        one = _ONE.fullmatch(path)
        if path not in {BASE, f"{BASE}/add"} and (one is None or request.method == "GET"):
            return None
        if request.method == "GET":
            shown = _listed if path == BASE else _form
            return shown(context, session, client)
        body = (await request.body()).decode("utf-8", "replace")
        fields = Parameters(parse_form(body))
        if not genuine(session, fields.raw("token")):
            return notice("Invalid token", "Please go back and try again.", status=403)
        if one is not None:
            return _change(context, client, one.group(1), int(one.group(2)))
        return _add(context, session, client, fields)


def _listed(context: Context, session: Session, client: Client) -> Response:
    methods = [
        {
            "method": method,
            "is_card": method.type in CARD_TYPES,
            "expired": method.type in CARD_TYPES and expired(method.expiry_date, context.now),
        }
        for method in pay_methods_of(context, client)
    ]
    return page(
        "pay_methods",
        title="Payment Methods",
        client=client,
        methods=methods,
        csrf=session.csrf,
    )


def _form(context: Context, session: Session, client: Client, *, problem: str = "") -> Response:
    return page(
        "pay_method_add",
        status=422 if problem else 200,
        title="Add Payment Method",
        client=client,
        csrf=session.csrf,
        problem=problem,
        years=[context.now.year + offset for offset in range(-1, 11)],
    )


def _add(context: Context, session: Session, client: Client, fields: Parameters) -> Response:
    gateway = next(iter(context.store.gateways), None)
    try:
        if fields.raw("type") == "bankacct":
            method = store_bank_account(context, client, fields)
        else:
            method = store_card(
                context,
                client,
                number=fields.raw("card_number"),
                expiry=fields.raw("card_expiry"),
                gateway=gateway,
            )
    except ApiError as error:
        return _form(context, session, client, problem=error.message)
    method.description = fields.raw("description")
    if fields.flag("set_as_default"):
        set_default(context, method)
    return RedirectResponse(LIST_URL, status_code=303)


def _change(context: Context, client: Client, what: str, method_id: int) -> Response:
    method = context.store.pay_methods.get(method_id)
    if method is None or method.client_id != client.id:
        return notice("Not found", "There is no such payment method.", status=404)
    if what == "delete":
        context.store.pay_methods.remove(method.id)
    else:
        set_default(context, method)
    return RedirectResponse(LIST_URL, status_code=303)
