"""Secrets: one per upstream, loaded lazily, cached, refreshed once after a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal import aws
from portal.config import ConfigurationError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

CACHE_SECONDS = 300


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

        Raises ConfigurationError when it is missing or no JSON object.
        """
        from aws_lambda_powertools.utilities.parameters.exceptions import (  # noqa: PLC0415
            GetParameterError,
            TransformParameterError,
        )

        if self._instance is None:
            self._instance = self._provider()
        try:
            document = self._instance.get(
                self._secret_id, transform="json", max_age=CACHE_SECONDS, force_fetch=refresh
            )
        except (GetParameterError, TransformParameterError) as error:
            msg = f"secret {self._secret_id} cannot be read; run `make secrets` for this stage"
            raise ConfigurationError(msg) from error
        if not isinstance(document, dict):
            msg = f"secret {self._secret_id} is not a JSON object; run `make secrets`"
            raise ConfigurationError(msg)
        return document


def _default_provider() -> SecretsProvider:
    # Powertools' parameters pull in botocore: only when a secret is really read.
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415

    return SecretsProvider(boto3_client=aws.secretsmanager())
