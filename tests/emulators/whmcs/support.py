"""The shop that the tests use, and a caller that speaks plain forms."""

from __future__ import annotations

from typing import Any, cast

import requests

from local.emulators.kit.server import Running
from local.emulators.whmcs.emulator import Whmcs
from local.emulators.whmcs.php_serialize import PhpMap, encode_map

CREDENTIALS = {"identifier": "local-identifier", "secret": "local-secret"}
FIBRE, ROUTER, SIM, RETIRED, TRIAL = 185, 242, 300, 301, 302
HANAKO, CLOSED, BLOCKED = 42, 43, 44
PASSWORD = "correct horse"

SHOP: dict[str, Any] = {
    "gateways": [
        {"module": "stripe", "displayname": "Credit Card"},
        {"module": "banktransfer", "displayname": "Bank Transfer"},
    ],
    "currencies": [
        {"id": 1, "code": "JPY", "prefix": "¥", "suffix": " JPY", "format": 4, "default": True}
    ],
    "clientCustomFields": [
        {"id": 1, "fieldname": "Customer Number"},
        {"id": 2, "fieldname": "Date of Birth"},
    ],
    "productGroups": [{"id": 1, "name": "Internet"}, {"id": 2, "name": "eSIM"}],
    "products": [
        {
            "pid": FIBRE,
            "gid": 1,
            "name": "Fibre",
            "module": "portalstub",
            "pricing": {
                "JPY": {"monthly": "5500", "msetupfee": "3000", "annually": "60000.00"},
            },
            "customfields": [
                {"id": 12, "name": "Portal Order Ref"},
                {"id": 15, "name": "Staff Only", "showorder": False},
            ],
            "configoptions": [
                {
                    "id": 4,
                    "name": "Speed",
                    "type": "1",
                    "options": [
                        {"id": 8, "name": "1 Gbps", "pricing": {"JPY": {"monthly": "0"}}},
                        {"id": 9, "name": "10 Gbps", "pricing": {"JPY": {"monthly": "1000"}}},
                    ],
                },
                {
                    "id": 5,
                    "name": "Mesh points",
                    "type": "4",
                    "minqty": 0,
                    "maxqty": 5,
                    "options": [
                        {
                            "id": 20,
                            "name": "Mesh point",
                            "pricing": {"JPY": {"monthly": "300", "msetupfee": "50"}},
                        }
                    ],
                },
                {
                    "id": 6,
                    "name": "Fixed address",
                    "type": "3",
                    "options": [
                        {"id": 30, "name": "Fixed address", "pricing": {"JPY": {"monthly": "770"}}}
                    ],
                },
            ],
        },
        {
            "pid": ROUTER,
            "gid": 1,
            "name": "Router",
            "paytype": "onetime",
            "pricing": {"JPY": {"monthly": "12000"}},
            "customfields": [{"id": 13, "name": "Portal Order Ref"}],
        },
        {
            "pid": SIM,
            "gid": 2,
            "name": "eSIM 5 GB",
            "module": "portalstub",
            "autosetup": "",
            "pricing": {"JPY": {"monthly": "1650"}},
            "customfields": [{"id": 14, "name": "Portal Order Ref"}],
        },
        {
            "pid": RETIRED,
            "gid": 2,
            "name": "eSIM 1 GB",
            "retired": True,
            "pricing": {"JPY": {"monthly": "990"}},
        },
        {"pid": TRIAL, "gid": 2, "name": "Trial", "paytype": "free"},
    ],
    "clients": [
        {
            "id": HANAKO,
            "firstname": "Hanako",
            "lastname": "Yamada",
            "email": "hanako@example.com",
            "password2": PASSWORD,
            "address1": "1-1 Chiyoda",
            "city": "Tokyo",
            "state": "Tokyo",
            "postcode": "100-0001",
            "country": "JP",
            "phonenumber": "+81 3-1234-5678",
            "customfields": {"1": "CN-000123"},
            "paymethods": [
                {
                    "gatewayName": "stripe",
                    "cardLastFour": "4242",
                    "cardType": "Visa",
                    "expiryDate": "12/39",
                },
                {"type": "BankAccount", "bankName": "Example Bank"},
            ],
        },
        {
            "id": CLOSED,
            "firstname": "Closed",
            "lastname": "Client",
            "email": "closed@example.com",
            "status": "Closed",
        },
        {
            "id": BLOCKED,
            "firstname": "No",
            "lastname": "Sso",
            "email": "blocked@example.com",
            "allowSingleSignOn": False,
            "twoFactor": True,
            "password2": PASSWORD,
        },
    ],
}

NEW_CLIENT: dict[str, str] = {
    "firstname": "Taro",
    "lastname": "Suzuki",
    "email": "taro@example.com",
    "password2": "another horse",
    "address1": "2-2 Shibuya",
    "city": "Tokyo",
    "state": "Tokyo",
    "postcode": "150-0001",
    "country": "JP",
    "phonenumber": "+81.9012345678",
}


def packed(values: PhpMap) -> str:
    """base64(serialize(values))."""
    return encode_map(values)


class Api:
    """Calls with the right credentials unless told otherwise."""

    def __init__(self, running: Running) -> None:
        self.url = f"{running.url}/includes/api.php"
        self.base = running.url
        self.admin = running.admin
        self.emulator = cast("Whmcs", running.emulator)

    def post(self, data: dict[str, Any], **options: Any) -> requests.Response:
        return requests.post(self.url, data=data, timeout=5, allow_redirects=False, **options)

    def raw(self, action: str, **fields: Any) -> requests.Response:
        return self.post({**CREDENTIALS, "responsetype": "json", "action": action, **fields})

    def call(self, action: str, **fields: Any) -> dict[str, Any]:
        """The body of any answer with status 200."""
        answer = self.raw(action, **fields)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def ok(self, action: str, **fields: Any) -> dict[str, Any]:
        """The body of a success."""
        body = self.call(action, **fields)
        assert body.get("result", body.get("status")) == "success", body
        return body

    def refused(self, action: str, **fields: Any) -> str:
        """The message of a business error."""
        body = self.call(action, **fields)
        assert body["result"] == "error", body
        return str(body["message"])

    def order(self, *pids: int, **fields: Any) -> dict[str, Any]:
        """AddOrder for Hanako."""
        lines = {f"pid[{n}]": pid for n, pid in enumerate(pids)}
        return self.ok(
            "AddOrder", **{"clientid": HANAKO, "paymentmethod": "stripe", **lines, **fields}
        )

    def services(self, **fields: Any) -> list[dict[str, Any]]:
        """GetClientsProducts, the list."""
        found: list[dict[str, Any]] = self.ok("GetClientsProducts", **fields)["products"]["product"]
        return found

    def state(self) -> dict[str, Any]:
        return self.emulator.dump()
