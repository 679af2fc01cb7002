"""Callouts: named and external credentials, permissions, time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.emulators.salesforce.apex.access import FULL, Access
from local.emulators.salesforce.apex.callouts import (
    CalloutFailed,
    Callouts,
    Incoming,
    Outgoing,
    Vault,
    no_transport,
)
from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.metadata import (
    ExternalCredential,
    NamedCredential,
    ObjectPermission,
    PermissionSet,
)

NAMED = NamedCredential(
    name="Api",
    url="https://api.example/base/",
    external="Ext",
    formulas_in_headers=True,
    formulas_in_body=False,
    generates_authorization=False,
    enabled=True,
)
EXTERNAL = ExternalCredential(name="Ext", protocol="Custom", principals=("Main",))
REQUEST = Outgoing(
    method="POST", url="callout:Api/orders", headers={}, body=b"{!x}", timeout_seconds=25
)
READ = ObjectPermission(read=True, create=False, edit=False, delete=False)
ALLOWED = PermissionSet(
    name="Callout",
    objects={"userexternalcredential": READ},
    readable=frozenset(),
    editable=frozenset(),
    classes=frozenset(),
    principals=frozenset({"Ext-Main"}),
)


class Seconds:
    """A clock that each callout moves by `took`."""

    def __init__(self, took: float = 0) -> None:
        self.now = 0.0
        self.took = took
        self.sent: list[Outgoing] = []

    def __call__(self) -> float:
        return self.now

    def send(self, request: Outgoing) -> Incoming:
        self.now += self.took
        self.sent.append(request)
        return Incoming(status=200, reason="", headers={}, body=b"")


def callouts(
    seconds: Seconds,
    named: NamedCredential = NAMED,
    external: ExternalCredential = EXTERNAL,
) -> Callouts:
    vault = Vault({"Ext": {"Main": {"Token": "t"}, "Other": {"Token": "o"}}})
    return Callouts(
        {named.name: named}, {external.name: external}, vault, seconds.send, seconds=seconds
    )


def test_the_path_follows_the_url_of_the_credential() -> None:
    sent = callouts(Seconds()).resolve(REQUEST, FULL)
    assert (sent.url, sent.body) == ("https://api.example/base/orders", b"{!x}")


def test_the_urls_of_an_org_replace_the_metadata() -> None:
    made = callouts(Seconds())
    made.vault.urls["Api"] = "http://127.0.0.1:1"
    assert made.resolve(REQUEST, FULL).url == "http://127.0.0.1:1/orders"


def test_headers_that_the_external_credential_adds() -> None:
    header = {"Authorization": "Bearer {!$Credential.Ext.Token}"}
    made = callouts(Seconds(), external=replace(EXTERNAL, headers=header))
    assert made.resolve(REQUEST, FULL).headers == {"Authorization": "Bearer t"}


def test_formulas_of_apex_only_where_the_credential_allows_them() -> None:
    request = replace(REQUEST, headers={"X": "{!$Credential.Ext.Token}"})
    assert callouts(Seconds()).resolve(request, FULL).headers == {"X": "t"}
    strict = callouts(Seconds(), named=replace(NAMED, formulas_in_headers=False))
    assert strict.resolve(request, FULL).headers == {"X": "{!$Credential.Ext.Token}"}


def test_a_user_needs_the_principal_and_the_object() -> None:
    made = callouts(Seconds())
    assert made.resolve(REQUEST, Access([ALLOWED])).url
    for less in (
        replace(ALLOWED, principals=frozenset({"Ext-Other"})),
        replace(ALLOWED, objects={}),
    ):
        with pytest.raises(CalloutFailed, match="You might not have the required permissions"):
            made.resolve(REQUEST, Access([less]))


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (replace(NAMED, name="Else"), "couldn't access the endpoint Api"),
        (replace(NAMED, enabled=False), "not enabled"),
        (replace(NAMED, external="Gone"), "couldn't access the credential"),
    ],
)
def test_credentials_that_cannot_be_used(named: NamedCredential, said: str) -> None:
    with pytest.raises(CalloutFailed) as error:
        callouts(Seconds(), named=named).resolve(REQUEST, FULL)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("named", "external", "said"),
    [
        (replace(NAMED, generates_authorization=True), EXTERNAL, "Authorization header"),
        (replace(NAMED, formulas_in_body=True), EXTERNAL, "formula in the body"),
        (NAMED, replace(EXTERNAL, protocol="Oauth"), "of Oauth"),
        (NAMED, replace(EXTERNAL, headers={"X": "{!$Credential.Ext.No}"}), "header formula"),
    ],
)
def test_what_is_not_modelled(
    named: NamedCredential, external: ExternalCredential, said: str
) -> None:
    with pytest.raises(Unsupported) as error:
        callouts(Seconds(), named, external).resolve(REQUEST, FULL)
    assert said in str(error.value)


def test_a_transaction_has_two_minutes_for_its_callouts() -> None:
    seconds = Seconds(took=25)
    made, used = callouts(seconds), 0
    for _ in range(5):
        _, milliseconds = made.send(REQUEST, FULL, used)
        used += milliseconds
    assert [request.timeout_seconds for request in seconds.sent] == [25, 25, 25, 25, 20]
    with pytest.raises(CalloutFailed, match="Exceeded maximum time"):
        made.send(REQUEST, FULL, used)


def test_without_a_transport_nothing_is_sent() -> None:
    with pytest.raises(CalloutFailed, match="nothing answers"):
        no_transport(REQUEST)
