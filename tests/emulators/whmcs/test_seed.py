"""Seeding, resetting and starting."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import requests

from tests.emulators.whmcs.support import FIBRE, HANAKO, SHOP, SIM, Api, packed


def test_orders_and_invoices_can_be_seeded(api: Api) -> None:
    lines = [
        {
            "pid": FIBRE,
            "billingcycle": "monthly",
            "customfields": {"12": "REF"},
            "configoptions": {"4": 9},
        }
    ]
    order = {"clientid": HANAKO, "paymentmethod": "stripe", "invoice": False, "lines": lines}
    invoice = {
        "clientid": HANAKO,
        "paymentmethod": "stripe",
        "status": "Paid",
        "date": "2026-01-31",
        "items": [{"description": "Fibre", "amount": "5500"}],
    }
    api.emulator.seed({"orders": [order, {**order, "status": "Pending"}], "invoices": [invoice]})
    active, pending = api.services()
    assert (active["status"], pending["status"]) == ("Active", "Pending")
    assert active["recurringamount"] == "6500.00"
    assert active["customfields"]["customfield"][0]["value"] == "REF"
    found = api.ok("GetInvoices")["invoices"]["invoice"][0]
    assert (found["status"], found["duedate"], found["total"]) == ("Paid", "2026-01-31", "5500.00")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"client": []}, "client"),
        ({"products": [{"pid": 1, "gid": 1, "name": "x", "colour": "red"}]}, "colour"),
        ({"products": [{"pid": 1, "gid": 1, "name": "x", "pricing": {"JPY": {"onetime": 1}}}]},
         "onetime"),
        ({"clients": [{"firstname": "A", "lastname": "B", "email": "Hanako@example.com"}]},
         "hanako@example.com"),
        ({"clients": [{"id": HANAKO, "firstname": "A", "lastname": "B", "email": "a@b.c"}]},
         "id 42"),
        ({"orders": [{"clientid": 999, "paymentmethod": "stripe", "lines": [{"pid": SIM}]}]},
         "no client with id 999"),
        ({"orders": [{"clientid": HANAKO, "paymentmethod": "stripe", "lines": [{"pid": 1}]}]},
         "no product with pid 1"),
        ({"orders": [{"clientid": HANAKO, "paymentmethod": "x", "lines": [{"pid": SIM}]}]},
         "Invalid Payment Method"),
        ({"clients": [{"firstname": "A", "lastname": "B", "email": "a@b.c",
                       "paymethods": [{"type": "CreditCard"}]}]}, "cardLastFour"),
    ],
)  # fmt: skip
def test_wrong_seeds_are_explained(api: Api, data: dict[str, Any], complaint: str) -> None:
    answer = requests.post(f"{api.admin}/seed", json=data, timeout=5)
    assert answer.status_code == 400
    assert complaint in answer.text


def test_seeding_twice_replaces_the_shop(api: Api) -> None:
    cheaper = {**SHOP["products"][2], "pricing": {"JPY": {"monthly": "1"}}}
    api.emulator.seed({"products": [cheaper]})
    assert api.ok("GetProducts")["totalresults"] == 5
    api.order(SIM)
    assert api.services()[0]["recurringamount"] == "1.00"


def test_reset_forgets_everything(api: Api) -> None:
    api.order(SIM)
    api.emulator.seed({"config": {"identifier": "x", "secret": "y"}})
    token = api.post(
        {"identifier": "x", "secret": "y", "action": "CreateSsoToken", "client_id": 42}
    )
    browser = requests.Session()
    assert browser.get(token.json()["redirect_url"], timeout=5).status_code == 200
    requests.post(f"{api.admin}/reset", timeout=5)
    state = api.state()
    tables = ("clients", "users", "orders", "services", "invoices", "products", "gateways")
    assert all(state[name] == [] for name in tables)
    assert api.raw("WhmcsDetails").status_code == 200, "the local credentials count again"
    assert browser.get(f"{api.base}/clientarea.php", timeout=5).status_code == 403


def test_state_shows_no_plain_passwords(api: Api) -> None:
    assert "correct horse" not in requests.get(f"{api.admin}/state", timeout=5).text


def test_custom_fields_of_clients_are_decoded_strictly(api: Api) -> None:
    api.ok("UpdateClient", clientid=HANAKO, customfields=packed({1: "CN-7 東京"}))
    assert api.ok("GetClientsDetails", clientid=HANAKO)["customfields1"] == "CN-7 東京"
    message = api.refused("UpdateClient", clientid=HANAKO, customfields='{"1":"x"}')
    assert message.startswith("customfields is not base64")


def test_command_line_explains_itself() -> None:
    command = [sys.executable, "-m", "local.emulators.whmcs", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603  # our own module
    assert "--port" in result.stdout
