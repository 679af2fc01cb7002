"""`make secrets STAGE=…` stores the values of a stage's secrets in Secrets Manager.

The stack creates the secrets empty, because a template must never hold a value. The questions
follow from the stage's configuration (`infra/secret_fields.py`). Values are read without echo,
stored as one JSON document per secret, and never shown again. An empty answer keeps the stored
value. A secret that would be incomplete is not written.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from infra.config import ConfigurationError, load_config
from infra.resource_names import Secret
from infra.secret_fields import SecretField, secret_fields

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

Ask = Callable[[str], str]
Tell = Callable[[str, str], None]
app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)
console = Console(highlight=False)


class SecretValues:
    """The secrets of one stage."""

    def __init__(self, client: SecretsManagerClient, stage: str) -> None:
        self._client = client
        self._stage = stage

    def name(self, secret: Secret) -> str:
        """Return the secret's name in the stack."""
        return f"portal/{self._stage}/{secret.value}"

    def read(self, secret: Secret) -> dict[str, Any]:
        """Return the stored document; empty when there is none or it is no JSON."""
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
        """Add a signing key to the valid ones and return it, for Salesforce's setup.

        Raises ValueError when a key with that id exists, because keys are never changed.
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
        """Remove a key that is no longer used. Raises ValueError for the last one."""
        keys = dict(self.read(Secret.SIGNING).get("keys") or {})
        if key_id not in keys or len(keys) == 1:
            msg = f"{key_id} is not there, or is the only signing key"
            raise ValueError(msg)
        del keys[key_id]
        self.write(Secret.SIGNING, {"keys": keys})


def _untold(_name: str, _value: str) -> None:
    """Nobody needs to know."""


class IncompleteSecretError(Exception):
    """A secret lacks a value that the stage needs; the message names it."""


def fill(
    values: SecretValues,
    secret: Secret,
    fields: Sequence[SecretField],
    ask: Ask,
    tell: Tell = _untold,
) -> bool:
    """Ask for the values of a secret and write it. Returns False when it did not change.

    `tell` is given the name and the value of what is made here.

    Values that belong to no field are removed, because values of another transport, provider or
    login could be taken for current ones. Raises IncompleteSecretError, and OSError for a file that
    cannot be read; nothing is written then.
    """
    stored = values.read(secret)
    document: dict[str, Any] = {}
    made: dict[str, str] = {}
    for field in fields:
        answer = ask(f"{values.name(secret)} {field.name}" + _hint(field))
        if answer and field.from_file:
            answer = Path(answer).expanduser().read_text(encoding="utf-8")
        value = answer or stored.get(field.name) or field.default
        if not value and field.made:
            made[field.name] = value = secrets.token_urlsafe(32)
        if value:
            document[field.name] = value
    missing = [f.name for f in fields if not f.optional and f.name not in document]
    if missing:
        msg = f"{values.name(secret)} was not written: {', '.join(missing)} missing"
        raise IncompleteSecretError(msg)
    if document == stored:
        return False
    values.write(secret, document)
    for name, value in made.items():
        tell(name, value)
    return True


def _hint(field: SecretField) -> str:
    parts = [field.hint] if field.hint else []
    parts += ["optional"] if field.optional else []
    return f" ({'; '.join(parts)})" if parts else ""


def _values(stage: str) -> SecretValues:
    import boto3  # noqa: PLC0415  # only once the command line is understood

    return SecretValues(boto3.client("secretsmanager"), stage)


Stage = Annotated[str, typer.Option(help="dev, production, …")]


@app.command("set")
def set_values(stage: Stage) -> None:
    """Ask for the values that the stage's configuration needs. Enter keeps a stored value."""
    try:
        wanted = secret_fields(load_config(os.environ, stage=stage))
    except ConfigurationError as error:
        console.print(f"[red]error:[/] {error}")
        raise typer.Exit(2) from error
    values = _values(stage)
    failures = [_set(values, secret, fields) for secret, fields in wanted.items() if fields]
    if not values.read(Secret.SIGNING).get("keys"):
        key = values.add_signing_key("k1")
        console.print(f"signing key k1 made; enter it in Salesforce, it is not shown again: {key}")
    if any(failures):
        raise typer.Exit(1)


def _set(values: SecretValues, secret: Secret, fields: Sequence[SecretField]) -> bool:
    """Fill one secret and print the result. Returns True when it is still incomplete."""
    try:
        changed = fill(values, secret, fields, _hidden, _shown_once)
    except (IncompleteSecretError, OSError) as error:
        console.print(f"[red]error:[/] {error}")
        return True
    console.print(f"{values.name(secret)}: {'written' if changed else 'kept'}")
    return False


@app.command()
def add_signing_key(stage: Stage, key_id: str) -> None:
    """Add a signing key, as the first step of a rotation. Both keys are accepted then."""
    console.print(f"enter it in Salesforce, it is not shown again: {_added(stage, key_id)}")


@app.command()
def remove_signing_key(stage: Stage, key_id: str) -> None:
    """Remove a signing key, as the last step of a rotation."""
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


def _shown_once(name: str, value: str) -> None:
    console.print(f"{name} made; it is not shown again: {value}", soft_wrap=True)


def _hidden(text: str) -> str:
    answer: str = typer.prompt(text, hide_input=True, default="", show_default=False)
    return answer.strip()


if __name__ == "__main__":
    app()
