"""Creates vendor clients and stores for the composition roots of the functions.

Each factory imports what it creates when it is called, because an endpoint's module must load
without requests, simple-salesforce and botocore (see docs/performance.md).
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from portal import config

if TYPE_CHECKING:
    from portal.adapters.guard import Guard
    from portal.adapters.salesforce.accounts import SalesforceAccounts
    from portal.adapters.salesforce.client import SalesforceClient
    from portal.adapters.whmcs.client import WhmcsClient
    from portal.billing.payment_gate import PaymentGate
    from portal.domain.audit import Source
    from portal.domain.catalog import AccountEligibility
    from portal.domain.identity import CustomerMapping
    from portal.identity.merged_accounts import MergedAccounts
    from portal.ports.audit import RecordSource
    from portal.ports.catalog import CatalogReader, CatalogSource
    from portal.ports.esim import EsimProvider
    from portal.ports.identity import CustomerSearch
    from portal.ports.mail import MailQueue
    from portal.ports.message_log import MessageLog
    from portal.ports.proof_tokens import ProofTokens
    from portal.ports.reset_tokens import ResetTokens
    from portal.provisioning.view import StoredJobReader
    from portal.queues.fresh_and_waiting import ConsumedQueue, FreshAndWaiting
    from portal.repositories.dynamodb import Table
    from portal.secrets import Secret
    from portal.smoke.model import Synthetic


def salesforce(settings: config.SalesforceConfig, guard: Guard | None = None) -> SalesforceClient:
    """Return a Salesforce client. `guard` runs its calls, for example in a circuit breaker.

    Without a guard, an execution environment has one client per org, and so one session.
    """
    url, secret_id = settings.salesforce_url, settings.salesforce_secret_id
    if guard is None:
        return _shared_salesforce(url, secret_id, settings.salesforce_api_version)
    return _new_salesforce(url, secret_id, settings.salesforce_api_version, guard)


@functools.cache
def _shared_salesforce(url: str, secret_id: str, api_version: str) -> SalesforceClient:
    from portal.adapters.guard import unguarded

    return _new_salesforce(url, secret_id, api_version, unguarded)


def _new_salesforce(url: str, secret_id: str, api_version: str, guard: Guard) -> SalesforceClient:
    from portal.adapters.salesforce.client import SalesforceClient
    from portal.adapters.salesforce.login import Login
    from portal.secrets import Secret

    login = Login(url=url, secret=Secret(secret_id))
    return SalesforceClient(url=url, api_version=api_version, login=login, guard=guard)


def accounts(
    settings: config.AccountReading,
    client: SalesforceClient | None = None,
    *,
    second_fact: str = "",
) -> SalesforceAccounts:
    """Customers as Salesforce knows them, by number and after a merge.

    `second_fact` is the API name of the field that proves who somebody is; empty to read none.
    """
    from portal.adapters.salesforce.accounts import AccountFields, SalesforceAccounts

    fields = AccountFields(
        customer_number=settings.customer_number_field,
        email=settings.account_email_field,
        second_fact=second_fact,
    )
    return SalesforceAccounts(client or salesforce(settings), fields)


def whmcs(settings: config.WhmcsConfig, guard: Guard | None = None) -> WhmcsClient:
    """Return a WHMCS client. `guard` runs its calls, for example in a circuit breaker."""
    from portal.adapters.guard import unguarded
    from portal.adapters.whmcs.client import WhmcsClient
    from portal.secrets import Secret

    secret = Secret(settings.whmcs_secret_id)
    return WhmcsClient(url=settings.whmcs_api_url, secret=secret, guard=guard or unguarded)


def directory(settings: config.IdentityTable) -> CustomerSearch:
    """Return the directory of customers' identities."""
    from portal.repositories.dynamodb import Table
    from portal.repositories.identity import DynamoCustomerDirectory

    return DynamoCustomerDirectory(Table(settings.identity_table))


def merged_accounts(
    settings: config.AccountFollowing, client: SalesforceClient | None = None
) -> MergedAccounts:
    """Finds customers again whose Accounts were merged in Salesforce."""
    from portal.identity.merged_accounts import MergedAccounts
    from portal.repositories.dynamodb import Table
    from portal.repositories.identity import DynamoCustomerDirectory

    found = accounts(settings, client)
    customers = DynamoCustomerDirectory(Table(settings.identity_table))
    return MergedAccounts(
        accounts=found, merges=found, directory=customers, remaps=customers, clock=time.time
    )


