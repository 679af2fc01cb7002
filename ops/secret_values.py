"""`make secrets STAGE=…`: put the values of a stage's secrets into Secrets Manager.

The stack creates the secrets empty (a template must never hold a value). Each value is asked for
without echo, written as one JSON document a secret, and never shown again. An empty answer keeps
what is there.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from infra.vocabulary import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# What each secret holds, in the order of asking (portal/adapters/* document the shapes).
FIELDS: Mapping[Secret, tuple[str, ...]] = {
    Secret.SALESFORCE: ("consumerKey", "username", "privateKey"),
    Secret.WHMCS: ("identifier", "secret", "accessKey"),
    Secret.ESIM: ("project", "token", "accessCode", "secretKey"),
    Secret.SENDGRID: ("apiKey",),
}
FROM_FILES = frozenset({"privateKey"})
HINTS: Mapping[str, str] = {
    "accessKey": "optional",
    "privateKey": "path of a PEM file",
    "project": "for ESIM_PROVIDER=gigs",
    "token": "for ESIM_PROVIDER=gigs",
    "accessCode": "for ESIM_PROVIDER=esim_access",
    "secretKey": "for ESIM_PROVIDER=esim_access",
}
Ask = Callable[[str], str]
app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)
console = Console(highlight=False)


class SecretValues:
    """The secrets of one stage."""

    def __init__(self, client: SecretsManagerClient, stage: str) -> None:
        self._client = client
        self._stage = stage

    def name(self, secret: Secret) -> str:
        """As the stack names it."""
        return f"portal/{self._stage}/{secret.value}"

    def read(self, secret: Secret) -> dict[str, Any]:
        """The document that is there; empty when none was ever written, or it is no JSON."""
        try:
            text = self._client.get_secret_value(SecretId=self.name(secret))["SecretString"]
        except self._client.exceptions.ResourceNotFoundException:
            return {}
        try:
            document = json.loads(text)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    def write(self, secret: Secret, document: Mapping[str, Any]) -> None:
        """Replace the document."""
        self._client.put_secret_value(
            SecretId=self.name(secret), SecretString=json.dumps(dict(document))
        )

    def add_signing_key(self, key_id: str) -> str:
        """Add a signing key beside the live ones and return it, for Salesforce's setup.

        Raises ValueError when a key of that id exists: keys are added and removed, not changed.
        """
        document = self.read(Secret.SIGNING)
        keys = dict(document.get("keys") or {})
        if key_id in keys:
            msg = f"there is a signing key {key_id} already: choose another id"
            raise ValueError(msg)
        keys[key_id] = secrets.token_hex(32)
        self.write(Secret.SIGNING, {"keys": keys})
        return str(keys[key_id])

    def remove_signing_key(self, key_id: str) -> None:
        """Remove a key that nobody signs with any more; raises ValueError for the last one."""
        keys = dict(self.read(Secret.SIGNING).get("keys") or {})
        if key_id not in keys or len(keys) == 1:
            msg = f"{key_id} is not there, or is the only signing key"
            raise ValueError(msg)
        del keys[key_id]
        self.write(Secret.SIGNING, {"keys": keys})


def fill(values: SecretValues, secret: Secret, ask: Ask) -> bool:
    """Ask for what a secret holds; False when nothing was answered.

    Raises OSError for a file that cannot be read.
    """
    document = values.read(secret)
    changed = False
    for field in FIELDS[secret]:
        hint = HINTS.get(field, "")
        answer = ask(f"{values.name(secret)} {field}" + (f" ({hint})" if hint else ""))
        if answer:
            in_file = field in FROM_FILES
            document[field] = Path(answer).expanduser().read_text() if in_file else answer
            changed = True
    if changed:
        values.write(secret, document)
    return changed


def _values(stage: str) -> SecretValues:
    import boto3  # noqa: PLC0415  # only once the command line is understood

    return SecretValues(boto3.client("secretsmanager"), stage)


Stage = Annotated[str, typer.Option(help="dev, production, …")]


@app.command("set")
def set_values(stage: Stage) -> None:
    """Ask for the values of all secrets; Enter keeps what is there."""
    values = _values(stage)
    for secret in FIELDS:
        try:
            changed = fill(values, secret, _hidden)
        except OSError as error:
            console.print(f"[red]{values.name(secret)} kept:[/] {error}")
            raise typer.Exit(1) from error
        console.print(f"{values.name(secret)}: {'written' if changed else 'kept'}")
    if not values.read(Secret.SIGNING).get("keys"):
        key = values.add_signing_key("k1")
        console.print(f"signing key k1 made; enter it in Salesforce, it is not shown again: {key}")


@app.command()
def add_signing_key(stage: Stage, key_id: str) -> None:
    """First step of a rotation: both keys are accepted from here on."""
    console.print(f"enter it in Salesforce, it is not shown again: {_added(stage, key_id)}")


@app.command()
def remove_signing_key(stage: Stage, key_id: str) -> None:
    """Last step of a rotation, when Salesforce signs with the other one."""
    try:
        _values(stage).remove_signing_key(key_id)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    console.print(f"removed {key_id}; Lambdas forget it within five minutes")


def _added(stage: str, key_id: str) -> str:
    try:
        return _values(stage).add_signing_key(key_id)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _hidden(text: str) -> str:
    answer: str = typer.prompt(text, hide_input=True, default="", show_default=False)
    return answer.strip()


if __name__ == "__main__":
    app()
