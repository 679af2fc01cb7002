"""Renders every template with made-up values, for previews and tests."""

from __future__ import annotations

from typing import Any

from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailTemplate

from functions.email.contexts import QR_CONTENT_ID
from functions.email.rendering import Rendered, render

CODE = ActivationCode("smdp.example.com", "SAMPLE-NOT-A-REAL-CODE")
VALUES: dict[str, Any] = {
    "first_name": "Hanako",
    "sender_name": "Portal Telecom",
    "portal_url": "https://portal.example",
    "reply_to": "support@portal.example",
    "token": "sample-token",
    "minutes": 30,
    "order_number": "00000123",
    "order_id": "801000000000001AAA",
    "offer_name": "5 GB",
    "amount": "1500",
    "currency": "JPY",
    "subscription_id": "77",
}
LINES = [{"name": "Home Internet 1G Gold", "quantity": 1}, {"name": "eSIM 10 GB", "quantity": 2}]
ESIM = {
    "content_id": QR_CONTENT_ID,
    "lpa": CODE.lpa,
    "smdp_address": CODE.smdp_address,
    "matching_id": CODE.matching_id,
    "apple_link": CODE.apple_link,
    "android_link": CODE.android_link,
}


def sample(template: MailTemplate, language: str) -> Rendered:
    """Return a preview of one mail."""
    values = dict(VALUES)
    if template in (MailTemplate.ORDER_RECEIVED, MailTemplate.ORDER_PROVISIONED):
        values["lines"] = LINES
    if template in (MailTemplate.ESIM_ACTIVATION, MailTemplate.ESIM_REISSUED):
        values["esim"] = ESIM
    return render(template, language, values)
