"""Clients and Users of WHMCS.

Since WHMCS 8.0 a User signs in and a Client is billed. AddClient creates both. Source: WHMCS API
reference (AddClient, GetClientsDetails, GetUsers, ValidateLogin).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from portal.adapters.whmcs.client import UPSTREAM, WhmcsClient
from portal.adapters.whmcs.decoding import as_int, as_list
from portal.adapters.whmcs.encoding import serialize
from portal.domain import normal_forms
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable
from portal.ports.clients import (
    BillingClient,
    BillingLogin,
    ClientDetails,
    EmailTaken,
    FieldRefused,
    LoginRefused,
)
from portal.vendor_errors.whmcs import CLIENT_MISSING, LOGIN_REFUSED

_TAKEN = (
    "a user already exists with that email address",
    "the email address entered is not available for use",
    "duplicate email address",
)
FIELD_BY_TEXT = {
    "you did not enter your first name": "first_name",
    "you did not enter your last name": "last_name",
    "you did not enter your email address": "email",
    "the email address entered was not valid": "email",
    "the email address you entered was not valid": "email",
    "the email address entered is not valid": "email",
    "you did not enter your address line 1": "street",
    "you did not enter your city": "city",
    "you did not enter your state": "state",
    "you did not enter your postcode": "postcode",
    "you did not enter your phone number": "phone",
    "invalid telephone phone number": "phone",
    "valid country required": "country",
}


@dataclass(frozen=True)
class ClientFields:
    """The ids of the custom fields of clients."""

    customer_number: int
    date_of_birth: int
    gender: int
    nationality: int


class WhmcsClients:
    """`Clients` over the WHMCS API."""

    def __init__(self, client: WhmcsClient, fields: ClientFields) -> None:
        self._client = client
        self._fields = fields

    def by_email(self, email: str) -> BillingClient | None:
        """Return the client with that address, or None.

        GetClientsDetails finds the exact address, whereas GetClients searches by prefix.
        """
        found = self._details(email=email)
        if found is None or normal_forms.email(found.email) != normal_forms.email(email):
            return None
        return found

    def create(self, details: ClientDetails) -> int:
        """Create a client with a random password (AddClient). Returns the client's id.

        Customers reach WHMCS by single sign-on, and only Cognito has the portal's password. A
        customer who wants to sign in to WHMCS itself can reset the password there. WHMCS requires
        a postcode and a state, so `skipvalidation` is sent for countries without postcodes or
        states. Raises EmailTaken and FieldRefused.
        """
        parameters = {
            "firstname": details.first_name,
            "lastname": details.last_name,
            "companyname": details.company,
            "email": details.email,
            "address1": details.street,
            "address2": details.street2,
            "city": details.city,
            "state": details.state,
            "postcode": details.postcode,
            "country": details.country,
            "phonenumber": details.phone,
            "password2": secrets.token_urlsafe(24),
            "customfields": serialize(self._custom_fields(details)),
            "marketingoptin": details.marketing_opt_in,
            "noemail": True,
            "skipvalidation": not (details.postcode and details.state),
        }
        with _refusals_of_add_client():
            answer = self._client.call("AddClient", parameters, writes=True)
        client_id = as_int(answer.get("clientid"))
        if client_id is None:
            raise OutcomeUnknown(UPSTREAM, "AddClient", "success without a client id")
        return client_id

    def validate_login(self, email: str, password: str) -> BillingLogin:
        """Check a User's password (ValidateLogin). Returns the User's id. Raises LoginRefused."""
        try:
            answer = self._client.call("ValidateLogin", {"email": email, "password2": password})
        except Unauthorized:
            raise
        except Refused as refused:
            if refused.code == LOGIN_REFUSED:
                raise LoginRefused from None
            raise
        user_id = as_int(answer.get("userid"))
        if user_id is None:
            raise Unavailable(UPSTREAM, "ValidateLogin", "success without a user id")
        two_factor = str(answer.get("twoFactorEnabled", "")).lower() in ("true", "1")
        return BillingLogin(user_id, two_factor=two_factor)

    def owned_by(self, login: BillingLogin, email: str) -> Sequence[BillingClient]:
        """Return the Clients that the User who signed in owns.

        GetUsers searches by prefix, so the User is selected by its id. GetClientsDetails then
        gives each Client.
        """
        users = self._client.pages("GetUsers", {"search": email}, container="users", child="user")
        user = next((u for u in users if as_int(u.get("id")) == login.user_id), None)
        if user is None:
            return ()
        owned = [
            as_int(entry.get("id"))
            for entry in as_list(user.get("clients"), "client")
            if str(entry.get("isOwner", "")).lower() in ("true", "1")
        ]
        found = (self._details(client_id=client_id) for client_id in owned if client_id is not None)
        return tuple(client for client in found if client is not None)

    def _details(
        self, *, client_id: int | None = None, email: str | None = None
    ) -> BillingClient | None:
        try:
            answer = self._client.call(
                "GetClientsDetails", {"clientid": client_id, "email": email, "stats": False}
            )
        except Refused as refused:
            if refused.code == CLIENT_MISSING:
                return None
            raise
        # The answer also has the fields at its top level, which is deprecated.
        return self._client_from(answer.get("client") or answer)

    def _client_from(self, record: dict[str, Any]) -> BillingClient:
        client_id = as_int(record.get("id")) or as_int(record.get("client_id"))
        if client_id is None:
            raise Unavailable(UPSTREAM, "GetClientsDetails", "a client without an id")
        values = {
            as_int(field.get("id")): str(field.get("value") or "").strip()
            for field in as_list(record.get("customfields"), "customfield")
        }
        return BillingClient(
            client_id=client_id,
            email=str(record.get("email") or ""),
            customer_number=values.get(self._fields.customer_number, ""),
            first_name=str(record.get("firstname") or ""),
        )

    def _custom_fields(self, details: ClientDetails) -> dict[int | str, str]:
        born = details.date_of_birth
        values = {
            self._fields.customer_number: details.customer_number,
            self._fields.date_of_birth: born.isoformat() if born else None,
            self._fields.gender: details.gender,
            self._fields.nationality: details.nationality,
        }
        return {key: value for key, value in values.items() if value is not None}


@contextmanager
def _refusals_of_add_client() -> Iterator[None]:
    try:
        yield
    except Unauthorized:
        raise
    except Refused as refused:
        if refused.code in _TAKEN:
            raise EmailTaken from None
        if field := FIELD_BY_TEXT.get(refused.code or ""):
            raise FieldRefused(field) from None
        raise
