"""The composition root of operations."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal import config, factories
from portal.engine.ports import JobStore
from portal.ports.identity import CustomerDirectory

if TYPE_CHECKING:
    from portal.adapters.circuit import Circuit
    from portal.engine.runner import Runner
    from portal.operations.start import Operations
    from portal.queues.fresh_and_waiting import FreshAndWaiting

    from functions.operations.reissue.asking import Reissuing
    from functions.operations.reissue.ports import ReissuePorts
    from functions.operations.topup.ports import TopUpPorts
    from functions.operations.topup.selling import Selling

HOUR = 3_600.0


class ReadOperationConfig(config.HttpConfig, config.WorkflowTable):
    """The settings of GET /operations/{id}."""


class OffersConfig(
    config.HttpConfig,
    config.IdentityTable,
    config.WorkflowTable,
    config.CatalogTable,
    config.EphemeralTable,
    config.SalesforceConfig,
    config.WhmcsConfig,
    config.EsimConfig,
    config.CurrencyConfig,
    config.TimeZoneConfig,
):
    """The settings of GET /subscriptions/{id}/topup-offers."""


class StartTopupConfig(OffersConfig, config.OperationQueue):
    """The settings of POST /subscriptions/{id}/topup."""


class StartReissueConfig(
    config.HttpConfig,
    config.IdentityTable,
    config.WorkflowTable,
    config.OperationQueue,
    config.WhmcsConfig,
    config.EsimConfig,
    config.ReissueConfig,
):
    """POST /subscriptions/{id}/reissue-esim."""


class WorkConfig(
    config.IdentityTable,
    config.IdempotencyTable,
    config.WorkflowTable,
    config.EmailQueue,
    config.CaseQueue,
    config.SalesforceConfig,
    config.WhmcsOrderingConfig,
    config.EsimConfig,
    config.TimeZoneConfig,
    config.OperationLimits,
):
    """The settings for running and ending operations."""


class WorkerConfig(WorkConfig, config.OperationQueue, config.OperationWaitingQueue):
    """The settings of the consumer of the operation queues."""


class DeadLetterConfig(WorkConfig):
    """The settings of the dead-letter consumer."""


@dataclass(frozen=True)
class ReadOperationDeps:
    """The dependencies of GET /operations/{id}."""

    store: JobStore


@dataclass(frozen=True)
class OffersDeps:
    """The dependencies of GET /subscriptions/{id}/topup-offers."""

    directory: CustomerDirectory
    selling: Selling


@dataclass(frozen=True)
class StartTopupDeps:
    """The dependencies of POST /subscriptions/{id}/topup."""

    directory: CustomerDirectory
    selling: Selling
    operations: Operations


@dataclass(frozen=True)
class StartReissueDeps:
    """Whether a line may be reissued, and how operations are started."""

    directory: CustomerDirectory
    reissuing: Reissuing
    operations: Operations


@dataclass(frozen=True)
class WorkerDeps:
    """The dependencies of the consumer: the engine and its queues."""

    runner: Runner
    queues: FreshAndWaiting


@dataclass(frozen=True)
class DeadLetterDeps:
    """The dependencies of the dead-letter consumer."""

    runner: Runner


@functools.cache
def build_get_operation() -> ReadOperationDeps:
    """Return the dependencies of GET /operations/{id}."""
    return ReadOperationDeps(_store(config.load(ReadOperationConfig)))


@functools.cache
def build_offers() -> OffersDeps:
    """Return the dependencies of GET /subscriptions/{id}/topup-offers."""
    settings = config.load(OffersConfig)
    return OffersDeps(directory=factories.directory(settings), selling=_selling(settings))


@functools.cache
def build_start_topup() -> StartTopupDeps:
    """Return the dependencies of POST /subscriptions/{id}/topup."""
    settings = config.load(StartTopupConfig)
    return StartTopupDeps(
        directory=factories.directory(settings),
        selling=_selling(settings),
        operations=_operations(settings.workflow_table, settings.operation_queue_url),
    )


@functools.cache
def build_start_reissue() -> StartReissueDeps:
    """For POST /subscriptions/{id}/reissue-esim."""
    from portal.adapters.whmcs.client_services import WhmcsClientServices
    from portal.repositories.dynamodb import Table
    from portal.repositories.line_reissues import DynamoLineReissues
    from portal.repositories.service_lines import DynamoServiceLines
    from portal.subscriptions.lines import Lines
    from portal.subscriptions.reissue_limit import ReissueLimit

    from functions.operations.reissue.asking import Reissuing

    settings = config.load(StartReissueConfig)
    workflow = Table(settings.workflow_table)
    limit = ReissueLimit(DynamoLineReissues(workflow), settings.esim_reissues_per_month)
    return StartReissueDeps(
        directory=factories.directory(settings),
        reissuing=Reissuing(
            services=WhmcsClientServices(factories.whmcs(settings)),
            lines=Lines(
                DynamoServiceLines(workflow), factories.esim_provider(settings), limit.left
            ),
        ),
        operations=_operations(settings.workflow_table, settings.operation_queue_url),
    )


@functools.cache
def build_worker() -> WorkerDeps:
    """Return the dependencies of the consumer of the operation queues."""
    settings = config.load(WorkerConfig)
    queues = factories.fresh_and_waiting(
        settings.operation_queue_url, settings.operation_waiting_queue_url
    )
    return WorkerDeps(runner=_runner(settings), queues=queues)


@functools.cache
def build_dead_letter() -> DeadLetterDeps:
    """Return the dependencies of the dead-letter consumer, which undoes operations."""
    return DeadLetterDeps(_runner(config.load(DeadLetterConfig)))


def _store(settings: config.WorkflowTable) -> JobStore:
    from portal.repositories.dynamodb import Table
    from portal.repositories.workflow import DynamoJobStore

    return DynamoJobStore(Table(settings.workflow_table))


def _operations(workflow_table: str, queue_url: str) -> Operations:
    from portal.adapters.sqs import SqsQueue
    from portal.adapters.task_queue import SqsTaskQueue
    from portal.operations.start import Operations
    from portal.repositories.dynamodb import Table
    from portal.repositories.workflow import DynamoJobStore

    return Operations(
        store=DynamoJobStore(Table(workflow_table)),
        queue=SqsTaskQueue(SqsQueue(queue_url)),
        clock=time.time,
    )


def _selling(settings: OffersConfig) -> Selling:
    from portal.adapters.salesforce.esim_products import SalesforceEsimProducts
    from portal.adapters.whmcs.invoicing import WhmcsClientCurrencies
    from portal.catalog.topup_offers import TopUpOffers
    from portal.repositories.client_currencies import RememberedCurrencies
    from portal.repositories.dynamodb import Table
    from portal.repositories.service_lines import DynamoServiceLines
    from portal.repositories.shared_copies import DynamoSharedCopies

    from functions.operations.topup.selling import Selling

    whmcs, today = factories.whmcs(settings), factories.today(settings)
    provider = factories.esim_provider(settings)
    offers = TopUpOffers(
        products=SalesforceEsimProducts(factories.salesforce(settings)),
        provider=provider,
        copies=DynamoSharedCopies(Table(settings.catalog_table)),
        currency=settings.portal_currency,
    )
    return Selling(
        lines=DynamoServiceLines(Table(settings.workflow_table)),
        line_at=provider.get_line,
        offers_of=offers.of_line,
        currencies=RememberedCurrencies(
            WhmcsClientCurrencies(whmcs), Table(settings.ephemeral_table)
        ),
        currency=settings.portal_currency,
        can_pay=factories.payment_gate(settings.ephemeral_table, today, whmcs).can_pay,
    )


def _runner(settings: WorkConfig) -> Runner:
    from portal.domain.operation_errors import REISSUE as REISSUE_REASONS
    from portal.domain.operation_errors import REISSUE_DECLINED, TOPUP_DECLINED
    from portal.domain.operation_errors import TOPUP as TOPUP_REASONS
    from portal.engine.metrics import JobMetrics, MetricsByKind
    from portal.engine.runner import Runner
    from portal.queues.backoff import Policy
    from portal.workflow_kinds import REISSUE, TOPUP

    from functions.operations.reissue.workflow import reissue
    from functions.operations.topup.workflow import top_up

    return Runner(
        store=_store(settings),
        workflows={
            TOPUP.name: top_up(_topup_ports(settings)),
            REISSUE.name: reissue(_reissue_ports(settings)),
        },
        policy=Policy(
            max_retries=settings.operation_max_retries,
            patience=settings.operation_patience_hours * HOUR,
        ),
        observer=MetricsByKind(
            {
                TOPUP.name: JobMetrics(TOPUP.metrics, TOPUP_REASONS, TOPUP_DECLINED),
                REISSUE.name: JobMetrics(REISSUE.metrics, REISSUE_REASONS, REISSUE_DECLINED),
            }
        ),
    )


def _topup_ports(settings: WorkConfig) -> TopUpPorts:
    """Return the ports. Each upstream has a circuit breaker that all workers share."""
    from portal.adapters.circuit import Circuit
    from portal.adapters.sqs import SqsQueue
    from portal.adapters.whmcs.invoicing import WhmcsCredits, WhmcsInvoicing
    from portal.adapters.whmcs.ordering_clients import WhmcsOrderingClients
    from portal.adapters.whmcs.services import WhmcsServices
    from portal.repositories.dynamodb import Table
    from portal.repositories.esim_events import DynamoEsimWaits
    from portal.repositories.line_changes import DynamoLineChanges
    from portal.repositories.service_lines import DynamoServiceLines

    from functions.operations.topup.ports import TopUpPorts

    def circuit(upstream: str) -> Circuit:
        return Circuit(upstream, table=settings.idempotency_table)

    whmcs = factories.whmcs(settings, circuit("whmcs").run)
    workflow = Table(settings.workflow_table)
    return TopUpPorts(
        lines=DynamoServiceLines(workflow),
        directory=factories.directory(settings),
        services=WhmcsServices(whmcs),
        clients=WhmcsOrderingClients(whmcs, today=factories.today(settings)),
        invoicing=WhmcsInvoicing(whmcs),
        credits=WhmcsCredits(whmcs),
        esim=factories.esim_provider(settings, circuit("esim").run),
        changes=DynamoLineChanges(workflow),
        waits=DynamoEsimWaits(Table(settings.idempotency_table)),
        cases=SqsQueue(settings.case_queue_url),
        mail_queue=factories.mail_queue(settings),
        payment_method=settings.whmcs_payment_method,
    )


def _reissue_ports(settings: WorkConfig) -> ReissuePorts:
    """The same upstreams behind the same circuits."""
    from portal.adapters.circuit import Circuit
    from portal.adapters.salesforce.order_iccids import SalesforceOrderIccids
    from portal.adapters.whmcs.service_notes import WhmcsServiceNotes
    from portal.adapters.whmcs.services import WhmcsServices
    from portal.provisioning.job import order_job_id
    from portal.repositories.dynamodb import Table
    from portal.repositories.esim_events import DynamoEsimWaits
    from portal.repositories.line_changes import DynamoLineChanges
    from portal.repositories.line_reissues import DynamoLineReissues
    from portal.repositories.service_lines import DynamoServiceLines
    from portal.repositories.subscribers import DynamoSubscribers

    from functions.operations.reissue.ports import ReissuePorts

    def circuit(upstream: str) -> Circuit:
        return Circuit(upstream, table=settings.idempotency_table)

    whmcs = factories.whmcs(settings, circuit("whmcs").run)
    workflow, store = Table(settings.workflow_table), _store(settings)
    return ReissuePorts(
        lines=DynamoServiceLines(workflow),
        services=WhmcsServices(whmcs),
        esim=factories.esim_provider(settings, circuit("esim").run),
        subscribers=DynamoSubscribers(workflow),
        waits=DynamoEsimWaits(Table(settings.idempotency_table)),
        changes=DynamoLineChanges(workflow),
        reissues=DynamoLineReissues(workflow),
        notes=WhmcsServiceNotes(whmcs),
        order_iccids=SalesforceOrderIccids(
            factories.salesforce(settings, circuit("salesforce").run)
        ),
        provisioning_of=lambda order_id: store.get(order_job_id(order_id)),
        mail_queue=factories.mail_queue(settings),
    )
