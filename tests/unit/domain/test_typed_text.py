"""Names of people pass in any script; mark-up and links do not."""

from __future__ import annotations

import pytest
from portal.domain import typed_text
from portal.domain.problems import InvalidValue

NAMES = (
    "太郎", "ジョン・スミス", "O'Brien", "D’Angelo", "Anne-Marie",  # noqa: RUF001  # as written
    "José", "Nguyễn Thị Minh",
    "J.R.R. Tolkien", "Martin Luther King, Jr.", "محمد", "می‌خواهم", "श्री", "Мария", "李 小龙",
    "van der Berg", "Smith (Müller)", "John 3rd", "Ōtani", "Nuñez-Peña", "X Æ",
)  # fmt: skip
HOSTILE = (
    "Click evil.example now", "http://evil.example", "evil.com", "WWW.evil", "visit www.evil",
    "<b>Taro</b>", "Taro <script>", "a@b.example", "Taro\u202eevil", "Taro\u200bx", "Taro\x00",
    "{{7*7}}", "${jndi:ldap}", "[click](evil)", "Taro 😀", "xn--80ak6aa92e.com", "a;b", "ab.テスト",
    "=cmd|calc", "12345", "...", "",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    assert typed_text.person_name(f"  {name} ") == name


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_name_contains(name: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        typed_text.person_name(name)
    assert refused.value.code in list(typed_text.TextError)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "line",
    [
        "1-2-3 Shibakoen",
        "Flat 3/4, 221B Baker St.", "東京都港区芝公園4丁目2-8", "c/o Müller & Söhne",
        "Hauptstr.12", "P.O. Box 7", "Apt #5", "No.1-2 Bldg. 3", "Gran Vía 1, 2º",
    ],
)  # fmt: skip
def test_lines_of_addresses(line: str) -> None:
    assert typed_text.line(line) == line


@pytest.mark.parametrize(
    "line", ["Click evil.example now", "<img src=x>", "http://x", "a@b.example"]
)
def test_lines_that_are_links_or_markup(line: str) -> None:
    with pytest.raises(InvalidValue):
        typed_text.line(line)


@pytest.mark.parametrize(
    "name", ["Booking.com", "Acme Co.Ltd", "Müller & Söhne GmbH", "株式会社アクメ", "Yahoo!"]
)
def test_companies(name: str) -> None:
    assert typed_text.company_name(name) == name


@pytest.mark.parametrize(
    "name", ["Click evil.example now", "http://evil.example", "<b>", "www.evil"]
)
def test_companies_that_are_links(name: str) -> None:
    with pytest.raises(InvalidValue):
        typed_text.company_name(name)
