"""Header formulas: what they evaluate to, and what the platform would not evaluate."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.emulators.salesforce.apex.formulas import Context, FormulaError, merge

CONTEXT = Context({"Portal_API": {"KeyId": "k1", "SigningKey": "secret"}}, '{"a":"ü"}')
KEY = "BLOB($Credential.Portal_API.SigningKey)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("{!$Credential.Portal_API.KeyId}", "k1"),
        ("Bearer {!$Credential.Portal_API.KeyId}!", "Bearer k1!"),
        ("{!'a' & 'b' & $Credential.Portal_API.KeyId}", "abk1"),
        ("{!'it\\'s {here}'}", "it's {here}"),
        ("{!HEX(BLOB('AB'))}", "4142"),
        ("{!hex(blob('AB'))}", "4142"),
        ("{!BASE64ENCODE(BLOB('AB'))}", base64.b64encode(b"AB").decode()),
        ("{!HEX(BASE64DECODE('QUI='))}", "4142"),
        ("{!HEX(HASH('SHA-256', BLOB('x')))}", hashlib.sha256(b"x").hexdigest()),
        ("{!$Credential.Portal_API.KeyId},{!$Credential.Portal_API.KeyId}", "k1,k1"),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert merge(text, CONTEXT) == expected


@settings(deadline=None)
@given(st.text(alphabet="abcXYZ019|:/._-", max_size=200))
def test_hmac_of_any_canonical_text(text: str) -> None:
    formula = f"v1={{!HEX(HMAC('SHA-256', BLOB('{text}'), {KEY}))}}"
    expected = hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest()
    assert merge(formula, CONTEXT) == f"v1={expected}"


def test_the_body_is_the_bytes_that_are_sent() -> None:
    formula = "{!HEX(HASH('SHA-256', $Credential.Portal_API.Body))}"
    assert merge(formula, CONTEXT) == hashlib.sha256(CONTEXT.body.encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{!BLOB('x')}", "a header needs text"),
        ("{!HEX('x')}", "HEX takes (BLOB), not (text)"),
        ("{!HMAC('SHA-256', 'x', 'y')}", "HMAC takes"),
        ("{!HEX(HASH('SHA-1', BLOB('x')))}", "the only algorithm is 'SHA-256'"),
        ("{!HEX(HASH('sha-256', BLOB('x')))}", "the only algorithm"),
        ("{!UPPER('x')}", "unknown function UPPER"),
        ("{!$Credential.Portal_API.Missing}", "has no authentication parameter Missing"),
        ("{!$Credential.Other.KeyId}", "there is no external credential Other"),
        ("{!$User.Id}", "unknown merge field $User.Id"),
        ("{!'a' 'b'}", "unexpected 'b'"),
        ("{!'a' &}", "ends too early"),
        ("{!HEX(BLOB('x')}", "a closing bracket is missing"),
        ("{!('x')}", "unexpected '('"),
        ("{!'a' & BLOB('b')}", "& joins texts"),
        ("{!BASE64DECODE('=')}", "takes base64"),
        ("{!1 + 1}", "cannot read the formula"),
        ("{!'x", "does not end"),
        ("{!'" + "x" * 3_900 + "'}", "at most 3900 characters"),
        ("{!'" + "x" * 1_301 + "'}", "at most 1300 characters"),
    ],
)
def test_what_the_platform_would_not_evaluate(text: str, said: str) -> None:
    with pytest.raises(FormulaError) as error:
        merge(text, CONTEXT)
    assert said in str(error.value)


def test_an_empty_key_signs_nothing() -> None:
    context = Context({"Portal_API": {"SigningKey": ""}}, "")
    with pytest.raises(FormulaError, match="HMAC needs a key"):
        merge(f"{{!HEX(HMAC('SHA-256', BLOB('x'), {KEY}))}}", context)
