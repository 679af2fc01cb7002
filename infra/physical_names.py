"""What the resources of a stage are called in its account.

Fixed names, so that tools and the monitoring stack find resources without asking CloudFormation,
and so that two stages in one account stay apart.
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
        """What every name but those of secrets begins with; also the API's and the pool's name."""
        return f"portal-{self.stage}"

    def function(self, endpoint: Endpoint) -> str:
        """A Lambda."""
        return f"{self.prefix}-{endpoint.id}"

    def table(self, table: Table) -> str:
        """A DynamoDB table."""
        return f"{self.prefix}-{table.value}"

    def queue(self, queue: Queue) -> str:
        """A queue."""
        return f"{self.prefix}-{queue.value}"

    def dead_letters(self, queue: Queue) -> str:
        """The dead-letter queue of a queue."""
        return f"{self.queue(queue)}-dead-letters"

    def secret(self, secret: Secret) -> str:
        """A secret."""
        return f"portal/{self.stage}/{secret.value}"
