"""The value of each environment name, from configuration and from the stack's resources."""

from __future__ import annotations

from collections.abc import Mapping

from infra.config import Config
from infra.endpoint_model import Endpoint


def metrics_namespace(stage: str) -> str:
    """Return the CloudWatch namespace of a stage's metrics. Two stages may share an account."""
    return f"Portal/{stage}"


def environment_of(
    endpoint: Endpoint, *, config: Config, resources: Mapping[str, str]
) -> dict[str, str]:
    """Return exactly the environment that the table lists for this endpoint.

    `resources` has the names of the stack's resources: tables, queues, secrets, user pool.
    """
    fixed = {
        "POWERTOOLS_SERVICE_NAME": endpoint.area,
        "POWERTOOLS_METRICS_NAMESPACE": metrics_namespace(config.stage),
        **resources,
    }
    return {
        name: fixed[name] if name in fixed else config.variable(name)
        for name in sorted(endpoint.environment)
    }
