"""The names of a stage's resources in its account.

They are fixed, so that tools and the monitoring stack find resources without CloudFormation, and
so that two stages in one account use different resources.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.endpoint_model import Endpoint
from infra.resource_names import Queue, Secret, Table


@dataclass(frozen=True)
class PhysicalNames:
    """The names of one stage's resources."""

    stage: str

    @property
    def prefix(self) -> str:
        """The prefix of every name but those of secrets. The API and the pool are named so."""
        return f"portal-{self.stage}"

    def function(self, endpoint: Endpoint) -> str:
        """Return the name of a Lambda."""
        return f"{self.prefix}-{endpoint.id}"

    def table(self, table: Table) -> str:
        """Return the name of a DynamoDB table."""
        return f"{self.prefix}-{table.value}"

    def queue(self, queue: Queue) -> str:
        """Return the name of a queue."""
        return f"{self.prefix}-{queue.value}"

    def dead_letters(self, queue: Queue) -> str:
        """Return the name of a queue's dead-letter queue."""
        return f"{self.queue(queue)}-dead-letters"

    @property
    def distribution_key(self) -> str:
        """The secret with what the distribution sends to the API."""
        return f"portal/{self.stage}/distribution"

    def secret(self, secret: Secret) -> str:
        """Return the name of a secret."""
        return f"portal/{self.stage}/{secret.value}"
