"""What a stage costs on AWS in a month: `.venv/bin/python -m bench.cost` prints the table.

Prices are AWS' list prices of the region Tokyo without taxes, free tiers and discounts, as far as
they were known in November 2026: look them up before you rely on them. The quantities are counted
from the templates (alarms, secrets, consumers, rules), taken from tests (calls of an order), or
assumed (what customers do).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CUSTOMERS = 1_000
HOURS = 730
MONTH_MINUTES = HOURS * 60
MILLION = 1_000_000

# Of the templates; tests/infra/test_cost.py holds them to production with every switch on.
ALARMS = 140
SECRETS = 8
QUEUE_CONSUMERS = 12
FIREWALL_RULES = 7
SCHEDULED = 3
# Of a system in use: the local stack has 81 after `make demo`; failures add theirs.
METRICS = 90

# Assumed, for one customer and month.
REQUESTS = 60  # six visits of ten requests
ORDERS = 0.1
MAILS = 0.5
SECONDS = 0.5  # of a Lambda with 1 GB, most of it waiting for Salesforce or WHMCS
LOG_BYTES = 3_000  # of a request, in four lines

# An order's provisioning: runs of the worker, and writes of the job, whose item has about 5 KB.
WORKER_RUNS, WORKER_SECONDS = 2, 5.0
JOB_WRITES, JOB_UNITS = 25, 5
# A request reads the customer and counts attempts or writes a record.
READS, WRITES = 2, 1
# Lambda polls each queue with five long polls of 20 s.
POLLS = 5 * 3 * MONTH_MINUTES


@dataclass(frozen=True)
class Price:
    """A list price in US dollars for one unit."""

    usd: float
    unit: str


PRICES = {
    "Lambda, GB-seconds (arm64)": Price(0.0000133334, "GB-s"),
    "Lambda, requests": Price(0.20 / MILLION, "request"),
    "API Gateway (REST), requests": Price(4.25 / MILLION, "request"),
    "DynamoDB, reads": Price(0.1425 / MILLION, "unit"),
    "DynamoDB, writes": Price(0.715 / MILLION, "unit"),
    "DynamoDB, storage and recovery": Price(0.285 + 0.228, "GB"),
    "SQS, requests": Price(0.40 / MILLION, "request"),
    "CloudWatch Logs, ingested": Price(0.76, "GB"),
    "X-Ray, traces": Price(5.00 / MILLION, "trace"),
    "CloudWatch, metrics": Price(0.30, "metric"),
    "CloudWatch, alarms": Price(0.10, "alarm"),
    "CloudWatch, dashboard": Price(3.00, "dashboard"),
    "Secrets Manager": Price(0.40, "secret"),
    "Cognito (Essentials)": Price(0.015, "user"),
    "NAT gateway": Price(0.062, "hour"),
    "Public IPv4 address": Price(0.005, "hour"),
    "WAF, web ACL and rules": Price(1.00, "rule"),
}
FREE_USERS = 10_000
OPTIONAL = frozenset({"NAT gateway", "Public IPv4 address", "WAF, web ACL and rules"})


def quantities(customers: int) -> dict[str, float]:
    """How many units of each a stage uses in a month."""
    requests, orders = customers * REQUESTS, customers * ORDERS
    mails = customers * MAILS
    runs = SCHEDULED * MONTH_MINUTES / 5
    return {
        "Lambda, GB-seconds (arm64)": requests * SECONDS
        + orders * WORKER_RUNS * WORKER_SECONDS
        + mails * SECONDS
        + runs * SECONDS,
        "Lambda, requests": requests + orders * WORKER_RUNS + mails + runs,
        "API Gateway (REST), requests": requests,
        "DynamoDB, reads": requests * READS + orders * JOB_WRITES + runs * READS,
        "DynamoDB, writes": requests * WRITES + orders * JOB_WRITES * JOB_UNITS + mails * 3,
        "DynamoDB, storage and recovery": (customers * 4_000 + orders * 12 * 8_000) / 1e9,
        "SQS, requests": QUEUE_CONSUMERS * POLLS + 3 * (mails + orders * WORKER_RUNS),
        "CloudWatch Logs, ingested": (requests + runs + mails) * LOG_BYTES / 1e9,
        "X-Ray, traces": requests + runs + mails,
        "CloudWatch, metrics": METRICS,
        "CloudWatch, alarms": ALARMS,
        "CloudWatch, dashboard": 1,
        "Secrets Manager": SECRETS,
        "Cognito (Essentials)": max(0, customers - FREE_USERS),
        "NAT gateway": HOURS,
        "Public IPv4 address": HOURS,
        # A web ACL costs as much as five rules.
        "WAF, web ACL and rules": 5 + FIREWALL_RULES,
    }


def cost(customers: int, *, optional: bool = True) -> float:
    """The sum in US dollars; without NAT gateway and WAF unless `optional`."""
    return sum(
        number * PRICES[name].usd
        for name, number in quantities(customers).items()
        if optional or name not in OPTIONAL
    )


def table(customers: int = CUSTOMERS) -> str:
    """The table of docs/deploying.md."""
    return "\n".join(_lines(customers)) + "\n"


def _lines(customers: int) -> Iterator[str]:
    yield f"| for {customers:,} customers | units a month | USD a unit | USD a month |"
    yield "| :-- | --: | --: | --: |"
    for name, number in quantities(customers).items():
        price = PRICES[name]
        usd = number * price.usd
        yield f"| {name} | {_units(number)} | {price.usd:.10f}".rstrip("0").rstrip(".") + (
            f" a {price.unit} | {usd:.2f} |"
        )
    yield f"| **all** | | | **{cost(customers):.0f}** |"
    yield f"| without NAT gateway and WAF | | | {cost(customers, optional=False):.0f} |"
    more = cost(2 * customers) - cost(customers)
    yield f"| each further {customers:,} customers | | | {more:.2f} |"


def _units(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2f}"  # noqa: PLR2004  # small ones


def main() -> None:
    """Print the table."""
    print(table())


if __name__ == "__main__":
    main()