def proof_tokens(settings: config.EphemeralTable) -> ProofTokens:
    """Tokens of sign-up links."""
    from portal.repositories.dynamodb import Table
    from portal.repositories.proof_tokens import DynamoProofTokens

    return DynamoProofTokens(Table(settings.ephemeral_table))


def reset_tokens(settings: config.EphemeralTable) -> ResetTokens:
    """Return the store of password reset tokens."""
    from portal.repositories.dynamodb import Table
    from portal.repositories.reset_tokens import DynamoResetTokens

    return DynamoResetTokens(Table(settings.ephemeral_table))


def consumed_queue(url: str) -> ConsumedQueue:
    """Return a queue with the operations that its consumer needs."""
    from portal.adapters.sqs import SqsQueue
    from portal.queues.fresh_and_waiting import ConsumedQueue

    queue = SqsQueue(url)
    return ConsumedQueue(name=queue.name, send=queue.send_body, postpone=queue.postpone)


def fresh_and_waiting(url: str, waiting_url: str) -> FreshAndWaiting:
    """Return the two queues of a consumer."""
    from portal.queues.fresh_and_waiting import FreshAndWaiting

    return FreshAndWaiting(fresh=consumed_queue(url), waiting=consumed_queue(waiting_url))


def message_log(settings: config.IdempotencyTable, kind: str) -> MessageLog:
    """Return the log of messages of one kind."""
    from portal.repositories.dynamodb import Table
    from portal.repositories.message_log import DynamoMessageLog

    return DynamoMessageLog(Table(settings.idempotency_table), kind)


def mail_queue(settings: config.EmailQueue) -> MailQueue:
    """Return the queue of mail jobs."""
    from portal.adapters.sqs import SqsMailQueue, SqsQueue

    return SqsMailQueue(SqsQueue(settings.email_queue_url))


def catalog_reader(settings: config.CatalogReading) -> CatalogReader:
    """Return the reader of the catalogue with its shared cache."""
    from portal.adapters.salesforce.catalog import SalesforceCatalogSource
    from portal.catalog.cache import CatalogCache
    from portal.repositories.catalog import DynamoCatalogStore
    from portal.repositories.dynamodb import Table

    source = SalesforceCatalogSource(
        salesforce(settings),
        pricebook=settings.salesforce_pricebook,
        currency=settings.portal_currency,
    )
    store = DynamoCatalogStore(Table(settings.catalog_table))
    return CatalogCache(source=source, store=store)


def today(settings: config.TimeZoneConfig) -> Callable[[], date]:
    """Return a function that returns the date in the reseller's time zone."""
    zone = ZoneInfo(settings.portal_time_zone)
    return lambda: datetime.now(zone).date()


def eligibility(
    settings: config.EligibilityReading,
) -> Callable[[CustomerMapping], AccountEligibility]:
    """Return a function from a customer to the Account's eligibility, cached for minutes."""
    from portal.adapters.salesforce.catalog import (
        EligibilityFields,
        SalesforceEligibilitySource,
    )
    from portal.catalog.personal import CachedEligibility
    from portal.repositories.catalog import DynamoEligibilityCache
    from portal.repositories.dynamodb import Table

    fields = EligibilityFields(
        dwelling=settings.dwelling_field, tier=settings.tier_field, region=settings.region_field
    )
    source = SalesforceEligibilitySource(salesforce(settings), fields)
    cache = DynamoEligibilityCache(Table(settings.catalog_table))
    current = merged_accounts(settings).current
    return CachedEligibility(source, cache, current).of_customer


def payment_gate(
    ephemeral_table: str, calendar: Callable[[], date], client: WhmcsClient
) -> PaymentGate:
    """Return the payment gate, which remembers positive answers for minutes."""
    from portal.adapters.whmcs.billing import WhmcsPayMethods
    from portal.billing.payment_gate import PaymentGate
    from portal.repositories.dynamodb import Table
    from portal.repositories.payment_gate import DynamoYesStore

    return PaymentGate(WhmcsPayMethods(client), DynamoYesStore(Table(ephemeral_table)), calendar)


