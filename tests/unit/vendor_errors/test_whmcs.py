"""Texts of WHMCS by action: whose error it is, and what may have happened."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.orders import WhmcsOrders
from portal.adapters.whmcs.services import WhmcsServices
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable, UpstreamError
from portal.ports.billing_orders import ModuleFailed, NotPending
from portal.vendor_errors.model import Kind, error_type
from portal.vendor_errors.whmcs import MODULE_ACTIONS, ONCE_ONLY, TEXTS, Text, lookup

from tests.emulators.whmcs.support import CREDENTIALS, FIBRE, HANAKO, SHOP
from tests.fakes.rotating_secret import RotatingSecret
from tests.vendors import Vendors

URL = "https://billing.example/includes/api.php"
FOR_ALL = [row for row in TEXTS if row.for_every_action]
GATE = [row for row in FOR_ALL if row.kind is Kind.UNAUTHORIZED]
# What server modules were seen to say; some of it is word for word what WHMCS says itself.
MODULE_WORDS = [
    "Access Denied",
    "Access denied. Check the server's access hash",
    "Authentication failed",
    "Authentication Failed: the panel refuses the API token",
    "Invalid or missing credentials",
    "Invalid IP address for server",
    "Invalid IP 10.0.0.5",
    "Client not found on the panel",
    "SQLSTATE[HY000] [2002] Connection refused",
    "curl error Operation timed out after 5001 milliseconds with 0 bytes received",
]


def client_of(*versions: dict[str, Any]) -> tuple[WhmcsClient, RotatingSecret]:
    secret = RotatingSecret(*(versions or (CREDENTIALS,)))
    return WhmcsClient(url=URL, secret=secret), secret


def example(row: Text) -> str:
    """A text that the row stands for, written as WHMCS writes texts."""
    return row.code.replace("…", "203.0.113.7").capitalize() + "."


def caught(action: str, text: str, *, writes: bool, status: int = 200) -> UpstreamError:
    with responses.RequestsMock() as mock:
        mock.post(URL, status=status, json={"result": "error", "message": text})
        with pytest.raises(UpstreamError) as error:
            client_of()[0].call(action, {}, writes=writes)
    return error.value


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: f"{row.action}: {row.code}")
@pytest.mark.parametrize("writes", [True, False])
def test_each_text(row: Text, writes: bool) -> None:
    action = "UpdateClient" if row.for_every_action else row.action
    error = caught(action, example(row), writes=writes)
    assert type(error) is error_type(row.kind, writes=writes)
    assert error.code == row.code


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: f"{row.action}: {row.code}")
def test_no_text_is_hidden_by_another(row: Text) -> None:
    assert lookup(row.action, example(row)) is row


@pytest.mark.parametrize("text", MODULE_WORDS)
@responses.activate
def test_accepting_passes_on_the_module_s_words(text: str) -> None:
    responses.post(URL, json={"result": "error", "message": text})
    client, secret = client_of(CREDENTIALS, {**CREDENTIALS, "secret": "rotated"})
    with pytest.raises(ModuleFailed) as failure:
        WhmcsOrders(client).accept(76, set_up=True)
    assert failure.value.message == text
    # Not sent a second time with another secret: the module may have done half of its work.
    assert (secret.refreshes, len(responses.calls)) == (0, 1)
    with pytest.raises(ModuleFailed):
        WhmcsServices(client).set_up(66)


@pytest.mark.parametrize("row", GATE, ids=lambda row: row.code)
@pytest.mark.parametrize("status", [403, 400])
@pytest.mark.parametrize("action", sorted(MODULE_ACTIONS))
def test_whmcs_turns_away_with_a_status_of_its_own(row: Text, status: int, action: str) -> None:
    assert type(caught(action, example(row), writes=True, status=status)) is Unauthorized


def test_a_missing_order_or_service_is_not_the_module_s_doing() -> None:
    with responses.RequestsMock() as mock:
        mock.post(
            URL,
            json={"result": "error", "message": "Order ID not found or Status not Pending"},
        )
        with pytest.raises(NotPending):
            WhmcsOrders(client_of()[0]).accept(76, set_up=True)
    with responses.RequestsMock() as mock:
        mock.post(URL, json={"result": "error", "message": "Service ID not found"})
        with pytest.raises(Refused):
            WhmcsServices(client_of()[0]).set_up(66)


@pytest.mark.parametrize(
    "text",
    [
        "Access Denied by a hook of the reseller",
        "Client Not Found in the other billing system",
        "The word authentication failed somewhere",
    ],
)
def test_a_text_that_only_begins_like_a_known_one_is_not_that_one(text: str) -> None:
    error = caught("UpdateClient", text, writes=True)
    assert (type(error), error.code) == (Refused, None)


@pytest.mark.parametrize("action", sorted(ONCE_ONLY))
def test_an_unknown_text_leaves_open_whether_something_was_made(action: str) -> None:
    assert type(caught(action, "Something new", writes=True)) is OutcomeUnknown


def test_an_unknown_text_of_a_read_is_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert type(caught("GetOrders", "Something new", writes=False)) is Unavailable
    assert "in no table" in capsys.readouterr().out


def test_a_module_of_the_emulated_installation_that_denies_access(vendors: Vendors) -> None:
    vendors.whmcs.reset()
    vendors.whmcs.seed(SHOP)
    whmcs = vendors.whmcs_client()
    order = {"clientid": HANAKO, "paymentmethod": "stripe", "pid": [FIBRE]}
    placed = whmcs.call("AddOrder", {**order, "billingcycle": ["monthly"]}, writes=True)
    vendors.whmcs.set_switches({"module_failures": {FIBRE: "Access Denied"}})
    with pytest.raises(ModuleFailed, match="Access Denied"):
        WhmcsOrders(whmcs).accept(int(placed["orderid"]), set_up=True)
    assert vendors.calls()["whmcs AcceptOrder"] == 1
