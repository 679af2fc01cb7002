"""The composition root of the operator's command line, the only module that uses adapters."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portal import config

from ops import stages
from ops.ports import (
    CatalogPorts,
    DeadLetterPorts,
    JobPorts,
    NumberPorts,
    OperationPorts,
    OrderPorts,
    UserPorts,
)
from ops.stages import Stage

if TYPE_CHECKING:
    from portal.adapters.http import Transport
    from portal.adapters.salesforce.client import SalesforceClient
    from portal.adapters.whmcs.client import WhmcsClient
    from portal.repositories.dynamodb import Table
    from portal.repositories.workflow import DynamoJobStore
    from portal.secrets import Secret
    from portal.smoke.run import Smoke

    from ops.audit import AuditPorts
    from ops.dead_letters import JoinedDeadLetters, SqsDeadLetters
    from ops.doctor.installation import Installation

READ_SECONDS = 20.0


class JobConfig(config.WorkflowTable, config.ProvisionQueue):
    """The settings of `ops order cancel` and `ops redrive`."""


class OperationJobConfig(config.WorkflowTable, config.OperationQueue):
    """`ops operation cancel`, `ops operation redrive`."""


class OperationConfig(OperationJobConfig, config.WhmcsConfig):
    """`ops operation show`."""


class NumberConfig(config.IdentityTable, config.EphemeralTable, config.RateLimitConfig):
    """`ops numbers`."""


class OrderConfig(
    config.WorkflowTable, config.IdentityTable, config.SalesforceConfig, config.WhmcsConfig
):
    """The settings of `ops order show`."""


class AuditSettings(
    config.IdentityTable,
    config.WorkflowTable,
    config.EphemeralTable,
    config.SalesforceConfig,
    config.SalesforcePricebook,
    config.CurrencyConfig,
    config.WhmcsConfig,
    config.EsimConfig,
    config.AuditConfig,
):
    """`ops audit`."""


class StageRoot:
    """`Root` over a deployed stage, which is looked up at the first use."""

    def __init__(self, name: str | None, front_door: str | None = None) -> None:
        self._name = name
        self._front_door = front_door

    @functools.cached_property
    def stage(self) -> Stage:
        """The stage."""
        return stages.find(self._name, self._front_door)

    def catalog(self) -> CatalogPorts:
        """For `ops catalog`."""
        from portal.adapters.salesforce.catalog import SalesforceCatalogSource
        from portal.repositories.catalog import DynamoCatalogStore

        settings = config.load(config.CatalogReading, self.stage.environment)
        source = SalesforceCatalogSource(
            self._salesforce(settings),
            pricebook=settings.salesforce_pricebook,
            currency=settings.portal_currency,
        )
        return CatalogPorts(
            source=source,
            store=DynamoCatalogStore(self._table(settings.catalog_table)),
            clock=time.time,
        )

    def jobs(self) -> JobPorts:
        """Return the ports of the commands that change a provisioning job."""
        settings = config.load(JobConfig, self.stage.environment)
        return self._job_ports(settings, settings.provision_queue_url)

    def operation_jobs(self) -> JobPorts:
        """For what changes an operation."""
        settings = config.load(OperationJobConfig, self.stage.environment)
        return self._job_ports(settings, settings.operation_queue_url)

    def operation(self) -> OperationPorts:
        """For `ops operation show`."""
        from portal.adapters.whmcs.invoicing import WhmcsInvoicing

        settings = config.load(OperationConfig, self.stage.environment)
        return OperationPorts(
            stage=self.stage.name,
            jobs=self._job_ports(settings, settings.operation_queue_url),
            invoicing=WhmcsInvoicing(self._whmcs(settings)),
        )

    def order(self) -> OrderPorts:
        """For `ops order show`."""
        from portal.adapters.salesforce.provisioning import (
            SalesforceProvisioningOrders,
        )
        from portal.adapters.whmcs.orders import WhmcsOrders
        from portal.adapters.whmcs.services import WhmcsServices
        from portal.repositories.identity import DynamoCustomerDirectory

        from ops.salesforce_orders import SalesforceOrderReader

        settings = config.load(OrderConfig, self.stage.environment)
        salesforce = self._salesforce(settings)
        orders = SalesforceProvisioningOrders(
            salesforce, api_version=settings.salesforce_api_version
        )
        whmcs = self._whmcs(settings)
        return OrderPorts(
            stage=self.stage.name,
            order_page=self.stage.order_page,
            orders=SalesforceOrderReader(salesforce, orders),
            jobs=self._jobs(settings),
            directory=DynamoCustomerDirectory(self._table(settings.identity_table)),
            billing=WhmcsOrders(whmcs),
            services=WhmcsServices(whmcs),
        )

    def users(self) -> UserPorts:
        """For `ops users`."""
        from portal.adapters.salesforce.accounts import AccountFields, SalesforceAccounts
        from portal.repositories.identity import DynamoCustomerDirectory

        settings = config.load(config.AccountFollowing, self.stage.environment)
        fields = AccountFields(
            customer_number=settings.customer_number_field, email=settings.account_email_field
        )
        customers = DynamoCustomerDirectory(self._table(settings.identity_table))
        return UserPorts(
            directory=customers,
            remaps=customers,
            merges=SalesforceAccounts(self._salesforce(settings), fields),
            clock=time.time,
        )

    def numbers(self) -> NumberPorts:
        """For `ops numbers`."""
        from portal.api.rate_limit import RateLimiter, limits_from
        from portal.domain.limits import LIMITS
        from portal.repositories.identity import DynamoCustomerDirectory
        from portal.repositories.rate_limits import DynamoRateCounters
        from portal.repositories.registrations import DynamoRegistrations

        settings = config.load(NumberConfig, self.stage.environment)
        identity = self._table(settings.identity_table)
        counters = DynamoRateCounters(self._table(settings.ephemeral_table))
        return NumberPorts(
            directory=DynamoCustomerDirectory(identity),
            signups=DynamoRegistrations(identity),
            limiter=RateLimiter(counters, limits_from(settings.rate_limits, LIMITS)),
            clock=time.time,
        )

    def dead_letters(self) -> DeadLetterPorts:
        """For `ops redrive --dead-letters`."""
        return DeadLetterPorts(
            provision=self._dead_letters("Provision"),
            provision_waiting=self._dead_letters("ProvisionWaiting"),
            operation=self._dead_letters("Operation"),
            operation_waiting=self._dead_letters("OperationWaiting"),
            email=self._joined_dead_letters("Email"),
            case=self._joined_dead_letters("Case"),
            clock=time.time,
        )

    def audit(self) -> AuditPorts:
        """For `ops audit`."""
        from portal import factories
        from portal.adapters.guard import unguarded
        from portal.adapters.salesforce.catalog import SalesforceCatalogSource
        from portal.repositories.audit import DynamoSpool

        from ops.audit import AuditPorts

        settings = config.load(AuditSettings, self.stage.environment)
        salesforce = self._salesforce(settings)
        lines = factories.line_pages(
            settings.esim_provider,
            {
                "url": settings.esim_api_url,
                "secret": self._secret(settings.esim_secret_id),
                "transport": _transport("esim", settings.esim_api_url),
                "guard": unguarded,
            },
        )
        sources = factories.audit_sources(
            salesforce=salesforce,
            whmcs=self._whmcs(settings),
            lines=lines,
            workflow=self._table(settings.workflow_table),
            identity=self._table(settings.identity_table),
            catalogue=SalesforceCatalogSource(
                salesforce,
                pricebook=settings.salesforce_pricebook,
                currency=settings.portal_currency,
            ),
            currency=settings.portal_currency,
        )
        spool = DynamoSpool(self._table(settings.ephemeral_table), clock=time.time)
        return AuditPorts(
            sources=sources, spool=spool, clock=time.time, most_calls=settings.audit_most_calls
        )

    def stage_name(self) -> str:
        """The name of the stage."""
        return self.stage.name

    def smoke(self) -> Smoke:
        """For `ops smoke`."""
        from portal import factories
        from portal.adapters.portal_api import UPSTREAM, HttpPortalApi
        from portal.smoke.run import Smoke

        settings = config.load(config.SmokeConfig, self.stage.environment)
        customer = factories.synthetic_customer(settings, self._secret(settings.smoke_secret_id))
        url = self.stage.api_url
        return Smoke(HttpPortalApi(url, _transport(UPSTREAM, url)), customer, time.perf_counter)

    def doctor(self) -> Installation:
        """For `ops doctor`."""
        from ops.doctor.root import installation

        return installation(self.stage, secret=self._secret, transport=_transport)

    def _joined_dead_letters(self, queue: str) -> JoinedDeadLetters:
        """Return the dead letters of a queue and its waiting queue. They go back to the queue."""
        from ops.dead_letters import JoinedDeadLetters

        waiting = self._dead_letters(f"{queue}Waiting", back_to=queue)
        return JoinedDeadLetters(self._dead_letters(queue), waiting)

    def _dead_letters(self, queue: str, *, back_to: str | None = None) -> SqsDeadLetters:
        from ops.dead_letters import SqsDeadLetters

        return SqsDeadLetters(
            lambda: self.stage.cloud.client("sqs"),
            url=self.stage.output(f"{queue}DeadLettersUrl"),
            queue_url=self.stage.output(f"{back_to or queue}QueueUrl"),
        )

    def _job_ports(self, settings: config.WorkflowTable, queue_url: str) -> JobPorts:
        from portal.adapters.sqs import SqsQueue
        from portal.adapters.task_queue import SqsTaskQueue

        queue = SqsQueue(queue_url, lambda: self.stage.cloud.client("sqs"))
        return JobPorts(jobs=self._jobs(settings), queue=SqsTaskQueue(queue), clock=time.time)

    def _jobs(self, settings: config.WorkflowTable) -> DynamoJobStore:
        from portal.repositories.workflow import DynamoJobStore

        return DynamoJobStore(self._table(settings.workflow_table))

    def _table(self, name: str) -> Table:
        from portal.repositories.dynamodb import Table

        return Table(name, lambda: self.stage.cloud.client("dynamodb"))

    def _secret(self, secret_id: str) -> Secret:
        from aws_lambda_powertools.utilities.parameters import SecretsProvider
        from portal.secrets import Secret

        client = self.stage.cloud.client("secretsmanager")
        return Secret(secret_id, lambda: SecretsProvider(boto3_client=client))

    def _salesforce(self, settings: config.SalesforceConfig) -> SalesforceClient:
        from portal.adapters.salesforce.client import SalesforceClient
        from portal.adapters.salesforce.login import Login

        url = settings.salesforce_url
        login = Login(
            url=url,
            secret=self._secret(settings.salesforce_secret_id),
            transport=_transport("salesforce", url),
        )
        return SalesforceClient(
            url=url,
            api_version=settings.salesforce_api_version,
            login=login,
            transport=_transport("salesforce", url),
        )

    def _whmcs(self, settings: config.WhmcsConfig) -> WhmcsClient:
        from portal.adapters.whmcs.client import WhmcsClient

        url = settings.whmcs_api_url
        return WhmcsClient(
            url=url,
            secret=self._secret(settings.whmcs_secret_id),
            transport=_transport("whmcs", url),
        )


def _transport(upstream: str, url: str) -> Transport:
    from portal.adapters.http import Transport

    transport = Transport(upstream, read_seconds=READ_SECONDS)
    if urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}:
        transport.session.trust_env = False  # an emulator: no proxy may come between
    return transport
