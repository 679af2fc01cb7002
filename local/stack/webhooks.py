"""Registers the webhook at the eSIM provider's emulator, as an operator does at the provider."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from local.emulators.esim_access.emulator import ACCESS_CODE
from local.stack.credentials import WEBHOOK_SECRET, WEBHOOK_TOKEN
from local.stack.settings import Settings

TIMEOUT = 30.0
SAVES = 4


class WebhookError(RuntimeError):
    """The emulator refused the address. The message is the emulator's."""


def register(settings: Settings, urls: Mapping[str, str], api_url: str) -> None:
    """Register the API's address at the provider, if it is an emulator.

    Raises WebhookError.
    """
    provider = settings.esim_provider
    if provider not in urls:
        return
    with requests.Session() as session:
        session.trust_env = False
        if provider == "gigs":
            answer = session.post(
                f"{urls['gigs']}/_admin/webhooks",
                json={"url": f"{api_url}/webhooks/esim", "secret": WEBHOOK_SECRET},
                timeout=TIMEOUT,
            )
            refused = not answer.ok
        else:
            answer, refused = _saved(session, urls["esim_access"], api_url)
    if refused:
        msg = f"{provider} does not take the address for its events: {answer.text[:500]}"
        raise WebhookError(msg)


def _saved(session: requests.Session, url: str, api_url: str) -> tuple[requests.Response, bool]:
    """Return the answer, and whether it is a refusal.

    The emulator sends CHECK_HEALTH to the address and waits for seconds. On a busy machine the
    first start of the Lambda takes longer, so the operator presses again.
    """
    for _ in range(SAVES):
        answer = session.post(
            f"{url}/api/v1/open/webhook/save",
            json={"webhook": f"{api_url}/webhooks/esim/{WEBHOOK_TOKEN}"},
            headers={"RT-AccessCode": ACCESS_CODE},
            timeout=TIMEOUT,
        )
        if answer.ok and answer.json().get("success"):
            return answer, False
    return answer, True
