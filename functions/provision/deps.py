"""The composition root of provisioning."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal import config, factories
from portal.engine.runner import Runner
from portal.engine.sweeper import KindQueues, Sweeper
from portal.queues.fresh_and_waiting import FreshAndWaiting
from portal.workflow_kinds import PROVISION, WORKFLOW_KINDS, WorkflowKind

from functions.provision.admission import StartDeps

if TYPE_CHECKING:
    from portal.adapters.circuit import Circuit
    from portal.engine.metrics import JobMetrics

    from functions.provision.workflow_ports import ProvisioningPorts


HOUR = 3_600.0


class StartConfig(
    config.HttpConfig,
    config.WorkflowTable,
    config.EphemeralTable,
    config.ProvisionQueue,
    config.SigningConfig,
):
    """The settings of POST /orders/{sfOrderId}/provision."""


class WorkerConfig(
    config.AccountFollowing,
    config.IdempotencyTable,
    config.WorkflowTable,
    config.EmailQueue,
    config.ProvisionQueue,
    config.ProvisionWaitingQueue,
    config.WhmcsOrderingConfig,
    config.EsimConfig,
    config.TimeZoneConfig,
    config.ProvisionLimits,
    config.ProvisionApproval,
    config.SyntheticCustomer,
    config.WorkflowRestored,
):
    """The settings of the consumer of the provisioning queues."""


class DeadLetterConfig(config.WorkflowTable, config.SalesforceConfig):
    """The settings of the dead-letter consumer."""


class SweeperConfig(
    config.WorkflowTable,
    config.ProvisionQueue,
    config.ProvisionWaitingQueue,
    config.OperationQueue,
    config.OperationWaitingQueue,
):
    """The settings of the sweeper, which has the queues of every kind of job."""


@dataclass(frozen=True)
class WorkerDeps:
    """The engine and the queues that it consumes."""

    runner: Runner
    queues: FreshAndWaiting


@dataclass(frozen=True)
class DeadLetterDeps:
    """The engine with a workflow that can only end jobs."""

    runner: Runner


@functools.cache
def build_start() -> StartDeps:
    """Return the dependencies of POST /orders/{sfOrderId}/provision."""
    from portal.adapters.sqs import SqsQueue
    from portal.adapters.task_queue import SqsTaskQueue
    from portal.api.signature import SignatureVerifier, SigningKeys
    from portal.repositories.dynamodb import Table
    from portal.repositories.replays import DynamoReplayGuard
    from portal.repositories.workflow import DynamoJobStore
    from portal.secrets import Secret

    settings = config.load(StartConfig)
    return StartDeps(
        verifier=SignatureVerifier(SigningKeys(Secret(settings.signing_secret_id))),
        store=DynamoJobStore(Table(settings.workflow_table)),
        queue=SqsTaskQueue(SqsQueue(settings.provision_queue_url)),
        replays=DynamoReplayGuard(Table(settings.ephemeral_table)),
        clock=time.time,
    )


@functools.cache
def build_worker() -> WorkerDeps:
    """Return the dependencies of the consumer of the provisioning queues."""
    from portal.queues.backoff import Policy
    from portal.repositories.dynamodb import Table
    from portal.repositories.workflow import DynamoJobStore

    from functions.provision.workflow import provisioning

    settings = config.load(WorkerConfig)
    runner = Runner(
        store=DynamoJobStore(Table(settings.workflow_table)),
        workflows={PROVISION.name: provisioning(_ports(settings))},
        policy=Policy(
            max_retries=settings.provision_max_retries,
            patience=settings.provision_patience_hours * HOUR,
        ),
        observer=_observer(),
    )
    queues = factories.fresh_and_waiting(
        settings.provision_queue_url, settings.provision_waiting_queue_url
    )
    return WorkerDeps(runner=runner, queues=queues)


@functools.cache
def build_dead_letter() -> DeadLetterDeps:
    """Return the dependencies of the dead-letter consumer."""
    from portal.adapters.salesforce.provisioning import (
        SalesforceProvisioningOrders,
    )
    from portal.queues.backoff import Policy
    from portal.repositories.dynamodb import Table
    from portal.repositories.workflow import DynamoJobStore

    from functions.provision.workflow import ending_only

    settings = config.load(DeadLetterConfig)
    orders = SalesforceProvisioningOrders(
        factories.salesforce(settings), api_version=settings.salesforce_api_version
    )
    return DeadLetterDeps(
        Runner(
            store=DynamoJobStore(Table(settings.workflow_table)),
            workflows={PROVISION.name: ending_only(orders)},
            policy=Policy(),
            observer=_observer(),
        )
    )


@functools.cache
def build_sweeper() -> Sweeper:
    """Return the sweeper."""
    from portal.repositories.dynamodb import Table
    from portal.repositories.workflow import DynamoJobStore

    settings = config.load(SweeperConfig)
    urls = settings.model_dump(by_alias=True)
    return Sweeper(
        DynamoJobStore(Table(settings.workflow_table)),
        {kind.name: _queues(kind, urls) for kind in WORKFLOW_KINDS},
    )


def _queues(kind: WorkflowKind, urls: Mapping[str, str]) -> KindQueues:
    from portal.adapters.sqs import SqsQueue
    from portal.adapters.task_queue import SqsTaskQueue

    return KindQueues(
        fresh=SqsTaskQueue(SqsQueue(urls[kind.queue_variable])),
        waiting=SqsTaskQueue(SqsQueue(urls[kind.waiting_queue_variable])),
    )


def _observer() -> JobMetrics:
    from portal.domain.provisioning_errors import REASONS
    from portal.engine.metrics import JobMetrics

    return JobMetrics(PROVISION.metrics, REASONS)


def _ports(settings: WorkerConfig) -> ProvisioningPorts:
    """Return the ports. Every upstream has a circuit breaker of its own."""
    from portal.adapters.circuit import Circuit
    from portal.adapters.salesforce.provisioning import (
        SalesforceProvisioningOrders,
    )
    from portal.adapters.whmcs.ordering_clients import WhmcsOrderingClients
    from portal.adapters.whmcs.orders import WhmcsOrders
    from portal.adapters.whmcs.products import WhmcsProducts
    from portal.adapters.whmcs.services import WhmcsServices
    from portal.repositories.claims import DynamoClaims
    from portal.repositories.dynamodb import Table
    from portal.repositories.esim_events import DynamoEsimWaits
    from portal.repositories.service_lines import DynamoServiceLines
    from portal.repositories.subscribers import DynamoSubscribers

    from functions.provision.workflow_ports import ProvisioningPorts

    def circuit(upstream: str) -> Circuit:
        return Circuit(upstream, table=settings.idempotency_table)

    salesforce = factories.salesforce(settings, circuit("salesforce").run)
    whmcs = factories.whmcs(settings, circuit("whmcs").run)
    workflow = Table(settings.workflow_table)
    return ProvisioningPorts(
        orders=SalesforceProvisioningOrders(
            salesforce, api_version=settings.salesforce_api_version
        ),
        directory=factories.directory(settings),
        owner_of=factories.merged_accounts(settings, salesforce).owner_of,
        products=WhmcsProducts(whmcs),
        clients=WhmcsOrderingClients(whmcs, today=factories.today(settings)),
        billing=WhmcsOrders(whmcs),
        services=WhmcsServices(whmcs),
        claims=DynamoClaims(workflow),
        esim=factories.esim_provider(settings, circuit("esim").run),
        subscribers=DynamoSubscribers(workflow),
        service_lines=DynamoServiceLines(workflow),
        esim_waits=DynamoEsimWaits(Table(settings.idempotency_table)),
        mail_queue=factories.mail_queue(settings),
        payment_method=settings.whmcs_payment_method,
        needs_approval=settings.provision_needs_approval,
        synthetic=settings.smoke_email,
        restored_at=settings.workflow_restored_at,
    )
