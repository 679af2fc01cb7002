"""HTTP clients for the portal's API and the front door's pages."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from local.demo.checks import DemoError, expect_status
from local.stack.settings import ESIM_PROVIDERS

DEFAULT_FRONT_DOOR = "http://127.0.0.1:8080"
HOW_TO_START = (
    "Start the stack in another terminal with `make run`, wait for its address, try again."
)
TIMEOUT_SECONDS = 30.0


def loopback_client(**options: Any) -> httpx.Client:
    """Return an HTTP client that ignores the environment's proxies: all addresses are loopback."""
    # Without a context of its own, each client reads all certificate authorities from the disk.
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(trust_env=False, verify=nobody, timeout=TIMEOUT_SECONDS, **options)


def find_stack(front_door: str, provider: str | None = None) -> dict[str, Any]:
    """Return the running stack's `/demo.json`.

    Raises DemoError when no stack runs, or one with another eSIM provider.
    """
    try:
        with loopback_client() as client:
            answer = client.get(f"{front_door}/demo.json")
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise DemoError(
            f"No stack answers at {front_door} ({type(error).__name__}). {HOW_TO_START}"
        ) from error
    emulators = found["emulators"].keys()
    missing = {"salesforce", "whmcs", "sendgrid"} - emulators
    if not emulators & set(ESIM_PROVIDERS):
        missing |= {"an eSIM provider"}
    if missing:
        raise DemoError(f"This stack runs without {', '.join(sorted(missing))}. {HOW_TO_START}")
    if provider is not None and provider not in emulators:
        raise DemoError(
            f"The stack at {front_door} runs with another eSIM provider. Start it with "
            f"`make run PROVIDER={provider}`."
        )
    return found


class PortalClient:
    """An API client; it sends no token before `log_in`."""

    def __init__(self, api: str) -> None:
        self._client = loopback_client(base_url=api)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str) -> httpx.Response:
        """Send a GET request to a path below the API's base URL."""
        return self._client.get(path)

    def post(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        """Send a JSON body to a path below the API's base URL; `key` is its Idempotency-Key."""
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self._client.post(path, json=body, headers=headers)

    def log_in(self, email: str, password: str) -> None:
        """Log in and send the bearer token with every later request."""
        answer = self.post("/auth/login", {"email": email, "password": password})
        token = expect_status(answer, 200, f"Logging in as {email}")["accessToken"]
        self._client.headers["Authorization"] = f"Bearer {token}"


class FrontDoor:
    """A client of the operator's screen and of the captured mails; `url` is its address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = loopback_client(base_url=url, headers={"Accept": "application/json"})

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def order(self, order_id: str) -> dict[str, Any]:
        """Return the Order's record in Salesforce."""
        answer = self._client.get(f"/salesforce/orders/{order_id}")
        return expect_status(answer, 200, "Reading the Order in Salesforce")

    def approve(self, order_id: str) -> None:
        """Approve the Order, as an operator does after the review."""
        answer = self._client.post(f"/salesforce/orders/{order_id}/approve")
        expect_status(answer, 204, "Approving the Order in Salesforce")

    def press_provision(self, order_id: str) -> dict[str, Any]:
        """Press "Provision in WHMCS". Return the portal's answer (see PressResult)."""
        answer = self._client.post(f"/salesforce/orders/{order_id}/provision")
        return expect_status(answer, 200, "Pressing the button in Salesforce")

    def alarms(self) -> list[dict[str, Any]]:
        """Return all alarms of `/ops` with their states."""
        answer = self._client.get("/ops/alarms.json")
        found: list[dict[str, Any]] = expect_status(answer, 200, "Reading the alarms")["alarms"]
        return found

    def mails_to(self, email: str) -> list[dict[str, Any]]:
        """Return the captured mails of one recipient, newest first."""
        answer = self._client.get("/mail.json")
        mails: list[dict[str, Any]] = expect_status(answer, 200, "Reading the mail")["mails"]
        return [mail for mail in mails if any(email in address for address in mail["to"])]
