"""What the audit compares, and what it can find.

Records are what is kept of each system, and no more: ids, statuses, references. None names a
person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Source(StrEnum):
    """Where records come from, in the order of reading.

    Reading may take hours, when a system is out of reach in between. So a record is read before
    what it refers to: a service before its Order, a line before its job, a mapping before its
    client. What is made meanwhile cannot look like something that nobody knows.
    """

    SERVICES = "services"  # WHMCS
    BILLING_ORDERS = "billing-orders"  # WHMCS
    LINES = "lines"  # the eSIM provider
    INVOICES = "invoices"  # WHMCS, of the last two months
    MAPPINGS = "mappings"  # the identity table, with their Accounts in Salesforce
    CLIENTS = "clients"  # WHMCS
    ORDERS = "orders"  # Salesforce
    JOBS = "jobs"  # the workflow table
    PRODUCTS = "products"  # Salesforce's catalogue, with its products in WHMCS


@dataclass(frozen=True, kw_only=True)
class OrderRecord:
    """An Order of Salesforce; `changed_at` is the last change, epoch seconds."""

    id: str
    status: str
    provisioning: str
    whmcs_order_id: str
    changed_at: float


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """A job of the workflow table. `refs` are all references that it made at the eSIM provider.

    Of a top-up: `delivered` says that the provider has it, `returned` that what was paid for it was
    credited. Of an order: `closed` says that its customer has cancelled it.
    """

    kind: str
    subject: str
    status: str
    changed_at: float
    due_at: float | None = None
    refs: Sequence[str] = ()
    delivered: bool = False
    returned: bool = False
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class InvoiceRecord:
    """An invoice of WHMCS; `operation` is the top-up that it is for, "" when it is for none."""

    id: int
    status: str
    operation: str


@dataclass(frozen=True, kw_only=True)
class ServiceRecord:
    """A service of WHMCS; `ref` is the value of Portal Order Ref, "" when it has none."""

    id: int
    order_id: int
    client_id: int
    status: str
    ref: str
    registered: str = ""


@dataclass(frozen=True, kw_only=True)
class BillingOrderRecord:
    """An order of WHMCS."""

    id: int
    status: str


@dataclass(frozen=True, kw_only=True)
class ClientRecord:
    """A client of WHMCS."""

    id: int
    status: str


@dataclass(frozen=True, kw_only=True)
class LineRecord:
    """A line at the eSIM provider; `ref` is our reference, "" when it carries none."""

    id: str
    ref: str
    ended: bool


@dataclass(frozen=True, kw_only=True)
class MappingRecord:
    """A customer: the user's id, the WHMCS client, the Account, and whether the latter exists."""

    user_id: str
    client_id: int
    account_id: str
    account_exists: bool


@dataclass(frozen=True, kw_only=True)
class ProductRecord:
    """A product that is sold. `charged` is WHMCS' price for its cycle as text, "" when unknown."""

    sku: str
    pid: int
    price: str
    in_whmcs: bool
    charged: str = ""
    retired: bool = False