def esim_provider(
    settings: config.EsimConfig,
    guard: Guard | None = None,
    *,
    read_seconds: float | None = None,
) -> EsimProvider:
    """Return the provider that ESIM_PROVIDER names. `guard` runs its calls.

    `read_seconds` is the timeout of answers, instead of the adapter's own. Raises
    ConfigurationError for a name without an adapter.
    """
    from portal.secrets import Secret

    options: dict[str, Any] = {
        "url": settings.esim_api_url,
        "secret": Secret(settings.esim_secret_id),
        **({"guard": guard} if guard is not None else {}),
    }
    if read_seconds is not None:
        from portal.adapters.http import Transport

        options["transport"] = Transport("esim", read_seconds=read_seconds)
    if settings.esim_provider == "gigs":
        from portal.adapters.gigs import GigsProvider

        return GigsProvider(**options)
    if settings.esim_provider == "esim_access":
        from portal.adapters.esim_access import EsimAccessProvider

        return EsimAccessProvider(**options)
    msg = (
        f"ESIM_PROVIDER: there is no adapter for {settings.esim_provider!r}; "
        "use gigs or esim_access"
    )
    raise config.ConfigurationError(msg)


def esim_line_pages(settings: config.EsimConfig) -> RecordSource:
    """All lines of the provider, for the audit. Raises ConfigurationError as `esim_provider`."""
    from portal.adapters.guard import unguarded
    from portal.secrets import Secret

    options: dict[str, Any] = {
        "url": settings.esim_api_url,
        "secret": Secret(settings.esim_secret_id),
        "transport": None,
        "guard": unguarded,
    }
    return line_pages(settings.esim_provider, options)


def line_pages(provider: str, options: Mapping[str, Any]) -> RecordSource:
    """All lines of a provider; `options` are those of its client. Raises ConfigurationError."""
    if provider == "gigs":
        from portal.adapters.gigs.audit import GigsLinePages
        from portal.adapters.gigs.client import GigsClient

        return GigsLinePages(GigsClient(**options))
    if provider == "esim_access":
        from portal.adapters.esim_access.audit import EsimAccessLinePages
        from portal.adapters.esim_access.client import EsimAccessClient

        return EsimAccessLinePages(EsimAccessClient(**options))
    msg = f"ESIM_PROVIDER: there is no adapter for {provider!r}; use gigs or esim_access"
    raise config.ConfigurationError(msg)


def audit_sources(
    *,
    salesforce: SalesforceClient,
    whmcs: WhmcsClient,
    lines: RecordSource,
    workflow: Table,
    identity: Table,
    catalogue: CatalogSource,
    currency: str,
) -> dict[Source, RecordSource]:
    """What the audit reads, by source."""
    from portal.adapters.salesforce.audit import SalesforceAccountsThere, SalesforceOrderPages
    from portal.adapters.whmcs import audit
    from portal.domain.audit import Source
    from portal.repositories.audit import JobPages, MappingPages

    accounts = SalesforceAccountsThere(salesforce)
    return {
        Source.ORDERS: SalesforceOrderPages(salesforce),
        Source.JOBS: JobPages(workflow),
        Source.SERVICES: audit.service_pages(whmcs),
        Source.BILLING_ORDERS: audit.order_pages(whmcs),
        Source.CLIENTS: audit.client_pages(whmcs),
        Source.INVOICES: audit.WhmcsInvoicePages(whmcs, today=lambda: datetime.now(UTC).date()),
        Source.LINES: lines,
        Source.MAPPINGS: MappingPages(identity, accounts.existing),
        Source.PRODUCTS: audit.WhmcsProductPages(
            whmcs, lambda: catalogue.read()[0], currency=currency
        ),
    }


def synthetic_customer(settings: config.SmokeConfig, secret: Secret) -> Synthetic:
    """Return the customer of the smoke test.

    Raises ConfigurationError when the stage has none, and the errors of the secret.
    """
    from portal.smoke.model import Synthetic

    if not settings.smoke_email or not settings.smoke_sku:
        msg = "this stage has no synthetic customer: set SMOKE_EMAIL and SMOKE_SKU, and deploy it"
        raise config.ConfigurationError(msg)
    password = secret.part(secret.value(), "password")
    return Synthetic(settings.smoke_email, password, settings.smoke_sku)


def job_reader(settings: config.WorkflowTable) -> StoredJobReader:
    """Return the reader of provisioning jobs."""
    from portal.provisioning.view import StoredJobReader
    from portal.repositories.dynamodb import Table
    from portal.repositories.workflow import DynamoJobStore

    return StoredJobReader(DynamoJobStore(Table(settings.workflow_table)))
