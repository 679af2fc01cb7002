"""Fits a billing address to the fields and values that an org's Order accepts.

A text that is longer than its field is cut after a whole word and ends with an ellipsis. A state
or country that the org's picklists do not have, and a postcode that does not fit, are left out,
because a part of one would be wrong. A note for the operator names each change. WHMCS stays the
authority for the address.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from portal.domain.billing import BillingAddress

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
# Lengths of the standard fields (Object Reference, Order), for orgs that cannot be described.
STANDARD_LENGTHS = {
    "BillingStreet": 255,
    "BillingCity": 40,
    "BillingState": 80,
    "BillingPostalCode": 20,
    "BillingCountry": 80,
    "Description": 32_000,
}
# In the order of their ISO 3166-2:JP numbers.
_PREFECTURES = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県"
    " 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県"
    " 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県"
    " 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)


class State(BaseModel):
    """One state of a country's picklist. `code` is written, and `label` is shown."""

    model_config = ConfigDict(frozen=True)

    code: str
    label: str


class OrderForm(BaseModel):
    """The fields of an org's Order that the portal may write, as a describe call reports them.

    `lengths` has the writable text fields only. `countries` are the codes of the country picklist;
    None where country and state are plain text. `states` are by country code.
    """

    model_config = ConfigDict(frozen=True)

    multi_currency: bool = False
    lengths: dict[str, int] = Field(default_factory=lambda: dict(STANDARD_LENGTHS))
    countries: frozenset[str] | None = None
    states: dict[str, tuple[State, ...]] = Field(default_factory=dict)


@dataclass(frozen=True)
class FittedAddress:
    """Values by Order field, and one sentence for each value that differs from the address."""

    fields: dict[str, str]
    notes: tuple[str, ...]


def fit(address: BillingAddress, form: OrderForm) -> FittedAddress:
    """Return the address in the form that the org's Order accepts."""
    street = "\n".join(part for part in (address.street, address.street2) if part)
    fields: dict[str, str] = {}
    notes: list[str] = []
    texts = {"BillingStreet": street, "BillingCity": address.city}
    if form.countries is None:
        texts |= {"BillingState": address.state, "BillingCountry": _country_name(address.country)}
    for name, text in {**texts, "BillingPostalCode": address.postcode}.items():
        fields[name], note = _fitted(name, text, form.lengths.get(name))
        notes += [note] if note else []
    if form.countries is not None:
        codes, more = _codes(address, form)
        fields |= codes
        notes += more
    return FittedAddress({name: text for name, text in fields.items() if text}, tuple(notes))


def _fitted(name: str, text: str, limit: int | None) -> tuple[str, str]:
    """Return the text for a field and the note about its change, or an empty note."""
    words = name.removeprefix("Billing")
    if not text:
        return "", ""
    if limit is None:
        return "", f"{words} may not be written by the portal's user and was left out."
    if len(text) <= limit:
        return text, ""
    if name == "BillingPostalCode":
        return "", "PostalCode is too long and was left out."
    return shortened(text, limit), f"{words} is longer than {limit} characters and was shortened."


def shortened(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text, cut after a whole word, with an ellipsis."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    head = text[: limit - 1]
    whole = head.rpartition(" ")[0] if not text[limit - 1].isspace() else head
    # A text without spaces (Japanese, or one long word) is cut where the field ends.
    return (whole.rstrip() or head) + ELLIPSIS


def _codes(address: BillingAddress, form: OrderForm) -> tuple[dict[str, str], Iterator[str]]:
    country = address.country.upper()
    if not country and not address.state:
        return {}, iter(())
    if country not in (form.countries or ()):
        sentence = f"Country {country or 'none'} is not in the org's list and was left out"
        also = ", with the state." if address.state else "."
        return {}, iter((sentence + also,))
    fields = {"BillingCountryCode": country}
    if not address.state or country not in form.states:
        if address.state:
            return fields, iter((f"The org has no states of {country}: the state was left out.",))
        return fields, iter(())
    code = state_code(address.state, country, form.states[country])
    if code is None:
        return fields, iter((f"The state is none of the org's states of {country}: left out.",))
    return {**fields, "BillingStateCode": code}, iter(())


def state_code(text: str, country: str, states: tuple[State, ...]) -> str | None:
    """Return the code of a state that is given by code or name, in Latin letters or kanji."""
    wanted = set(_spellings(text, country))
    for state in states:
        if wanted & {_folded(state.code), *_spellings(state.label, country)}:
            return state.code
    return None


def _spellings(text: str, country: str) -> Iterator[str]:
    folded = _folded(text)
    yield folded
    if country == "JP":
        yield from _prefecture(text, folded)
    import pycountry  # noqa: PLC0415  # reads its tables on import

    subdivisions: Any = pycountry.subdivisions
    for known in subdivisions.get(country_code=country) or ():
        short = known.code.partition("-")[2]
        if folded in (_folded(known.name), _folded(short), _folded(known.code)):
            yield _folded(known.name)
            yield _folded(short)


def _prefecture(text: str, folded: str) -> Iterator[str]:
    written = unicodedata.normalize("NFKC", text).strip()
    for number, name in enumerate(_PREFECTURES.split(), start=1):
        if written in (name, name[:-1]):
            yield f"{number:02d}"
    for suffix in ("-to", "-fu", "-ken", " to", " fu", " ken", " prefecture"):
        if folded.endswith(suffix):
            yield folded.removesuffix(suffix)


def _folded(text: str) -> str:
    """Return a text without case, accents and double spaces."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(letters.casefold().split())


def _country_name(code: str) -> str:
    import pycountry  # noqa: PLC0415  # reads its tables on import

    country = pycountry.countries.get(alpha_2=code)
    return str(getattr(country, "common_name", country.name)) if country else code