RECORDS = {
    Source.ORDERS: OrderRecord,
    Source.JOBS: JobRecord,
    Source.SERVICES: ServiceRecord,
    Source.BILLING_ORDERS: BillingOrderRecord,
    Source.CLIENTS: ClientRecord,
    Source.INVOICES: InvoiceRecord,
    Source.LINES: LineRecord,
    Source.MAPPINGS: MappingRecord,
    Source.PRODUCTS: ProductRecord,
}


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything that was read, each record once."""

    orders: Sequence[OrderRecord] = ()
    jobs: Sequence[JobRecord] = ()
    services: Sequence[ServiceRecord] = ()
    billing_orders: Sequence[BillingOrderRecord] = ()
    clients: Sequence[ClientRecord] = ()
    invoices: Sequence[InvoiceRecord] = ()
    lines: Sequence[LineRecord] = ()
    mappings: Sequence[MappingRecord] = ()
    products: Sequence[ProductRecord] = ()


class FindingKind(StrEnum):
    """What can be wrong. The value is also the anchor in the runbook."""

    SERVICE_MISSING = "service-missing"
    BILLING_ORDER_MISSING = "billing-order-missing"
    ORDERS_DUPLICATE = "orders-duplicate"
    LINES_DUPLICATE = "lines-duplicate"
    SERVICE_UNKNOWN = "service-unknown"
    LINE_UNKNOWN = "line-unknown"
    TOPUP_MISSING = "topup-missing"
    TOPUP_UNPAID = "topup-unpaid"
    JOB_STUCK = "job-stuck"
    JOB_DISAGREES = "job-disagrees"
    CANCELLATION_UNWRITTEN = "cancellation-unwritten"
    CLIENT_UNUSABLE = "client-unusable"
    ACCOUNT_MISSING = "account-missing"
    PRICE_DIFFERS = "price-differs"
    PRODUCT_UNAVAILABLE = "product-unavailable"
    AUDIT_INCOMPLETE = "audit-incomplete"


REMEDIES = {
    FindingKind.SERVICE_MISSING: "Look at the order with `ops order show`. When the customer has "
    "no service, set the Order's Provisioning Status to Failed and press the button again.",
    FindingKind.BILLING_ORDER_MISSING: "Look for the order in WHMCS by client. When it was "
    "deleted, decide with the customer whether it is to be provisioned again.",
    FindingKind.ORDERS_DUPLICATE: "Cancel the newer order in WHMCS, refund what was paid for it, "
    "and report the case: it must not happen.",
    FindingKind.LINES_DUPLICATE: "End the line at the provider that no service names, and report "
    "the case: it must not happen.",
    FindingKind.SERVICE_UNKNOWN: "Find out who made the service. Terminate it when no Order "
    "stands behind it, or restore the Order from Salesforce's recycle bin.",
    FindingKind.LINE_UNKNOWN: "End the line at the provider when no customer uses it: it costs "
    "money.",
    FindingKind.TOPUP_MISSING: "The customer paid and got nothing: credit the amount in WHMCS, and "
    "tell the customer.",
    FindingKind.TOPUP_UNPAID: "The customer got data that was not paid: capture the invoice in "
    "WHMCS, or write it off.",
    FindingKind.JOB_STUCK: "Follow the runbook of the alarm ProvisioningStuck; `ops redrive` "
    "starts a new attempt.",
    FindingKind.JOB_DISAGREES: "Look at the order with `ops order show`: correct the Order's "
    "Provisioning Status by hand to what the job says, or start it again with `ops redrive`.",
    FindingKind.CANCELLATION_UNWRITTEN: "The customer has cancelled the order, and Salesforce was "
    "not told: set the Order's status to Cancelled.",
    FindingKind.CLIENT_UNUSABLE: "Reopen the client in WHMCS, or have the customer link another "
    "account; until then every order of theirs fails.",
    FindingKind.ACCOUNT_MISSING: "Restore the Account in Salesforce, or merge it into another "
    "one; until then the customer sees no orders.",
    FindingKind.PRICE_DIFFERS: "Make both prices the same: WHMCS charges its own, and customers "
    "see that of Salesforce.",
    FindingKind.PRODUCT_UNAVAILABLE: "Map the product to one that WHMCS sells, or clear "
    "Portal_Visible__c.",
    FindingKind.AUDIT_INCOMPLETE: "Raise AUDIT_MOST_CALLS: not everything was compared.",
}


@dataclass(frozen=True, kw_only=True)
class AuditFinding:
    """Something that does not agree; `subject` is the id that it is about, `ids` the others."""

    kind: FindingKind
    subject: str
    detail: str
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same every night until it is mended."""
        return f"{self.kind}:{self.subject}"

    @property
    def remedy(self) -> str:
        """What to do."""
        return REMEDIES[self.kind]
