"""The alarms on metrics that the portal emits itself, one row each.

A new alarm is a row here, the page of docs/runbooks that the row names, and a cause in
`tests/infra/alarms/portal_causes.py`. `infra/paging.py` says which alarms page.
`infra/components/monitoring.py` has the alarms on AWS' own metrics (errors, throttles, queues,
latency) for every function, queue and table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.workflow_kinds import OPERATION_KINDS, TOPUP

from infra.endpoints import ENDPOINTS
from infra.resource_names import Secret, Table

QUOTA_PERCENT = 80
# The upstreams that the workers call through a circuit breaker.
GUARDED_UPSTREAMS = ("salesforce", "whmcs", "esim")
GUARDED_AREAS = ("provision", "operations")


@dataclass(frozen=True, kw_only=True)
class AlarmRow:
    """An alarm on one metric of the portal, which is raised at `threshold` within five minutes.

    `areas` are those whose Lambdas emit the metric. `dimensions` are all that they add to it. A
    count is summed over periods and areas. For a `level`, the highest value counts. `threshold` is
    the default of ALARM_THRESHOLDS; `what` may have `{threshold:g}` in it.
    """

    name: str
    metric: str
    areas: tuple[str, ...]
    what: str
    runbook: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    level: bool = False
    threshold: float = 1


SALESFORCE_AREAS = tuple(dict.fromkeys(e.area for e in ENDPOINTS if Secret.SALESFORCE in e.secrets))
# Whose handlers run in a frame that counts what it does not know; others just crash.
FRAMED_AREAS = tuple(
    dict.fromkeys(e.area for e in ENDPOINTS if e.route or e.consumes or e.consumes_dead_letters_of)
)
CALLING_AREAS = tuple(dict.fromkeys(e.area for e in ENDPOINTS if e.calls_outside))
CONSUMER_AREAS = tuple(dict.fromkeys(e.area for e in ENDPOINTS if e.consumes))
WHMCS_AREAS = tuple(dict.fromkeys(e.area for e in ENDPOINTS if Secret.WHMCS in e.secrets))
ESIM_AREAS = tuple(dict.fromkeys(e.area for e in ENDPOINTS if Secret.ESIM in e.secrets))
# Their Lambdas follow customers whose Accounts were merged.
FOLLOWING_AREAS = ("catalog", "orders", "provision")
CATALOG_AREAS = tuple(dict.fromkeys(e.area for e in ENDPOINTS if Table.CATALOG in e.tables))

ALARMS: tuple[AlarmRow, ...] = (
    AlarmRow(
        name="UnexpectedErrors",
        metric="UnexpectedErrors",
        areas=FRAMED_AREAS,
        what="A handler met an error that it does not know.",
        runbook="unexpected-errors",
    ),
    AlarmRow(
        name="SalesforceQuota",
        metric="SalesforceApiQuotaUsedPercent",
        areas=SALESFORCE_AREAS,
        what="{threshold:g} % of the day's Salesforce API requests are used.",
        runbook="salesforce-quota",
        level=True,
        threshold=QUOTA_PERCENT,
    ),
    AlarmRow(
        name="ProvisioningFailed",
        metric="ProvisioningFailed",
        areas=("provision",),
        what="An order could not be provisioned and needs an operator.",
        runbook="provisioning-failed",
    ),
    AlarmRow(
        name="ProvisioningUnreported",
        metric="ProvisioningUnreported",
        areas=("provision",),
        what="Salesforce refused to be told that an order failed.",
        runbook="provisioning-failed",
    ),
    AlarmRow(
        name="ProvisioningStuck",
        metric="ProvisioningStuck",
        areas=("provision",),
        what="The sweeper found jobs that did not move and requeued them.",
        runbook="provisioning-stuck",
        level=True,
    ),
    AlarmRow(
        name="ProvisioningLost",
        metric="ProvisioningLost",
        areas=("provision",),
        what="The sweeper found jobs without a message and requeued them.",
        runbook="provisioning-stuck",
        level=True,
    ),
    *(
        row
        for kind in OPERATION_KINDS
        for row in (
            AlarmRow(
                name=f"{kind.metrics}Failed",
                metric=f"{kind.metrics}Failed",
                areas=("operations",),
                what=f"A {kind.name} could not be finished and needs an operator.",
                runbook=f"{kind.name}-failed",
            ),
            AlarmRow(
                name=f"{kind.metrics}Stuck",
                metric=f"{kind.metrics}Stuck",
                areas=("provision",),
                what="The sweeper found operations that did not move and requeued them.",
                runbook="operation-stuck",
                level=True,
            ),
            AlarmRow(
                name=f"{kind.metrics}Lost",
                metric=f"{kind.metrics}Lost",
                areas=("provision",),
                what="The sweeper found operations without a message and requeued them.",
                runbook="operation-stuck",
                level=True,
            ),
        )
    ),
    AlarmRow(
        name="TopupRefunded",
        metric="TopupRefunded",
        areas=("operations",),
        what="A top-up was paid and not delivered; the amount was credited in WHMCS.",
        runbook="topup-refunded",
    ),
    AlarmRow(
        name="TopupNotSettled",
        metric="CompensationRefused",
        areas=("operations",),
        dimensions={"kind": TOPUP.name, "step": "invoice"},
        what="The money of a top-up that failed could not be settled; a person has to.",
        runbook="topup-not-settled",
    ),
    AlarmRow(
        name="TopupSettingsRejected",
        metric="TopupSettingsRejected",
        areas=("operations",),
        what="Top-ups are not sold because of mistakes in the products' settings.",
        runbook="topup-settings-rejected",
    ),
    AlarmRow(
        name="UnreadableMessages",
        metric="UnreadableMessages",
        areas=CONSUMER_AREAS,
        what="A message of a queue could not be read; it was given up.",
        runbook="unreadable-messages",
    ),
    AlarmRow(
        name="EnqueueFailures",
        metric="EnqueueFailures",
        areas=CONSUMER_AREAS,
        what="A message could not be put on its queue.",
        runbook="enqueue-failures",
    ),
    *(
        AlarmRow(
            name=f"CircuitOpened{upstream.title()}",
            metric="CircuitOpened",
            areas=GUARDED_AREAS,
            dimensions={"upstream": upstream},
            what=f"Workers stopped calling {upstream}, which fails again and again.",
            runbook="circuit-opened",
        )
        for upstream in GUARDED_UPSTREAMS
    ),
    AlarmRow(
        name="SignatureFailures",
        metric="SignatureFailures",
        areas=("provision",),
        what="A signed call to the provisioning endpoint was refused.",
        runbook="signature-failures",
    ),
    AlarmRow(
        name="EmailFailed",
        metric="MessagesGivenUp",
        areas=("email",),
        what="A mail was given up.",
        runbook="email-failed",
    ),
    AlarmRow(
        name="EmailAllowanceUsedUp",
        metric="AllowanceUsedUp",
        areas=("email",),
        what="SendGrid's allowance of mails is used up; mails wait until it is renewed or raised.",
        runbook="email-allowance-used-up",
    ),
    AlarmRow(
        name="EmailAccessDenied",
        metric="AccessDenied",
        areas=("email",),
        what="Mails wait because a system refuses the portal's credentials or grants.",
        runbook="message-access-denied",
    ),
    AlarmRow(
        name="CaseAccessDenied",
        metric="AccessDenied",
        areas=("auth",),
        what="Cases wait because Salesforce refuses the portal's credentials or grants.",
        runbook="message-access-denied",
    ),
    AlarmRow(
        name="EmailDelayed",
        metric="MessagesDelayed",
        areas=("email",),
        what="Mails have waited for half an hour for a system that does not answer.",
        runbook="messages-delayed",
    ),
    AlarmRow(
        name="CaseDelayed",
        metric="MessagesDelayed",
        areas=("auth",),
        what="Cases have waited for half an hour for Salesforce.",
        runbook="messages-delayed",
    ),
    AlarmRow(
        name="OrderMailsNotQueued",
        metric="OrderMailsNotQueued",
        areas=("orders",),
        what="An order was placed, but its mail could not be queued.",
        runbook="order-mails-not-queued",
    ),
    AlarmRow(
        name="NoticesLost",
        metric="NoticesLost",
        areas=("auth",),
        what="A password was changed, but the notice to its owner could not be queued.",
        runbook="notices-lost",
    ),
    AlarmRow(
        name="RefreshTokenRotationOff",
        metric="RefreshTokenRotationOff",
        areas=("auth",),
        what="Cognito does not replace refresh tokens when they are used.",
        runbook="refresh-token-rotation-off",
    ),
    AlarmRow(
        name="CatalogProductsRejected",
        metric="CatalogProductsRejected",
        areas=CATALOG_AREAS,
        what="Products are left out of the catalogue because of mistakes in them.",
        runbook="catalog-products-rejected",
        level=True,
    ),
    AlarmRow(
        name="OrderFormUnknown",
        metric="OrderFormUnknown",
        areas=CATALOG_AREAS,
        what="The description of Order cannot be read, so addresses may not fit the org's fields.",
        runbook="order-address-incomplete",
    ),
    AlarmRow(
        name="OrderAddressIncomplete",
        metric="OrderAddressIncomplete",
        areas=("orders",),
        what="An order was placed without a part of its address.",
        runbook="order-address-incomplete",
    ),
    AlarmRow(
        name="CustomerAccountConflicts",
        metric="CustomerAccountConflicts",
        areas=FOLLOWING_AREAS,
        what="Merged Accounts left two portal users for one customer; an operator has to decide.",
        runbook="customer-accounts",
    ),
    AlarmRow(
        name="CustomerAccountsMissing",
        metric="CustomerAccountsMissing",
        areas=FOLLOWING_AREAS,
        what="A customer's Account is gone from Salesforce.",
        runbook="customer-accounts",
    ),
    AlarmRow(
        name="EsimProviderFundsExhausted",
        metric="EsimProviderFundsExhausted",
        areas=ESIM_AREAS,
        what="The balance at the eSIM provider is used up; eSIM orders wait.",
        runbook="esim-provider-funds-exhausted",
    ),
    AlarmRow(
        name="WhmcsPagesRepeated",
        metric="WhmcsPagesRepeated",
        areas=WHMCS_AREAS,
        what="WHMCS gives the same page of a list again, so long lists cannot be read.",
        runbook="whmcs-pages-repeated",
    ),
    AlarmRow(
        name="UnknownVendorErrors",
        metric="UnknownVendorErrors",
        areas=CALLING_AREAS,
        what="A system answered with an error code that the portal's tables do not have.",
        runbook="unknown-vendor-errors",
    ),
    AlarmRow(
        name="SmokeFailed",
        metric="SmokeFailed",
        areas=("smoke",),
        what="The synthetic customer could not sign in, order and cancel.",
        runbook="smoke-failed",
    ),
    AlarmRow(
        name="AuditFindings",
        metric="AuditFindings",
        areas=("audit",),
        what="The nightly audit found systems that do not agree.",
        runbook="audit-findings",
        level=True,
    ),
    AlarmRow(
        name="AuditOverdue",
        metric="AuditAgeHours",
        areas=("audit",),
        what="No audit of all systems has ended for {threshold:g} hours.",
        runbook="audit-overdue",
        level=True,
        threshold=30,
    ),
)
