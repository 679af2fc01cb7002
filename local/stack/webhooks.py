"""Tells the eSIM provider's emulator where its events go, as an operator does at the provider."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from local.emulators.esim_access.emulator import ACCESS_CODE
from local.stack.credentials import WEBHOOK_SECRET, WEBHOOK_TOKEN
from local.stack.settings import Settings

TIMEOUT = 30.0


class WebhookError(RuntimeError):
    """The emulator refused the address; the message is the emulator's."""


def register(settings: Settings, urls: Mapping[str, str], api_url: str) -> None:
    """Give the provider of this run the API's address. Another provider than an emulator is left.

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
            # It sends CHECK_HEALTH there and waits for the answer.
            answer = session.post(
                f"{urls['esim_access']}/api/v1/open/webhook/save",
                json={"webhook": f"{api_url}/webhooks/esim/{WEBHOOK_TOKEN}"},
                headers={"RT-AccessCode": ACCESS_CODE},
                timeout=TIMEOUT,
            )
            refused = not answer.ok or not answer.json().get("success")
    if refused:
        msg = f"{provider} does not take the address for its events: {answer.text[:500]}"
        raise WebhookError(msg)
