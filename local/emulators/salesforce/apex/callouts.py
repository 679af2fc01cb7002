"""Carries out callouts: it makes an HTTP request from an HttpRequest and a named credential.

Sources: Apex Developer Guide, "Named Credentials as Callout Endpoints" and "Callout Limits and
Limitations"; Salesforce Help, "Named Credential Formula Functions" and "Enable External
Credential Principals". Only endpoints `callout:<named credential>/…` are possible: the project
deploys no remote site.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from local.emulators.salesforce.apex.access import USER_EXTERNAL_CREDENTIAL, Access
from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.formulas import Context, FormulaError, merge
from local.emulators.salesforce.apex.metadata import ExternalCredential, NamedCredential

LONGEST_TIMEOUT = 120_000
DEFAULT_TIMEOUT = 10_000
_SCHEME = "callout:"


class CalloutFailed(Exception):
    """The callout ends in a System.CalloutException with this message."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A request as it leaves the org: formulas evaluated, address resolved."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    timeout_seconds: float


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """What came back."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


class Transport(Protocol):
    """Sends a request and returns the answer; raises CalloutFailed when there is none."""

    def __call__(self, request: Outgoing) -> Incoming:
        """Send it once."""
        ...


@dataclass
class Vault:
    """What an administrator enters in an org and no metadata carries.

    `parameters`: external credential, principal, authentication parameter, value. `urls` replace
    the URLs of named credentials. `settings`: defaults of hierarchy custom settings, by lower-case
    name of the setting.
    """

    parameters: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    settings: dict[str, dict[str, str | bool]] = field(default_factory=dict)


def no_transport(request: Outgoing) -> Incoming:
    """For where nothing can be called."""
    raise CalloutFailed(f"Unauthorized endpoint: nothing answers at {request.url}")


class Callouts:
    """Resolves and sends; `seconds` is a monotonic clock for the time that callouts may take."""

    def __init__(
        self,
        named: Mapping[str, NamedCredential],
        external: Mapping[str, ExternalCredential],
        vault: Vault,
        transport: Transport = no_transport,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._named = named
        self._external = external
        self.vault = vault
        self._transport = transport
        self._seconds = seconds

    def send(
        self,
        request: Outgoing,
        access: Access,
        used_milliseconds: int,
    ) -> tuple[Incoming, int]:
        """The answer and the milliseconds that it took; raises CalloutFailed."""
        resolved = self.resolve(request, access)
        left = LONGEST_TIMEOUT - used_milliseconds
        if left <= 0:
            raise CalloutFailed(
                f"Exceeded maximum time allotted for callout ({LONGEST_TIMEOUT} ms)"
            )
        started = self._seconds()
        answer = self._transport(
            Outgoing(
                method=resolved.method,
                url=resolved.url,
                headers=resolved.headers,
                body=resolved.body,
                timeout_seconds=min(resolved.timeout_seconds, left / 1000),
            )
        )
        return answer, int((self._seconds() - started) * 1000)

    def resolve(self, request: Outgoing, access: Access) -> Outgoing:
        """The request with address and formulas resolved; raises CalloutFailed or Unsupported."""
        named, path = self._endpoint(request.url)
        external = self._external.get(named.external)
        if external is None:
            raise CalloutFailed(_no_access(named.external))
        principal = self._principal(external, access)
        parameters = self.vault.parameters.get(external.name, {}).get(principal, {})
        context = Context({external.name: parameters}, request.body.decode())
        headers = dict(request.headers)
        try:
            if named.formulas_in_headers:
                headers = {name: merge(value, context) for name, value in headers.items()}
            if named.formulas_in_body and b"{!" in request.body:
                raise Unsupported("formula in the body of a request")
            headers |= {name: merge(value, context) for name, value in external.headers.items()}
        except FormulaError as error:
            # How the platform reports it is not documented.
            raise Unsupported(f"header formula: {error}") from error
        return Outgoing(
            method=request.method,
            url=self.vault.urls.get(named.name, named.url).rstrip("/") + path,
            headers=headers,
            body=request.body,
            timeout_seconds=request.timeout_seconds,
        )

    def _endpoint(self, endpoint: str) -> tuple[NamedCredential, str]:
        if not endpoint.startswith(_SCHEME):
            raise CalloutFailed(
                "Unauthorized endpoint, please check Setup->Security->Remote site settings. "
                f"endpoint = {endpoint}"
            )
        name, slash, path = endpoint.removeprefix(_SCHEME).partition("/")
        named = self._named.get(name)
        if named is None:
            # [unverified] wording.
            raise CalloutFailed(f"The callout couldn't access the endpoint {name}.")
        if not named.enabled:
            # [unverified] wording.
            raise CalloutFailed(f"Callouts of the named credential {name} are not enabled.")
        if named.generates_authorization:
            raise Unsupported(f"named credential {name} that generates an Authorization header")
        return named, slash + path

    def _principal(self, external: ExternalCredential, access: Access) -> str:
        if external.protocol != "Custom":
            raise Unsupported(f"external credential {external.name} of {external.protocol}")
        allowed = [
            item for item in external.principals if access.can_use(f"{external.name}-{item}")
        ]
        reads = access.on_object(USER_EXTERNAL_CREDENTIAL).read
        if not allowed or not reads:
            raise CalloutFailed(_no_access(external.name))
        return allowed[0]


def _no_access(credential: str) -> str:
    return (
        "We couldn't access the credential(s). You might not have the required permissions, "
        f'or the external credential "{credential}" might not exist.'
    )
