"""The eSIM lines of a list of services, by one request to their provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.domain.client_service import ClientService
from portal.domain.esim import Overview
from portal.domain.upstream import UpstreamError
from portal.observability import count, logger
from portal.ports.esim import EsimProvider, Subscribers
from portal.ports.service_lines import ServiceLines

NOT_TOLD = Overview()


@dataclass(frozen=True)
class ListedLines:
    """Reads the lines of services. A value that the provider does not tell now is None."""

    service_lines: ServiceLines
    provider: EsimProvider
    subscribers: Subscribers

    def of(self, services: Sequence[ClientService], user_id: str) -> Mapping[int, Overview]:
        """Return the lines of a customer's services by service id; no service without an eSIM.

        Two reads of DynamoDB at most, and one call of the provider when there is a line.
        """
        clients = {service.id: service.client_id for service in services}
        found = self.service_lines.of_services(list(clients)) if clients else {}
        lines = {
            number: line
            for number, line in found.items()
            if line.line_id and line.client_id == clients[number]
        }
        ours = self.provider.capabilities.provider
        asked = [line.line_id for line in lines.values() if line.provider == ours]
        told = self._told(asked, user_id) if asked else {}
        return {number: told.get(line.line_id, NOT_TOLD) for number, line in lines.items()}

    def _told(self, line_ids: Sequence[str], user_id: str) -> Mapping[str, Overview]:
        subscriber = self._subscriber(user_id)
        if subscriber is None:
            return {}
        try:
            return self.provider.overview(line_ids, subscriber_id=subscriber)
        except UpstreamError as error:
            count("EsimStateUnknown", what="overview")
            logger().warning(
                "the eSIM provider does not tell",
                extra={"what": "overview", "kind": type(error).__name__, "code": error.code},
            )
            return {}

    def _subscriber(self, user_id: str) -> str | None:
        capabilities = self.provider.capabilities
        if not capabilities.needs_subscriber:
            return user_id
        return self.subscribers.find(capabilities.provider, user_id)
