"""Signs up the demo's portal users through the API."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from local.context import DemoAccount
from local.demo.people import ACCOUNTS, PortalUser
from local.stack.credentials import WHMCS_CREDENTIALS

TIMEOUT = 60.0
CARD_EXPIRY = "1230"


def sign_up_accounts(api_url: str, emulators: Mapping[str, str]) -> tuple[DemoAccount, ...]:
    """Sign up the demo's portal users. Return the accounts whose sign-up succeeded.

    An account that is refused is left out; the log of `auth-signup` has the reason. When Salesforce
    or WHMCS is not an emulator, no one is signed up: their records must not be changed.
    """
    if not {"salesforce", "whmcs"} <= emulators.keys():
        return ()
    with requests.Session() as session:
        session.trust_env = False
        return tuple(
            user.account for user in ACCOUNTS if _sign_up(session, api_url, emulators, user)
        )


def _sign_up(
    session: requests.Session, api_url: str, emulators: Mapping[str, str], user: PortalUser
) -> bool:
    answer = session.post(f"{api_url}/auth/signup", json=user.person.signup(), timeout=TIMEOUT)
    if answer.status_code != requests.codes.created:
        return False
    if user.card is not None:
        _store_card(session, emulators["whmcs"], user.person.email, user.card)
    return True


def _store_card(session: requests.Session, whmcs_url: str, email: str, card: str) -> None:
    """Add a card, as the customer does on WHMCS' payment methods page (API: AddPayMethod)."""

    def call(action: str, **parameters: str) -> requests.Response:
        answer = session.post(
            f"{whmcs_url}/includes/api.php",
            data={**WHMCS_CREDENTIALS, "action": action, "responsetype": "json", **parameters},
            timeout=TIMEOUT,
        )
        answer.raise_for_status()
        return answer

    client = call("GetClientsDetails", email=email).json()
    call(
        "AddPayMethod",
        clientid=str(client["userid"]),
        type="RemoteCreditCard",
        gateway_module_name="stripe",
        card_number=card,
        card_expiry=CARD_EXPIRY,
        set_as_default="true",
    )
