"""Secrets: one per upstream, loaded lazily, cached, refreshed once after a refusal."""

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
# Source: Secrets Manager API reference, GetSecretValue. Anything else may pass by itself.
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
    """A JSON secret by id.

    One provider instance each: Powertools keys its cache by name only, and both live signing
    keys sit in one document, so no version stages are ever asked for.
    """

    def __init__(
        self, secret_id: str, provider: Callable[[], SecretsProvider] | None = None
    ) -> None:
        self._secret_id = secret_id
        self._provider = provider or _default_provider
        self._instance: SecretsProvider | None = None

    def value(self, *, refresh: bool = False) -> dict[str, Any]:
        """The document; `refresh` asks Secrets Manager again (after a rotation).

        Raises ConfigurationError when it is missing, not readable for us or no JSON object,
        Unavailable when Secrets Manager cannot say.
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
            # Without its cause: a parser's error keeps the text that it could not read.
            raise self._misconfigured("is not JSON") from None
        if not isinstance(document, dict):
            raise self._misconfigured("is not a JSON object")
        return document

    def renewed(self, refused: Mapping[str, Any]) -> dict[str, Any] | None:
        """What replaced credentials that an upstream refused; None when they are still the same.

        Sending the same ones twice proves nothing and may get the caller banned. Raises as
        `value`.
        """
        fresh = self.value(refresh=True)
        return fresh if fresh != refused else None

    def part(self, document: Mapping[str, Any], name: str) -> str:
        """One text of the document; raises ConfigurationError naming what is missing."""
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


def _default_provider() -> SecretsProvider:
    # Powertools' parameters pull in botocore: only when a secret is really read.
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # as said

    return SecretsProvider(boto3_client=aws.secretsmanager())
