"""Reads secrets on first use, caches them, and reads them again after a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from portal import aws
from portal.config import ConfigurationError
from portal.domain.upstream import Unavailable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

UPSTREAM = "secretsmanager"
CACHE_SECONDS = 300
# Errors that a retry cannot correct. Source: Secrets Manager API reference, GetSecretValue.
_FOR_GOOD = frozenset(
    {
        "AccessDeniedException",
        "DecryptionFailure",
        "InvalidParameterException",
        "InvalidRequestException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
    }
)


class Secret:
    """A JSON secret with an id.

    Each secret has a provider instance of its own. Version stages are not needed, because the
    document of the signing secret holds both valid keys.
    """

    def __init__(
        self, secret_id: str, provider: Callable[[], SecretsProvider] | None = None
    ) -> None:
        self._secret_id = secret_id
        self._provider = provider or _default_provider
        self._instance: SecretsProvider | None = None

    def value(self, *, refresh: bool = False) -> dict[str, Any]:
        """Return the document. `refresh` reads it from Secrets Manager, for example on rotation.

        Raises ConfigurationError when it is missing, not readable or no JSON object, and
        Unavailable when Secrets Manager does not answer.
        """
        from aws_lambda_powertools.utilities.parameters.exceptions import (  # as _default_provider
            GetParameterError,
            TransformParameterError,
        )

        if self._instance is None:
            self._instance = self._provider()
        try:
            document = self._instance.get(
                self._secret_id, transform="json", max_age=CACHE_SECONDS, force_fetch=refresh
            )
        except GetParameterError as error:
            raise self._not_had(error) from None
        except TransformParameterError:
            # The cause is left out, because a parser's error keeps the unreadable text.
            raise self._misconfigured("is not JSON") from None
        if not isinstance(document, dict):
            raise self._misconfigured("is not a JSON object")
        return document

    def renewed(self, refused: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the new credentials after a refusal; None when the secret is still the same.

        Sending the same credentials twice cannot help and may get the portal's address banned.
        Raises the errors of `value`.
        """
        fresh = self.value(refresh=True)
        return fresh if fresh != refused else None

    def part(self, document: Mapping[str, Any], name: str) -> str:
        """Return one text of the document. Raises ConfigurationError when it is missing."""
        value = document.get(name)
        if not isinstance(value, str) or not value:
            raise self._misconfigured(f"has no text {name}")
        return value

    def _not_had(self, error: Exception) -> Exception:
        # Powertools raises its own error while the SDK's is being handled.
        response: Any = getattr(error.__context__, "response", None) or {}
        code = str(response.get("Error", {}).get("Code", ""))
        if code in _FOR_GOOD:
            return self._misconfigured(f"cannot be read ({code})")
        reason = code or type(error.__context__).__name__
        return Unavailable(UPSTREAM, "GetSecretValue", reason, code=code or None)

    def _misconfigured(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"secret {self._secret_id} {what}; run `make secrets` for this stage"
        )


class SecretText(Secret):
    """A secret that is a text, such as a key that CloudFormation made."""

    def value(self) -> str:  # type: ignore[override]  # a text for a document
        """Return the text. Raises the errors of `Secret.value`."""
        from aws_lambda_powertools.utilities.parameters.exceptions import (  # as _default_provider
            GetParameterError,
        )

        if self._instance is None:
            self._instance = self._provider()
        try:
            text = self._instance.get(self._secret_id, max_age=CACHE_SECONDS)
        except GetParameterError as error:
            raise self._not_had(error) from None
        return str(text)


def _default_provider() -> SecretsProvider:
    # Powertools' parameters import botocore, so they are imported when a secret is read.
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # as said

    return SecretsProvider(boto3_client=aws.secretsmanager())
