"""Which alarms watch which parts, and the dashboard."""

from __future__ import annotations

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.components.dashboard import create_dashboard
from infra.components.monitoring import PERIOD, Alarms, create_alarm_topic, portal_metric
from infra.components.service_function import ServiceFunction
from infra.config import Config
from infra.endpoints import AREAS, ENDPOINTS
from infra.stacks.functions import construct_id
from infra.stacks.state import State
from infra.vocabulary import Queue, Secret

# Minutes that a message may wait: provisioning is promised within the hour, mail is awaited. What
# waits for an upstream is put back every quarter of an hour; it grows old once it is consumed.
QUEUE_AGE_MINUTES = {
    Queue.PROVISION: 30,
    Queue.PROVISION_WAITING: 120,
    Queue.EMAIL: 15,
    Queue.EMAIL_WAITING: 120,
    Queue.CASE: 60,
    Queue.CASE_WAITING: 120,
}

# What the consumers of mails and Cases count: alarm, area, metric, meaning, runbook.
MESSAGE_SIGNALS = (
    (
        "EmailAllowanceUsedUp",
        "email",
        "AllowanceUsedUp",
        "SendGrid's allowance of mails is used up; mails wait until it is renewed or raised.",
        "email-allowance-used-up",
    ),
    (
        "EmailAccessDenied",
        "email",
        "AccessDenied",
        "Mails wait because a system refuses the portal's credentials or grants.",
        "message-access-denied",
    ),
    (
        "CaseAccessDenied",
        "auth",
        "AccessDenied",
        "Cases wait because Salesforce refuses the portal's credentials or grants.",
        "message-access-denied",
    ),
    (
        "EmailDelayed",
        "email",
        "MessagesDelayed",
        "Mails have waited for half an hour for a system that does not answer.",
        "messages-delayed",
    ),
    (
        "CaseDelayed",
        "auth",
        "MessagesDelayed",
        "Cases have waited for half an hour for Salesforce.",
        "messages-delayed",
    ),
)

# Those that the worker calls through a circuit breaker (portal/adapters/circuit.py).
GUARDED_UPSTREAMS = ("salesforce", "whmcs", "esim")
SALESFORCE_AREAS = tuple(dict.fromkeys(e.area for e in ENDPOINTS if Secret.SALESFORCE in e.secrets))


def observe(
    scope: Construct,
    *,
    config: Config,
    state: State,
    functions: dict[str, ServiceFunction],
    api: apigateway.RestApi,
    prefix: str,
) -> sns.Topic:
    """Create every alarm; returns the topic that they report to."""
    topic = create_alarm_topic(
        scope, "AlarmTopic", name=f"{prefix}-alarms", email=config.alarm_email
    )
    alarms = Alarms(scope=scope, prefix=prefix, topic=topic)
    alarms.api(api)
    alarms.throttles()
    for endpoint in ENDPOINTS:
        id_, function = construct_id(endpoint), functions[endpoint.id].function
        alarms.function(id_, function, runbook="lambda-errors")
        if endpoint.route is None:
            alarms.duration(id_, function, timeout=endpoint.timeout)
    for queue, pair in state.queues.items():
        alarms.queue(
            queue.camel_case,
            pair.queue,
            minutes=QUEUE_AGE_MINUTES[queue],
            runbook=f"{queue.value}-queue",
        )
        # The dead letters of both queues of a consumer mean the same.
        page = queue.value.removesuffix("-waiting")
        alarms.dead_letters(queue.camel_case, pair.dead_letters, runbook=f"{page}-dead-letters")
    alarms.tables({table.value: _throttled(item) for table, item in state.tables.items()})
    alarms.unexpected_errors(
        {area: portal_metric("UnexpectedErrors", service=area) for area in AREAS}
    )
    alarms.salesforce_quota(
        {area: _highest("SalesforceApiQuotaUsedPercent", area) for area in SALESFORCE_AREAS}
    )
    alarms.counted(
        "ProvisioningFailed",
        metric=portal_metric("ProvisioningFailed", service="provision"),
        what="An order could not be provisioned and needs an operator.",
        runbook="provisioning-failed",
    )
    alarms.counted(
        "EmailFailed",
        metric=portal_metric("MessagesGivenUp", service="email"),
        what="A mail was given up.",
        runbook="email-failed",
    )
    _own_signals(alarms)
    create_dashboard(
        scope,
        "Dashboard",
        name=prefix,
        api=api,
        functions={
            id_: item.function.metric_errors(statistic="Sum", period=PERIOD, label=id_)
            for id_, item in functions.items()
        },
        queues={queue.value: pair for queue, pair in state.queues.items()},
        alarms=alarms.created,
    )
    return topic


def _own_signals(alarms: Alarms) -> None:
    """What only the portal itself can see going wrong."""
    for name, what, runbook in (
        ("ProvisioningStuck", "Jobs did not move and were brought back.", "provisioning-stuck"),
        ("ProvisioningLost", "Jobs had lost their message.", "provisioning-stuck"),
    ):
        alarms.counted(name, metric=_highest(name, "provision"), what=what, runbook=runbook)
    for id_, area, name, what, runbook in MESSAGE_SIGNALS:
        alarms.counted(id_, metric=portal_metric(name, service=area), what=what, runbook=runbook)
    for upstream in GUARDED_UPSTREAMS:
        alarms.counted(
            f"CircuitOpened{upstream.title()}",
            metric=portal_metric("CircuitOpened", service="provision", upstream=upstream),
            what=f"Provisioning stopped calling {upstream}: it fails again and again.",
            runbook="circuit-opened",
        )
    alarms.counted(
        "SignatureFailures",
        metric=portal_metric("SignatureFailures", service="provision"),
        what="Calls to the provisioning endpoint were refused.",
        runbook="signature-failures",
    )
    alarms.counted(
        "OrderMailsNotQueued",
        metric=portal_metric("OrderMailsNotQueued", service="orders"),
        what="An order was placed, but its mail could not be queued.",
        runbook="order-mails-not-queued",
    )
    alarms.counted(
        "CatalogProductsRejected",
        metric=_highest("CatalogProductsRejected", "catalog"),
        what="Products are left out of the catalogue because of mistakes in them.",
        runbook="catalog-products-rejected",
    )


def _highest(name: str, area: str) -> cloudwatch.Metric:
    return portal_metric(name, service=area).with_(statistic="Maximum")


def _throttled(table: dynamodb.Table) -> cloudwatch.Metric:
    return table.metric("ThrottledRequests", statistic="Sum", period=PERIOD)
