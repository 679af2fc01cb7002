"""The records that WHMCS keeps, as far as its documented API shows them.

Amounts are decimals with two places; dates are `YYYY-MM-DD` texts and timestamps
`YYYY-MM-DD HH:MM:SS` without a zone, as WHMCS answers them (UTC here).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from local.emulators.whmcs.money import ZERO

NO_DATE = "0000-00-00"
NO_TIME = "0000-00-00 00:00:00"

PayMethodType = Literal["CreditCard", "RemoteCreditCard", "BankAccount", "RemoteBankAccount"]
CARD_TYPES = frozenset({"CreditCard", "RemoteCreditCard"})


class Record(BaseModel):
    """A row; dumped with camelCase names."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    id: int


class User(Record):
    """A User, who signs in. WHMCS 8.0 split Users from Clients."""

    firstname: str
    lastname: str
    email: str
    password_hash: str
    language: str = ""
    datecreated: str
    two_factor: bool = False


class Client(Record):
    """A Client, who is billed."""

    uuid: str
    owner_user_id: int
    user_ids: list[int]
    firstname: str
    lastname: str
    companyname: str = ""
    email: str
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    phonenumber: str = ""
    tax_id: str = ""
    currency: int = 1
    groupid: int = 0
    status: str = "Active"
    language: str = ""
    notes: str = ""
    credit: Decimal = ZERO
    defaultgateway: str = ""
    marketing_emails_opt_in: bool = False
    allow_single_sign_on: bool = True
    email_preferences: dict[str, int] = Field(default_factory=dict)
    customfields: dict[int, str] = Field(default_factory=dict)
    securityqid: int = 0
    datecreated: str
    lastlogin: str = "No Login Logged"


class PayMethod(Record):
    """A stored card or bank account: never more than brand, last four digits and expiry."""

    client_id: int
    type: PayMethodType
    description: str = ""
    gateway_name: str = ""
    card_last_four: str = ""
    card_type: str = ""
    expiry_date: str = ""
    start_date: str = ""
    issue_number: str = ""
    bank_name: str = ""
    account_type: str = ""
    remote_token: str = ""
    last_updated: str
    is_default: bool = False
    declines: bool = Field(default=False, description="captures with it fail")


class ServiceOption(BaseModel):
    """The chosen value of one configurable option; `qty` counts for types 3 and 4."""

    option_id: int
    qty: int = 0


class Service(Record):
    """A product that a client has (tblhosting)."""

    client_id: int
    order_id: int
    pid: int
    qty: int = 1
    regdate: str
    domain: str = ""
    first_payment: Decimal
    recurring: Decimal
    paymentmethod: str
    billingcycle: str
    nextduedate: str
    status: str = "Pending"
    username: str = ""
    password: str = ""
    subscriptionid: str = ""
    dedicatedip: str = ""
    promoid: int = 0
    notes: str = ""
    customfields: dict[int, str] = Field(default_factory=dict)
    configoptions: dict[int, ServiceOption] = Field(default_factory=dict)
    lastupdate: str = NO_TIME


class Order(Record):
    """An order; `service_ids` are its lines (none for an upgrade order)."""

    ordernum: int
    client_id: int
    contact_id: int = 0
    requestor_id: int
    date: str
    promocode: str = ""
    amount: Decimal
    paymentmethod: str
    invoiceid: int = 0
    status: str = "Pending"
    ipaddress: str = ""
    notes: str = ""
    service_ids: list[int] = Field(default_factory=list)
    upgrade_of: int = Field(default=0, description="service id when it is an upgrade order")


class InvoiceItem(BaseModel):
    """One line of an invoice."""

    id: int
    type: str = ""
    relid: int = 0
    description: str
    amount: Decimal
    taxed: bool = False


class Invoice(Record):
    """An invoice; `invoicenum` is empty unless numbered sequentially."""

    userid: int
    invoicenum: str = ""
    date: str
    duedate: str
    datepaid: str = NO_TIME
    last_capture_attempt: str = NO_TIME
    date_refunded: str = NO_TIME
    date_cancelled: str = NO_TIME
    credit: Decimal = ZERO
    taxrate: Decimal = ZERO
    status: str = "Unpaid"
    paymentmethod: str
    paymethodid: int | None = None
    notes: str = ""
    items: list[InvoiceItem]
    created_at: str
    updated_at: str

    @property
    def subtotal(self) -> Decimal:
        """Sum of the lines."""
        return sum((item.amount for item in self.items), ZERO)

    @property
    def tax(self) -> Decimal:
        """Tax on the taxed lines."""
        taxed = sum((item.amount for item in self.items if item.taxed), ZERO)
        return (taxed * self.taxrate / 100).quantize(ZERO)

    @property
    def total(self) -> Decimal:
        """What is to be paid after credit."""
        return self.subtotal + self.tax - self.credit


class Transaction(Record):
    """Money that came in for an invoice, or was paid back; `invoiceid` 0 is for no invoice."""

    invoiceid: int
    userid: int
    gateway: str
    date: str
    description: str = "Invoice Payment"
    amountin: Decimal
    amountout: Decimal = ZERO
    fees: Decimal = ZERO
    transid: str


class Credit(Record):
    """A movement of a client's credit balance."""

    clientid: int
    date: str
    description: str
    amount: Decimal
    relid: int = 0


class BillableItem(Record):
    """An item that is invoiced later."""

    clientid: int
    description: str
    amount: Decimal
    unit: str
    quantity: Decimal
    invoiceaction: str
    recur: int = 0
    recurcycle: str = ""
    recurfor: int = 0
    duedate: str = NO_DATE


class QueueEntry(Record):
    """A module call that failed (GetModuleQueue)."""

    service_type: str = "service"
    service_id: int
    module_name: str
    module_action: str
    last_attempt: str
    last_attempt_error: str
    num_retries: int = 0
    completed: bool = False


class CancelRequest(Record):
    """A customer's request to end a service."""

    service_id: int
    type: str
    reason: str
    date: str


class LoggedEmail(Record):
    """An e-mail that WHMCS would have sent; nothing leaves the emulator."""

    client_id: int
    template: str
    subject: str
    related_id: int
    date: str


class ModuleCall(Record):
    """One run of a product's module stub."""

    service_id: int
    module: str
    action: str
    succeeded: bool
    message: str = ""


class SsoToken(Record):
    """A single-use sign-in; `expires_at` in seconds since 1970."""

    token: str
    client_id: int
    user_id: int
    path: str
    expires_at: float
    used: bool = False
