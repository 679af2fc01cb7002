"""A running emulator with one plan, one top-up and a small client that signs."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY, EsimAccess
from local.emulators.esim_access.gateway import sign
from local.emulators.kit.server import Running, running

GIGABYTE = 1_073_741_824
PLAN = {
    "packageCode": "JC016",
    "slug": "JP_5_30",
    "name": "Japan 5GB 30Days",
    "price": 57_000,
    "volume": 5 * GIGABYTE,
}
TOP_UP = {
    "packageCode": "TOPUP_JC172",
    "slug": "JP_1_7",
    "name": "Japan 1GB 7Days",
    "price": 12_000,
    "volume": GIGABYTE,
    "duration": 7,
    "topsUp": ["JC016"],
}
DAY_PASS = {
    "packageCode": "DAY01",
    "slug": "JP_DAY",
    "name": "Japan 1GB a day",
    "price": 10_000,
    "duration": 1,
    "dataType": 2,
    "supportTopUpType": 3,
}
DAY_PASS_TOP_UP = {
    **DAY_PASS,
    "packageCode": "TOPUP_DAY01",
    "slug": "JP_DAY_T",
    "topsUp": ["DAY01"],
}
BALANCE = 1_000_000


@dataclass
class Api:
    """Calls the emulator as its one merchant, whose clock goes with the emulator's."""

    server: Running
    ahead: float = 0.0

    def raw(
        self, path: str, body: bytes, headers: dict[str, str], method: str = "POST"
    ) -> requests.Response:
        """Any request below `/api/v1/open`."""
        url = f"{self.server.url}/api/v1/open/{path}"
        return requests.request(method, url, data=body, headers=headers, timeout=5)

    def call(self, path: str, body: Any = None) -> dict[str, Any]:
        """A signed request; the envelope."""
        sent = json.dumps(body).encode() if body is not None else b""
        answer = self.raw(path, sent, signed(sent, ahead=self.ahead))
        assert answer.status_code == 200, answer.text
        envelope: dict[str, Any] = answer.json()
        return envelope

    def ok(self, path: str, body: Any = None) -> dict[str, Any]:
        """A request that must succeed; its `obj`."""
        envelope = self.call(path, body)
        assert envelope["success"] is True, envelope
        obj: dict[str, Any] = envelope["obj"]
        return obj

    def refused(self, path: str, body: Any = None) -> str:
        """A request that must fail; its code."""
        envelope = self.call(path, body)
        assert envelope["success"] is False, envelope
        assert envelope["obj"] is None
        return str(envelope["errorCode"])

    def switch(self, **switches: Any) -> None:
        """Set switches through the admin API."""
        answer = requests.patch(f"{self.server.admin}/switches", json=switches, timeout=5)
        assert answer.ok, answer.text

    def admin(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Any request to the admin API."""
        return requests.request(method, f"{self.server.admin}/{path}", json=body, timeout=5)

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock, and the merchant's."""
        self.ahead += seconds
        assert self.admin("POST", "clock", {"advance": seconds}).ok

    def order(self, transaction_id: str = "order-1", **more: Any) -> str:
        """An order of one eSIM; its number."""
        wanted = {"packageCode": "JP_5_30", "count": 1, **more}
        body = {"transactionId": transaction_id, "packageInfoList": [wanted]}
        return str(self.ok("esim/order", body)["orderNo"])

    def query(self, **filters: Any) -> list[dict[str, Any]]:
        """`esim/query` with a large page."""
        pager = {"pageNum": 1, "pageSize": 500}
        found: list[dict[str, Any]] = self.ok("esim/query", {**filters, "pager": pager})["esimList"]
        return found

    def line(self, transaction_id: str = "order-1") -> dict[str, Any]:
        """An eSIM that is allocated."""
        self.switch(allocation="immediate")
        (line,) = self.query(orderNo=self.order(transaction_id))
        return line

    def again(self, line: dict[str, Any]) -> dict[str, Any]:
        """The same eSIM as it is now."""
        (found,) = self.query(esimTranNo=line["esimTranNo"])
        return found

    @property
    def balance(self) -> int:
        """What is left, times 10 000."""
        return int(self.ok("balance/query")["balance"])


def signed(body: bytes, *, ahead: float = 0.0) -> dict[str, str]:
    """The headers of a request that is signed now, or `ahead` seconds later."""
    request_id, timestamp = uuid.uuid4().hex, str(int((time.time() + ahead) * 1000))
    return {
        "Content-Type": "application/json",
        "RT-AccessCode": ACCESS_CODE,
        "RT-RequestID": request_id,
        "RT-Timestamp": timestamp,
        "RT-Signature": sign(SECRET_KEY, timestamp, request_id, ACCESS_CODE, body),
    }


@pytest.fixture(scope="session")
def served() -> Iterator[Running]:
    with running(EsimAccess()) as server:
        yield server


@pytest.fixture
def api(served: Running) -> Iterator[Api]:
    served.emulator.seed(
        {"balance": BALANCE, "packages": [PLAN, TOP_UP, DAY_PASS, DAY_PASS_TOP_UP]}
    )
    served.emulator.set_switches({"requests_per_second": 0})
    yield Api(served)
    served.emulator.reset()
