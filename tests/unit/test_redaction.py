"""Nothing personal or secret survives redaction; everything else does."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portal.redaction import MASK, redact, redact_text, without
from pydantic import BaseModel

from tests.canaries import CANARIES, sung

# What each canary is called where it occurs, and whether it has a shape of its own.
KEYS = {
    "email": ["email", "Email", "PersonEmail", "account_email", "newEmail"],
    "password": ["password", "password2", "currentPassword", "Password"],
    "new_password": ["newPassword", "new_password"],
    "first_name": ["firstName", "firstname", "FirstName", "first_name", "given_name"],
    "last_name": ["lastName", "lastname", "LastName", "family-name"],
    "phone": ["phone", "phonenumber", "phone_number", "telephoneNumber"],
    "street": ["street", "address1", "BillingStreet", "address"],
    "street2": ["street2", "address2"],
    "city": ["city", "BillingCity"],
    "postcode": ["postcode", "postalCode", "BillingPostalCode", "zip"],
    "birth_date": ["dateOfBirth", "birthDate", "birthdate", "dob"],
    "company": ["companyname", "Name", "name"],
    "card_number": ["cardnum", "cardNumber", "card_number"],
    "activation_code": ["activationCode", "lpa", "ac"],
    "matching_id": ["matchingId", "matching_id"],
    "bearer_token": ["Authorization", "accessToken", "id_token"],
    "refresh_token": ["refreshToken", "refresh_token", "Set-Cookie"],
    "reset_token": ["token", "resetToken"],
    "salesforce_session": ["access_token", "sessionId"],
    "sendgrid_key": ["apiKey", "api_key"],
    "whmcs_secret": ["secret", "identifier_secret", "accessKey"],
    "esim_token": ["token", "accessCode"],
    "signing_key": ["secretKey", "X-Portal-Signature", "client_secret"],
    "private_key": ["privateKey"],
}
SHAPED = [
    "email",
    "phone",
    "card_number",
    "activation_code",
    "bearer_token",
    "salesforce_session",
    "sendgrid_key",
    "private_key",
]


def test_every_canary_has_a_key() -> None:
    assert set(KEYS) == set(CANARIES)


named = st.sampled_from([(name, key) for name, keys in KEYS.items() for key in keys])
harmless = st.none() | st.booleans() | st.integers(0, 99) | st.sampled_from(["order", "x" * 8])


def _wrap(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    word = st.sampled_from(["items", "body", "record", "0"])
    return (
        st.lists(inner | harmless, min_size=1, max_size=3)
        | st.tuples(harmless, inner)
        | st.dictionaries(word, inner, min_size=1, max_size=2)
    )


under_a_key = named.flatmap(lambda pair: st.just({pair[1]: CANARIES[pair[0]], "kept": 1}))
listed_under_a_key = named.flatmap(lambda pair: st.just({pair[1]: [{"x": CANARIES[pair[0]]}]}))
as_text = st.sampled_from(SHAPED).flatmap(
    lambda name: st.sampled_from(
        [
            CANARIES[name],
            f"failed for {CANARIES[name]}, again",
            f"<{CANARIES[name]}>",
            f"x={CANARIES[name]}&y=2",
        ]
    )
)


@settings(max_examples=300)
@given(st.recursive(under_a_key | listed_under_a_key | as_text, _wrap, max_leaves=6))
def test_no_canary_survives_in_any_structure(value: Any) -> None:
    before = repr(value)
    assert sung(json.dumps(redact(value))) == set()
    assert repr(value) == before


FORMATS = {
    "json": lambda key, value: json.dumps({"a": 1, key: value, "b": 2}),
    "nested json": lambda key, value: json.dumps(json.dumps({key: value, "b": 2})),
    "repr": lambda key, value: repr({"a": 1, key: value}),
    "form": lambda key, value: urlencode({"a": 1, key: value, "b": 2}),
    "url": lambda key, value: f"https://x.example/reset?{key}={quote(value, safe='')}#top",
    "soql": lambda key, value: f"SELECT Id FROM Account WHERE {key} = '{value}' LIMIT 1",  # noqa: S608  # never run
    "encoded soql": lambda key, value: "q=" + quote(f"WHERE {key} = '{value}' LIMIT 1"),
    "log": lambda key, value: f"request refused: {key}={value!r}, status=400",
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", CANARIES)
def test_no_canary_survives_beside_its_key_in_text(name: str, form: str) -> None:
    for key in KEYS[name]:
        text = redact_text(FORMATS[form](key, CANARIES[name]))
        assert name not in sung(text), text


@pytest.mark.parametrize(
    "text",
    [
        "taro@example.com",
        "john.o'neil+tag@mail.example.co.jp",
        "山田@例え.テスト",
        "taro%40example.com",
        "+81 90-1234-5678",
        "+81.9012345678",
        "+1 (555) 123-4567",
        "%2B819012345678",
        "090-1234-5678",
        "03-1234-5678",
        "09012345678",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "378282246310005",
        "Bearer abcdef123456",
        "Basic dXNlcjpwYXNz",
        "1$smdp.example.com$ABC-123",
        "1%24smdp.example.com%24ABC-123",
        "v1=" + "0a" * 32,
    ],
)
def test_shapes(text: str) -> None:
    assert redact_text(f"before {text} after") == f"before {MASK} after"


@pytest.mark.parametrize(
    "text",
    [
        "0f1e2d3c-0000-4000-8000-000000000001",
        "2026-11-22T10:00:00.123+09:00",
        "8014x000000ABCDXYZ",
        "1790000000000",
        "8981100022345678901",
        "7858259149",
        "INVALID_SESSION_ID: Session expired or invalid",
        "salesforce token: login refused",
        "Invalid or missing credentials",
        "secret portal/test/whmcs cannot be read",
        "arn:aws:sqs:ap-northeast-1:123456789012:portal-dev-email",
        "1-5759e988-bd862e3fe1be46a994272793",
        "handler:42",
        "ap-northeast-1",
        "status=400, attempt=3, upstream=whmcs",
        "4111111111111112",
        "",
    ],
)
def test_what_operators_need_is_kept(text: str) -> None:
    assert redact_text(text) == text


class Colour(Enum):
    RED = "red"
    MAIL = "taro@example.com"


@dataclasses.dataclass
class Person:
    first_name: str
    attempts: int


class Model(BaseModel):
    email: str
    attempts: int


class Opaque:
    def __repr__(self) -> str:
        return "Tarō Yamada"

    __str__ = __repr__


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Person("Tarō", 3), {"first_name": MASK, "attempts": 3}),
        (Model(email="x", attempts=3), {"email": MASK, "attempts": 3}),
        (Opaque(), "<Opaque>"),
        (ValueError("Tarō"), "<ValueError>"),
        (b"taro@example.com", "<bytes>"),
        (Person, "<type>"),
        (Colour.RED, "red"),
        (Colour.MAIL, MASK),
        ({"taro@example.com": 1}, {MASK: 1}),
        ({1: "a", None: "b", ("x",): "c"}, {1: "a", None: "b", "<tuple>": "c"}),
        ({"a"}, ["a"]),
        (Decimal("1.5"), Decimal("1.5")),
        (date(2026, 11, 22), date(2026, 11, 22)),
        (datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)),
        (UUID(int=1), UUID(int=1)),
        ({"secret_id": "portal/dev/whmcs", "token_use": "id"},) * 2,
        ({"password": None, "email": ""}, {"password": MASK, "email": MASK}),
    ],
)
def test_objects(value: Any, shown: Any) -> None:
    assert redact(value) == shown


def test_depth_and_cycles_end() -> None:
    deep: Any = "taro@example.com"
    for _ in range(100):
        deep = [deep]
    assert "taro" not in repr(redact(deep))
    circle: dict[str, Any] = {}
    circle["again"] = circle
    assert MASK in repr(redact(circle))


@given(st.text(max_size=300))
def test_any_text_can_be_redacted(text: str) -> None:
    assert isinstance(redact_text(text), str)


@pytest.mark.parametrize(
    "piece", ["a=", "a:", "x@", "1 ", "0-", "+1", '\\"', "key='", "a.b@", '"password": "', "eyJ."]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    started = time.process_time()
    redact_text(piece * 20_000)
    # A hundredth of this is usual; what backtracks takes minutes.
    assert time.process_time() - started < 1.0


def test_very_long_text_is_cut() -> None:
    assert len(redact_text("x" * 1_000_000)) < 20_000


@pytest.mark.parametrize(
    ("text", "sent", "left"),
    [
        ("Name: too large: Yamada Tarō", {"n": "Yamada Tarō"}, "Name: too large: ***"),
        ("YAMADA is taken", ["yamada"], "*** is taken"),
        ("O&#039;Neill", {"a": {"b": ["O'Neill"]}}, "***"),
        ("client 42 of 105-0011", {"clientid": "42", "postcode": "105-0011"}, "client 42 of ***"),
        ("phone 0312345678", {"p": "0312345678"}, "phone ***"),
        ("at 'Yamada' ^", {"q": "WHERE LastName = 'Yamada'"}, "at '***' ^"),
        ("planned", ["plan"], "planned"),
        ("a b", ["a b", "a"], "***"),
        ("nothing sent", None, "nothing sent"),
        ("x", ["", "x"], "x"),
        ("value 7", {"n": 7}, "value 7"),
        ("a.b", ["a.b", "("], "***"),
        ("no 1-1 Ginza, Tower 9 here", {"street": "1-1 Ginza\r\n Tower 9\n"}, "no ***, *** here"),
    ],
)
def test_vendors_words_without_what_they_were_sent(text: str, sent: Any, left: str) -> None:
    assert without(text, sent) == left
