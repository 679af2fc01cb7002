"""The fields of each secret of a stage, which follow from the stage's configuration.

They are the fields that the adapters read: `portal/adapters/salesforce/login.py`,
`portal/adapters/whmcs/client.py`, the eSIM providers' adapters, `sendgrid.py` and `smtp.py`. The
signing keys are generated, and are therefore not part of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.adapters.salesforce.login import TEST_AUDIENCE

from infra.config import Config
from infra.resource_names import Secret

# Source: Salesforce help, "My Domain URL Formats": these orgs log in at test.salesforce.com.
TEST_ORGS = (".sandbox.my.salesforce.com", ".scratch.my.salesforce.com")


@dataclass(frozen=True, kw_only=True)
class SecretField:
    """One text of a secret.

    `default` is used when the operator answers nothing and no value is stored. `from_file` says
    that the answer is the path of a file with the value. `made` says that a random text is used,
    and shown once, when the operator answers nothing and no value is stored.
    """

    name: str
    hint: str = ""
    default: str = ""
    optional: bool = False
    from_file: bool = False
    made: bool = False


def secret_fields(config: Config) -> dict[Secret, tuple[SecretField, ...]]:
    """Return the fields of each secret that an operator fills, in the order of the questions."""
    return {
        Secret.SALESFORCE: _salesforce(config),
        Secret.WHMCS: (
            SecretField(name="identifier"),
            SecretField(name="secret"),
            SecretField(
                name="accessKey",
                hint="only where WHMCS admits this portal by API access key, not by address",
                optional=True,
            ),
        ),
        Secret.ESIM: ESIM[config.esim_provider],
        Secret.MAIL: _mail(config),
        Secret.ESIM_WEBHOOK: ESIM_WEBHOOK[config.esim_provider],
        Secret.SMOKE: _smoke(config),
    }


ESIM = {
    "gigs": (SecretField(name="project"), SecretField(name="token")),
    "esim_access": (SecretField(name="accessCode"), SecretField(name="secretKey")),
}
"""The fields of the eSIM secret by the values of ESIM_PROVIDER."""


ESIM_WEBHOOK = {
    "gigs": (
        SecretField(
            name="signingSecret",
            hint="whsec_… of the webhook in Gigs; without it jobs poll",
            optional=True,
        ),
        SecretField(
            name="previousSigningSecret",
            hint="while the secret is rotated",
            optional=True,
        ),
    ),
    "esim_access": (
        SecretField(
            name="pathToken",
            hint="the last part of the address that eSIM Access calls; Enter makes one",
            made=True,
        ),
    ),
}
"""The same for what proves the provider's events."""


def _salesforce(config: Config) -> tuple[SecretField, ...]:
    key = SecretField(name="consumerKey", hint="of the connected app")
    if config.salesforce_login == "client-credentials":
        return (key, SecretField(name="consumerSecret", hint="of the connected app"))
    fields = (
        key,
        SecretField(name="username", hint="of the integration user"),
        SecretField(name="privateKey", hint="path of a PEM file", from_file=True),
    )
    host = urlsplit(config.salesforce_url).hostname or ""
    if not host.endswith(TEST_ORGS):
        return fields
    audience = SecretField(name="audience", hint=f"Enter: {TEST_AUDIENCE}", default=TEST_AUDIENCE)
    return (*fields, audience)


def _smoke(config: Config) -> tuple[SecretField, ...]:
    if not config.smoke_email:
        return ()
    return (SecretField(name="password", hint=f"of the synthetic customer {config.smoke_email}"),)


def _mail(config: Config) -> tuple[SecretField, ...]:
    if config.email_transport == "sendgrid":
        return (SecretField(name="apiKey", hint="of SendGrid"),)
    if not config.smtp_authentication:
        return ()
    server = f"of {config.smtp_host}"
    return (SecretField(name="username", hint=server), SecretField(name="password", hint=server))
