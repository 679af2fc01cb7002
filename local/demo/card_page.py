"""Adds a card on WHMCS' own page, as a customer does after the single-use link."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from local.demo.checks import DemoError
from local.demo.forms import Form, read_forms, read_links
from local.demo.portal_client import loopback_client

VALID_CARD = "4242424242424242"
ADD_PAGE = "/account/paymentmethods/add"
CARD_NUMBER, CARD_EXPIRY = "card_number", "card_expiry"


@dataclass(frozen=True)
class Card:
    """A test card; `expiry` is `MM/YY`."""

    number: str = VALID_CARD
    expiry: str = "12/31"


def add_card(url: str, card: Card) -> None:
    """Open the single-use link, go to the form for a new card and send it. Raises DemoError."""
    with loopback_client(follow_redirects=True) as browser:
        page = browser.get(url)
        _check(page, "The single-use link")
        page = browser.get(urljoin(str(page.url), _link_to_form(page)))
        _check(page, "The page for a new card")
        form = _card_form(page)
        answer = browser.request(
            form.method.upper(), urljoin(str(page.url), form.action), data=_filled(form, card)
        )
        _check(answer, "Saving the card")


def _check(page: httpx.Response, what: str) -> None:
    if page.is_error:
        raise DemoError(f"{what} in WHMCS answered {page.status_code}.")


def _link_to_form(page: httpx.Response) -> str:
    for link in read_links(page.text):
        if link.endswith(ADD_PAGE):
            return link
    raise DemoError(f"The WHMCS page {page.url.path} has no link for adding a payment method.")


def _card_form(page: httpx.Response) -> Form:
    for form in read_forms(page.text):
        if CARD_NUMBER in form.fields:
            return form
    raise DemoError(f"The WHMCS page {page.url.path} has no form for a card.")


def _filled(form: Form, card: Card) -> dict[str, str]:
    return {**form.fields, CARD_NUMBER: card.number, CARD_EXPIRY: card.expiry}
