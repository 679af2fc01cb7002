"""Two spellings that a person takes for the same are the same on every way in."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.domain import normal_forms


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        (" Taro@Example.COM ", "taro@example.com"),
        ("ｔａｒｏ＠example.com", "taro@example.com"),  # noqa: RUF001  # as Japanese keyboards write
        ("taro@例え.jp", "taro@xn--r8jz45g.jp"),
        ("taro@例え。jp", "taro@xn--r8jz45g.jp"),
        ("taro@XN--R8JZ45G.jp", "taro@xn--r8jz45g.jp"),
        ("info@Straße.de", "info@xn--strae-oqa.de"),
        ("info@MÜNCHEN.de", "info@xn--mnchen-3ya.de"),
        (unicodedata.normalize("NFD", "info@münchen.de"), "info@xn--mnchen-3ya.de"),
        ("no address", "no address"),
        ("", ""),
        ("a@\u200d", "a@\u200d"),
    ],
)
def test_addresses(typed: str, form: str) -> None:
    assert normal_forms.email(typed) == form


@given(st.emails() | st.text(max_size=60))
def test_a_form_is_its_own_form(text: str) -> None:
    form = normal_forms.email(text)
    assert normal_forms.email(form) == form
    assert normal_forms.password(normal_forms.password(text)) == normal_forms.password(text)


COMPOSED = "Café-が-2026"
NUMBERS = (" CN-000101 ", "ＣＮ－０００１０１", "ＣＮー０００１０１", "cn‐000101")  # noqa: RUF001  # as typed


@pytest.mark.parametrize("typed", NUMBERS)
def test_customer_numbers(typed: str) -> None:
    assert normal_forms.same_customer_number(typed, "CN-000101")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            unicodedata.normalize("NFC", "Café-が-2026"),
            unicodedata.normalize("NFD", "Café-が-2026"),
        ),
        ("two\u3000words 2026", "two words 2026"),
        ("two\u00a0words 2026", "two words 2026"),
    ],
)
def test_one_password_however_the_keyboard_writes_it(one: str, other: str) -> None:
    assert one != other
    assert normal_forms.password(one) == normal_forms.password(other)


def test_passwords_that_differ_stay_different() -> None:
    # Width and case may be meant: RFC 8265 leaves them alone in passwords.
    assert normal_forms.password("Ａbc") != normal_forms.password("Abc")  # noqa: RUF001
    assert normal_forms.password(" abc") == " abc"
