"""Http, HttpRequest and HttpResponse, with real callouts and with mocks."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from local.emulators.salesforce.apex.errors import LimitExceeded, Unsupported
from tests.emulators.salesforce.apex.running import Apex, answer

URL = "https://portal.example.invalid/api"
REQUEST = (
    "HttpRequest r = new HttpRequest(); r.setMethod('POST'); r.setTimeout(25000); "
    "r.setEndpoint('callout:Portal_API/orders/1?x=y'); r.setBody('ü'); "
)
SEND = "HttpResponse a = new Http().send(r); "
SIGNED = "'{!HEX(HMAC(\\'SHA-256\\', BLOB(\\'x\\'), BLOB($Credential.Portal_API.SigningKey)))}'"
MOCK = (
    "public class Mock implements HttpCalloutMock { public Integer calls = 0; "
    "public HttpResponse respond(HttpRequest r) { calls++; "
    "HttpResponse a = new HttpResponse(); a.setStatusCode(202); a.setStatus('Accepted'); "
    "a.setHeader('X-Id', r.getHeader('x-id')); a.setBody(r.getBody() + r.getMethod()); "
    "return a; } }"
)
MOCKED = "Mock mock = new Mock(); Test.setMock(HttpCalloutMock.class, mock); "


def test_a_request_on_the_wire(apex: Apex) -> None:
    apex.answers.append(answer(201, "ü", **{"X-Id": "7"}))
    read = "return a.getStatusCode() + a.getBody() + a.getHeader('x-id') + a.getHeader('none');"
    assert apex.run(f"{REQUEST} r.setHeader('X-Sig', {SIGNED}); {SEND} {read}") == "201ü7null"
    (sent,) = apex.sent
    assert (sent.method, sent.url) == ("POST", f"{URL}/orders/1?x=y")
    assert (sent.body, sent.timeout_seconds) == ("ü".encode(), 25)
    assert sent.headers == {"X-Sig": hmac.new(b"secret", b"x", hashlib.sha256).hexdigest()}


def test_a_header_is_replaced_whatever_its_case(apex: Apex) -> None:
    apex.run(f"{REQUEST} r.setHeader('a', '1'); r.setHeader('A', '2'); {SEND} return 1;")
    assert apex.sent[0].headers == {"A": "2"}


def test_the_default_timeout_is_ten_seconds(apex: Apex) -> None:
    apex.run(f"{REQUEST.replace('r.setTimeout(25000);', '')} {SEND} return 1;")
    assert apex.sent[0].timeout_seconds == 10


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("https://portal.example", "Unauthorized endpoint"),
        ("callout:Other/x", "Other"),
    ],
)
def test_endpoints_that_the_org_does_not_know(apex: Apex, endpoint: str, said: str) -> None:
    body = f"{REQUEST} r.setEndpoint('{endpoint}'); {SEND} return 1;"
    thrown = apex.thrown(body)
    assert thrown.startswith("System.CalloutException: ")
    assert said in thrown


def test_no_callout_after_dml(apex: Apex) -> None:
    insert = "insert new Account(Name = 'x');"
    assert "uncommitted work pending" in apex.thrown(f"{REQUEST} {insert} {SEND} return 1;")
    assert apex.sent == []
    with pytest.raises(AssertionError, match="nothing was thrown"):
        apex.thrown(f"{REQUEST} {SEND} {insert} return 1;")


def test_a_hundred_callouts_and_no_more(apex: Apex) -> None:
    loop = "for (Integer i = 0; i < {}; i++) {{ new Http().send(r); }} return Limits.getCallouts();"
    assert apex.run(REQUEST + loop.format(100)) == 100
    with pytest.raises(LimitExceeded, match="Too many callouts: 101"):
        apex.run(REQUEST + loop.format(101))


def test_a_mock_answers_in_a_test(apex: Apex) -> None:
    read = "return a.getStatusCode() + a.getStatus() + a.getBody() + a.getHeader('X-ID');"
    body = f"{MOCKED} {REQUEST} r.setHeader('x-id', '7'); {SEND} {read}"
    assert apex.run(body, MOCK, test=True) == "202AcceptedüPOST7"
    assert apex.sent == []


def test_a_test_without_mock_cannot_call(apex: Apex) -> None:
    body = f"try {{ {REQUEST} {SEND} }} catch (TypeException e) {{ return e.getMessage(); }}"
    assert "do not support Web service callouts" in apex.run(f"{body} return '';", test=True)


def test_dml_before_a_mocked_callout_needs_start_test(apex: Apex) -> None:
    insert = f"{MOCKED} {REQUEST} r.setHeader('x-id', '7'); insert new Account(Name = 'x');"
    caught = f"try {{ {SEND} }} catch (CalloutException e) {{ return 'refused'; }} return 'sent';"
    assert apex.run(f"{insert} {caught}", MOCK, test=True) == "refused"
    assert apex.run(f"{insert} Test.startTest(); {caught}", MOCK, test=True) == "sent"


@pytest.mark.parametrize(
    "body",
    [
        "r.setMethod('post');",
        "r.setTimeout(120001);",
        "r.setTimeout(0);",
        "r.setBodyAsBlob(Blob.valueOf('x'));",
        "r.setHeader('x', null);",
    ],
)
def test_what_is_not_modelled(apex: Apex, body: str) -> None:
    with pytest.raises(Unsupported):
        apex.run(f"{REQUEST} {body} return 1;")
