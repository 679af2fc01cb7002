"""CreateSsoToken: a single-use sign-in to the client area.

Sources: WHMCS API reference, CreateSsoToken; WHMCS documentation, Single Sign-On Developer Guide
(destinations). The emulator's page for each destination is its own choice.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from local.emulators.whmcs.context import Context, Handler
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import Client, SsoToken, User

HOME = "clientarea.php"
PAY_METHODS = "index.php?rp=/account/paymentmethods"
CUSTOM = "sso:custom_redirect"
DESTINATIONS = {
    "clientarea:profile": "clientarea.php?action=details",
    "clientarea:billing_info": PAY_METHODS,
    "clientarea:emails": "clientarea.php?action=emails",
    "clientarea:announcements": "index.php?rp=/announcements",
    "clientarea:downloads": "index.php?rp=/download",
    "clientarea:knowledgebase": "index.php?rp=/knowledgebase",
    "clientarea:network_status": "serverstatus.php",
    "clientarea:services": "clientarea.php?action=services",
    "clientarea:product_details": "clientarea.php?action=productdetails&id={service_id}",
    "clientarea:domains": "clientarea.php?action=domains",
    "clientarea:domain_details": "clientarea.php?action=domaindetails&id={domain_id}",
    "clientarea:invoices": "clientarea.php?action=invoices",
    "clientarea:tickets": "supporttickets.php",
    "clientarea:submit_ticket": "submitticket.php",
    "clientarea:shopping_cart": "cart.php",
    "clientarea:shopping_cart_addons": "cart.php?gid=addons",
    "clientarea:shopping_cart_domain_register": "cart.php?a=add&domain=register",
    "clientarea:shopping_cart_domain_transfer": "cart.php?a=add&domain=transfer",
}
_RELATIVE = re.compile(r"/?[A-Za-z0-9_][^\s\\:]*(?:\?[^\s\\]*)?")


def create_sso_token(context: Context, parameters: Parameters) -> dict[str, Any]:
    """CreateSsoToken: for a client (its owner signs in), a user, or a user of a client."""
    client, user = _subjects(context, parameters)
    path = _path(context, parameters, client)
    if client is not None and (
        not client.allow_single_sign_on or client.id in context.switches.sso_blocked_clients
    ):
        raise ApiError(f"SSO authentication blocked for client {client.id}")
    if context.switches.sso_invalid_client:
        raise ApiError(
            "Token could not be provisioned: invalid_client. client credentials are required"
        )
    token = secrets.token_hex(20)
    context.store.sso_tokens.add(
        SsoToken(
            id=context.store.sso_tokens.next_id(),
            token=token,
            client_id=client.id if client else 0,
            user_id=user.id,
            path=path,
            expires_at=context.now.timestamp() + context.switches.sso_seconds,
        )
    )
    url = f"{context.base_url}/oauth/singlesignon.php?access_token={token}"
    return {"access_token": token, "redirect_url": url}


def _subjects(context: Context, parameters: Parameters) -> tuple[Client | None, User]:
    client_id, user_id = parameters.number("client_id"), parameters.number("user_id")
    if client_id is None and user_id is None:
        raise ApiError("A valid client_id or user_id is required")
    client = context.store.clients.get(client_id)
    if client_id is not None and client is None:
        raise ApiError("Invalid client_id")
    if user_id is None and client is not None:
        user_id = client.owner_user_id
    user = context.store.users.get(user_id)
    if user is None:
        raise ApiError("Invalid user_id")
    if client is not None and user.id not in client.user_ids:
        raise ApiError("Invalid user_id for client")
    return client or _only_client(context, user), user


def _only_client(context: Context, user: User) -> Client | None:
    clients = context.store.clients.where(lambda client: user.id in client.user_ids)
    return clients[0] if clients else None


def _path(context: Context, parameters: Parameters, client: Client | None) -> str:
    destination = parameters.text("destination")
    if destination is None:
        return HOME
    if destination == CUSTOM:
        path = parameters.raw("sso_redirect_path")
        if path.startswith("//") or not _RELATIVE.fullmatch(path):
            raise ApiError("Invalid destination")
        return path.removeprefix("/")
    template = DESTINATIONS.get(destination)
    if template is None:
        raise ApiError("Invalid destination")
    service = context.store.services.get(parameters.number("service_id"))
    if "{service_id}" in template and (
        service is None or client is None or service.client_id != client.id
    ):
        raise ApiError("Invalid destination")
    return template.format(
        service_id=service.id if service else "", domain_id=parameters.number("domain_id") or ""
    )


ACTIONS: dict[str, Handler] = {"CreateSsoToken": create_sso_token}
