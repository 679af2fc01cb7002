"""Only what Salesforce signed, as it was signed, now, gets in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from portal.api.signature import SignatureVerifier, SigningKeys, canonical, sign
from portal.config import ConfigurationError
from portal.domain.problems import Problem
from portal.secrets import Secret

NOW = 1_790_000_000
ORDER = "8014x000000ABCDXYZ"
PATH = f"/orders/{ORDER}/provision"
KEY = f"{ORDER}-1"
BODY = b'{"requestedBy":"005000000000001AAA"}'
SECRETS = {"k1": "first-secret-key", "k2": "second-secret-key"}
Event = dict[str, Any]


class Document(Secret):
    """The signing secret, as it is now and as it was when it was cached."""

    def __init__(self, cached: Any, fresh: Any = None) -> None:
        super().__init__("signing")
        self.cached, self.fresh, self.refreshes = cached, fresh or cached, 0

    def value(self, *, refresh: bool = False) -> dict[str, Any]:
        if refresh:
            self.refreshes += 1
            self.cached = self.fresh
        document: dict[str, Any] = self.cached
        return document


def digest(
    *,
    secret: str = SECRETS["k1"],
    version: str = "v1",
    method: str = "POST",
    path: str = PATH,
    at: object = NOW,
    key: str = KEY,
    body: bytes = BODY,
    algorithm: str = "sha256",
) -> str:
    """Written from the contract, not with the code under test."""
    text = f"{version}|{method}|{path}|{at}|{key}|{hashlib.sha256(body).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), algorithm).hexdigest()


def event(
    *, headers: dict[str, str | None] | None = None, body: bytes = BODY, **signed: Any
) -> Event:
    sent = {
        "X-Portal-Timestamp": str(NOW),
        "X-Portal-Key-Id": "k1",
        "Idempotency-Key": KEY,
        "X-Portal-Signature": f"v1={digest(body=body, **signed)}",
        **(headers or {}),
    }
    kept = {name: value for name, value in sent.items() if value is not None}
    return {
        "headers": kept,
        "multiValueHeaders": {name: [value] for name, value in kept.items()},
        "body": body.decode("utf-8"),
        "isBase64Encoded": False,
    }


def verifier(document: Document | None = None, *, now: float = NOW) -> SignatureVerifier:
    keys = SigningKeys(document or Document({"keys": SECRETS}), clock=lambda: 0.0)
    return SignatureVerifier(keys, clock=lambda: now)


def refusal(sent: Event, *, path: str = PATH, now: float = NOW) -> str:
    with pytest.raises(Problem) as problem:
        verifier(now=now).verify(sent, path)
    return problem.value.type.slug


def doubled(name: str) -> Callable[[Event], None]:
    def change(sent: Event) -> None:
        sent["multiValueHeaders"][name] *= 2

    return change


def with_body(text: str) -> Callable[[Event], None]:
    return lambda sent: sent.update(body=text)


VECTORS = Path(__file__).parents[3] / "docs" / "signature.md"


@pytest.mark.parametrize(
    ("number", "body", "signature"),
    [
        (1, b"", "765f7bbd1b2865d7188a41be28b4c3e82b154701d84fa7e9ce80a54186b22bc2"),
        (2, BODY, "78892d82d15b23ea2e7cdaa7426e4137f1c3f1e1d61b3fcc0ce9173e0a40eb0b"),
    ],
)
def test_the_documented_vectors(number: int, body: bytes, signature: str) -> None:
    order = "801000000000001AAA"
    text = canonical(
        path=f"/orders/{order}/provision",
        timestamp=1790000000,
        idempotency_key=f"{order}-{number}",
        body=body,
    )
    assert sign("portal-test-key", text) == signature
    documented = VECTORS.read_text(encoding="utf-8")
    assert text.decode() in documented
    assert signature in documented


def test_a_signed_request_gets_in() -> None:
    request = verifier().verify(event(), PATH)
    assert (request.idempotency_key, request.body, request.timestamp) == (KEY, BODY, NOW)
    assert request.body_hash == hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize("body", [b"", b" ", "東京 \u00e9 \U0001f600".encode(), b'{"a":"\\u0041"}'])
def test_any_body_counts_byte_by_byte(body: bytes) -> None:
    assert verifier().verify(event(body=body), PATH).body == body
    encoded = event(body=body)
    encoded.update(body=base64.b64encode(body).decode(), isBase64Encoded=True)
    assert verifier().verify(encoded, PATH).body == body


def test_a_missing_body_is_an_empty_one() -> None:
    sent = event(body=b"")
    sent["body"] = None
    assert verifier().verify(sent, PATH).body == b""


@pytest.mark.parametrize("offset", [-300, -1, 0, 1, 300])
def test_clocks_may_differ_a_little(offset: int) -> None:
    assert verifier(now=NOW + offset).verify(event(), PATH).timestamp == NOW


@pytest.mark.parametrize("name", ["x-portal-timestamp", "X-PORTAL-SIGNATURE", "idempotency-key"])
def test_header_names_have_no_case(name: str) -> None:
    sent = event()
    for headers in (sent["headers"], sent["multiValueHeaders"]):
        (original,) = [known for known in headers if known.lower() == name.lower()]
        headers[name] = headers.pop(original)
    assert verifier().verify(sent, PATH).idempotency_key == KEY


@pytest.mark.parametrize("signed_key", [KEY, f'"{KEY}"'])
def test_a_quoted_key_is_the_same_key(signed_key: str) -> None:
    sent = event(headers={"Idempotency-Key": f'"{KEY}"'}, key=signed_key)
    assert verifier().verify(sent, PATH).idempotency_key == KEY


def test_both_keys_of_a_rotation_work() -> None:
    for name, secret in SECRETS.items():
        sent = event(headers={"X-Portal-Key-Id": name}, secret=secret)
        assert verifier().verify(sent, PATH).body == BODY
    both = f"v1={digest(secret='old')}, v1={digest()},v2=whatever"
    assert verifier().verify(event(headers={"X-Portal-Signature": both}), PATH).body == BODY


FORGERIES: dict[str, Event] = {
    "another secret": event(secret="guessed"),
    "the other key's secret": event(secret=SECRETS["k2"]),
    "unknown key id": event(headers={"X-Portal-Key-Id": "k3"}),
    "key id of another kind": event(headers={"X-Portal-Key-Id": "../k1"}),
    "empty key id": event(headers={"X-Portal-Key-Id": ""}),
    "other order signed": event(path="/orders/801000000000002AAA/provision"),
    "short id signed": event(path=f"/orders/{ORDER[:15]}/provision"),
    "stage in the path": event(path=f"/api{PATH}"),
    "trailing slash": event(path=f"{PATH}/"),
    "other endpoint": event(path=f"/orders/{ORDER}"),
    "other method": event(method="GET"),
    "lower-case method": event(method="post"),
    "other version signed": event(version="v2"),
    "other timestamp signed": event(at=NOW - 1),
    "timestamp in milliseconds": event(headers={"X-Portal-Timestamp": str(NOW * 1000)}),
    "timestamp with sign": event(headers={"X-Portal-Timestamp": f"+{NOW}"}, at=f"+{NOW}"),
    "timestamp with fraction": event(headers={"X-Portal-Timestamp": f"{NOW}.0"}, at=f"{NOW}.0"),
    "timestamp in words": event(headers={"X-Portal-Timestamp": "now"}, at="now"),
    "timestamp in other digits": event(
        headers={"X-Portal-Timestamp": "".join(chr(ord(d) + 0xFEE0) for d in str(NOW))}
    ),
    "timestamp of another day": event(headers={"X-Portal-Timestamp": str(NOW - 86_400)}),
    "other idempotency key signed": event(key=f"{ORDER}-2"),
    "no idempotency key signed": event(key=""),
    "other body signed": event(headers={"X-Portal-Signature": f"v1={digest(body=b'{}')}"}),
    "sha-1": event(algorithm="sha1"),
    "sha-512": event(algorithm="sha512"),
    "upper-case hex": event(headers={"X-Portal-Signature": f"v1={digest().upper()}"}),
    "base64": event(
        headers={"X-Portal-Signature": "v1=" + base64.b64encode(bytes.fromhex(digest())).decode()}
    ),
    "no version": event(headers={"X-Portal-Signature": digest()}),
    "unknown version only": event(headers={"X-Portal-Signature": f"v2={digest()}"}),
    "empty signature": event(headers={"X-Portal-Signature": ""}),
    "v1 and nothing": event(headers={"X-Portal-Signature": "v1="}),
    "a digit short": event(headers={"X-Portal-Signature": f"v1={digest()[:-1]}"}),
    "a digit long": event(headers={"X-Portal-Signature": f"v1={digest()}0"}),
    "zeros": event(headers={"X-Portal-Signature": "v1=" + "0" * 64}),
    "not ascii": event(headers={"X-Portal-Signature": "v1=" + "é" * 64}),
    "a line break": event(headers={"X-Portal-Signature": f"v1={digest()}\n"[:-2] + "\n0"}),
    "nine signatures": event(
        headers={"X-Portal-Signature": ",".join(["v1=" + "1" * 64] * 8 + [f"v1={digest()}"])}
    ),
    "no signature": event(headers={"X-Portal-Signature": None}),
    "no timestamp": event(headers={"X-Portal-Timestamp": None}),
    "no key id": event(headers={"X-Portal-Key-Id": None}),
    "no headers at all": {"headers": None, "body": "", "isBase64Encoded": False},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forgeries(forgery: str) -> None:
    assert refusal(FORGERIES[forgery]) == "signature-invalid"


TAMPERED: dict[str, Callable[[Event], None]] = {
    "body": with_body('{"requestedBy":"005000000000002AAA"}'),
    "a space in the body": with_body(BODY.decode() + " "),
    "same json, other bytes": with_body('{ "requestedBy":"005000000000001AAA"}'),
    "body dropped": with_body(""),
    "broken base64": lambda sent: sent.update(body="%%%", isBase64Encoded=True),
    "surrogate": with_body("\ud800"),
    "two timestamps": doubled("X-Portal-Timestamp"),
    "two signatures": doubled("X-Portal-Signature"),
    "two key ids": doubled("X-Portal-Key-Id"),
    "two idempotency keys": doubled("Idempotency-Key"),
}


@pytest.mark.parametrize("tampered", TAMPERED)
def test_tampering(tampered: str) -> None:
    sent = event()
    TAMPERED[tampered](sent)
    assert refusal(sent) == "signature-invalid"


@pytest.mark.parametrize("offset", [-301, 301, -86_400, 86_400])
def test_old_and_future_requests(offset: int) -> None:
    assert refusal(event(), now=NOW + offset) == "signature-invalid"


@pytest.mark.parametrize("key", [None, "", '""'])
def test_a_missing_idempotency_key_is_named(key: str | None) -> None:
    assert refusal(event(headers={"Idempotency-Key": key}, key="")) == "idempotency-key-missing"


@pytest.mark.parametrize("key", ["a|b", "x" * 129, "with space", "é", '"half'])
def test_malformed_idempotency_keys(key: str) -> None:
    assert refusal(event(headers={"Idempotency-Key": key}, key=key)) == "malformed-request"


def test_a_new_key_is_fetched_but_not_for_every_stranger() -> None:
    document = Document({"keys": {"k1": "a"}}, {"keys": {"k1": "a", "k2": SECRETS["k2"]}})
    ticks = [1_000.0]
    keys = SigningKeys(document, clock=lambda: ticks[0])
    assert keys.find("k2") == SECRETS["k2"]
    for _ in range(50):
        assert keys.find("k9") is None
    assert document.refreshes == 1
    ticks[0] = 1_061.0
    assert keys.find("k9") is None
    assert document.refreshes == 2


def test_a_removed_key_stops_working() -> None:
    document = Document({"keys": SECRETS})
    assert verifier(document).verify(event(), PATH).body == BODY
    document.cached = document.fresh = {"keys": {"k2": SECRETS["k2"]}}
    with pytest.raises(Problem):
        verifier(document).verify(event(), PATH)


@pytest.mark.parametrize("document", [{}, {"keys": []}, {"keys": {"k1": ""}}, {"keys": {"k1": 5}}])
def test_an_unusable_secret_is_a_configuration_error(document: Any) -> None:
    with pytest.raises(ConfigurationError):
        verifier(Document(document)).verify(event(), PATH)


def test_the_fingerprint_does_not_depend_on_how_the_header_is_written() -> None:
    plain = verifier().verify(event(), PATH)
    padded = verifier().verify(
        event(headers={"X-Portal-Signature": f"v1={'1' * 64},v1={digest()}"}), PATH
    )
    assert plain.fingerprint == padded.fingerprint
    other = verifier().verify(
        event(key=f"{ORDER}-2", headers={"Idempotency-Key": f"{ORDER}-2"}), PATH
    )
    assert other.fingerprint != plain.fingerprint


def test_headers_may_come_in_one_form_only() -> None:
    for form in ("headers", "multiValueHeaders"):
        sent = event()
        sent[form] = None
        assert verifier().verify(sent, PATH).idempotency_key == KEY


@pytest.mark.parametrize(("others", "ok"), [(7, True), (8, False)])
def test_a_rotation_has_eight_signatures_at_most(others: int, ok: bool) -> None:
    header = ",".join([f"v1={'1' * 64}"] * others + [f"v1={digest()}"])
    sent = event(headers={"X-Portal-Signature": header})
    if ok:
        assert verifier().verify(sent, PATH).body == BODY
    else:
        assert refusal(sent) == "signature-invalid"


def test_a_known_key_costs_no_look_at_the_secret() -> None:
    document = Document({"keys": SECRETS})
    keys = SigningKeys(document)
    assert [keys.find("k1"), keys.find("k2")] == list(SECRETS.values())
    assert document.refreshes == 0


def test_one_unusable_key_makes_the_secret_unusable() -> None:
    with pytest.raises(ConfigurationError):
        verifier(Document({"keys": {"k1": SECRETS["k1"], "k2": ""}})).verify(event(), PATH)


def test_a_body_does_not_get_into_logs_by_accident() -> None:
    assert "requestedBy" not in repr(verifier().verify(event(), PATH))


@pytest.mark.parametrize(
    ("change", "metric"),
    [
        (lambda sent: sent["headers"].clear(), "UnsignedRequests"),
        (lambda sent: sent["headers"].update({"X-Portal-Signature": "no"}), "UnsignedRequests"),
        (lambda sent: sent["headers"].update({"X-Portal-Key-Id": "k9"}), "SignatureFailures"),
        (lambda sent: sent.update(body="{}"), "SignatureFailures"),
    ],
    ids=["no headers", "no digest", "unknown key", "other body"],
)
def test_only_a_request_with_a_signature_counts_as_a_failed_one(
    change: Callable[[Event], None], metric: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The alarm on SignatureFailures must not ring for whoever finds the address."""
    sent = event()
    sent.pop("multiValueHeaders", None)
    change(sent)
    refusal(sent)
    printed = [json.loads(line) for line in capfd.readouterr().out.splitlines() if "_aws" in line]
    names = {line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for line in printed}
    assert names == {metric}
