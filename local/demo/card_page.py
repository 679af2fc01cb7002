"""Adding a card on WHMCS' own page, as a customer who followed the single-use link does."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from local.demo.checks import DemoError
from local.demo.forms import Form, read_forms
from local.demo.portal_client import loopback_client

VALID_CARD = "4242424242424242"


@dataclass(frozen=True)
class Card:
    """A test card; `expiry` is `MM/YY`."""

    number: str = VALID_CARD
    expiry: str = "12/31"
    security_code: str = "123"


def add_card(url: str, card: Card) -> None:
    """Open the single-use link, fill in the card form there and send it; raises DemoError."""
    with loopback_client(follow_redirects=True) as browser:
        page = browser.get(url)
        if page.is_error:
            raise DemoError(f"The WHMCS page behind the link answered {page.status_code}.")
        form = _card_form(page)
        answer = browser.request(
            form.method.upper(), urljoin(str(page.url), form.action), data=_filled(form, card)
        )
        if answer.is_error:
            raise DemoError(f"WHMCS refused the card with {answer.status_code}.")


def _card_form(page: httpx.Response) -> Form:
    for form in read_forms(page.text):
        if "ccnumber" in form.fields:
            return form
    raise DemoError(f"The page at {page.url.path} has no form for a card.")


def _filled(form: Form, card: Card) -> dict[str, str]:
    typed = {"ccnumber": card.number, "ccexpirydate": card.expiry, "cccvv": card.security_code}
    return {**form.fields, **{name: value for name, value in typed.items() if name in form.fields}}
