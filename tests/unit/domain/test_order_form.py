"""Fitting a billing address to the Order of an org."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.domain.billing import BillingAddress
from portal.domain.order_form import OrderForm, State, fit, shortened, state_code

JAPAN = (State(code="13", label="Tokyo"), State(code="27", label="Osaka"))
PICKLISTS = OrderForm(
    countries=frozenset({"JP", "US", "KR"}),
    states={"JP": JAPAN, "US": (State(code="CA", label="California"),)},
)


def address(**changes: str) -> BillingAddress:
    values = {
        "street": "1-2-3 Shibakoen",
        "street2": "",
        "city": "Minato-ku",
        "state": "Tokyo",
        "postcode": "105-0011",
        "country": "JP",
    }
    return BillingAddress(**{**values, **changes})


def test_an_address_that_fits_is_kept_whole() -> None:
    fitted = fit(address(street2="Room 5"), OrderForm())
    assert fitted.fields == {
        "BillingStreet": "1-2-3 Shibakoen\nRoom 5",
        "BillingCity": "Minato-ku",
        "BillingState": "Tokyo",
        "BillingPostalCode": "105-0011",
        "BillingCountry": "Japan",
    }
    assert fitted.notes == ()


def test_codes_where_the_org_has_picklists() -> None:
    fitted = fit(address(), PICKLISTS)
    assert fitted.fields["BillingCountryCode"] == "JP"
    assert fitted.fields["BillingStateCode"] == "13"
    assert {"BillingState", "BillingCountry"} & set(fitted.fields) == set()
    assert fitted.notes == ()


def test_a_long_city_is_cut_after_a_word_and_the_operator_is_told() -> None:
    city = "Llanfairpwllgwyngyll gogerychwyrndrobwll llantysilio"
    fitted = fit(address(city=city), OrderForm())
    assert fitted.fields["BillingCity"] == "Llanfairpwllgwyngyll…"
    assert fitted.notes == ("City is longer than 40 characters and was shortened.",)


@pytest.mark.parametrize(
    ("changes", "kept", "note"),
    [
        ({"state": "Atlantis"}, {"BillingCountryCode": "JP"}, "none of the org's states of JP"),
        ({"country": "FR", "state": ""}, {}, "Country FR is not in the org's list"),
        ({"country": "FR", "state": "Var"}, {}, "with the state"),
        ({"country": "KR", "state": "Seoul"}, {"BillingCountryCode": "KR"}, "no states of KR"),
        ({"country": "KR", "state": ""}, {"BillingCountryCode": "KR"}, None),
        ({"country": "", "state": ""}, {}, None),
        ({"country": "", "state": "Tokyo"}, {}, "Country none"),
    ],
)
def test_what_the_picklists_lack_is_left_out(
    changes: dict[str, str], kept: dict[str, str], note: str | None
) -> None:
    fitted = fit(address(**changes), PICKLISTS)
    assert {
        k: v for k, v in fitted.fields.items() if k.endswith("Code") and "Post" not in k
    } == kept
    assert len(fitted.notes) == (1 if note else 0)
    assert (note or "") in " ".join(fitted.notes)


def test_fields_that_may_not_be_written_are_left_out_and_named() -> None:
    fitted = fit(address(), OrderForm(lengths={"BillingCity": 40}))
    assert fitted.fields == {"BillingCity": "Minato-ku"}
    assert len(fitted.notes) == 4


def test_a_postcode_is_never_halved() -> None:
    fitted = fit(address(postcode="1" * 21), OrderForm())
    assert "BillingPostalCode" not in fitted.fields
    assert fitted.notes == ("PostalCode is too long and was left out.",)


@pytest.mark.parametrize(
    "written",
    ["Tokyo", "TOKYO", "Tōkyō", "13", "JP-13", "東京都", "東京", "Tokyo-to", "tokyo  prefecture"],
)
def test_spellings_of_a_prefecture(written: str) -> None:
    assert state_code(written, "JP", JAPAN) == "13"


def test_a_picklist_in_kanji() -> None:
    kanji = (State(code="TK", label="東京都"), State(code="OS", label="大阪府"))
    assert state_code("Osaka", "JP", kanji) == "OS"
    assert state_code("東京都", "JP", kanji) == "TK"


@pytest.mark.parametrize("written", ["CA", "ca", "California", "US-CA"])
def test_spellings_of_a_state(written: str) -> None:
    assert state_code(written, "US", PICKLISTS.states["US"]) == "CA"


def test_an_unknown_state() -> None:
    assert state_code("Nowhere", "US", PICKLISTS.states["US"]) is None
    assert state_code("", "JP", JAPAN) is None


@given(text=st.text(), limit=st.integers(min_value=0, max_value=80))
def test_a_shortened_text_fits_and_is_marked(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or limit < 1 or short.endswith("…")
