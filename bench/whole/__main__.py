"""`python -m bench.whole`: the processor time of the whole path, adapters and HTTP included.

The real handlers run in processes of their own, with the environment of the deployed Lambdas,
against the emulators and ministack on loopback. Only the handler's own processor time counts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from portal.domain.limits import LIMITS

from bench.whole.picture import bars
from bench.whole.prepared import Prepared
from bench.whole.requests import Event, Requests
from infra.endpoints import ENDPOINTS
from local.context import StackContext
from local.stack.credentials import WEBHOOK_TOKEN
from local.stack.ministack import Ministack
from local.stack.session import running
from local.stack.settings import Settings
from tests.e2e.canary_places import Consumers
from tests.fuzz.ground import Ground

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- whole: begin -->", "<!-- whole: end -->"
HINT_SECRET = "bench/esim-access-webhook"  # noqa: S105  # a name
WARM_UP = 4
LIMIT_MS, PROVISIONING_LIMIT_MS = 5.0, 60.0
PROVISIONING = "a whole provisioning"
PREPARED = {"auth-reset-password", "operations-start-topup", "operations-start-reissue"}
"""Endpoints whose requests use up what is made before."""
MODULES = {endpoint.id: endpoint.module for endpoint in ENDPOINTS}


class RequestFailedError(Exception):
    """A request that should succeed did not."""


@dataclass(frozen=True)
class Row:
    """Milliseconds of own processor time: the first request, and the median of the later ones.

    `calls` is the median number of outgoing HTTP requests of the later ones.
    """

    name: str
    calls: int
    first: float
    median: float
    limit: float


def measure(
    stack: StackContext, *, count: int, only: Collection[str] = (), profile: bool = False
) -> list[Row]:
    """Measure every endpoint, or `only` some, and whole provisionings. Raises RequestFailedError.

    With `profile`, print the functions in which the warm requests spend their time.
    """
    begin = {"profile_from": WARM_UP} if profile else {}
    aws = Ministack(stack.aws_endpoint)
    ground = Ground(stack)
    consumers = Consumers(stack, aws)
    try:
        ground.prepare()
        prepared = Prepared(ground, count)
        if not only or PREPARED & set(only):
            prepared.prepare()
        requests, other = Requests(prepared), _other_settings(aws)
        with consumers.stopped("provision", "email"):
            rows = [
                _row(name, _run(stack, aws, name, events, begin, other.get(name)), LIMIT_MS)
                for name, events in requests.all(only)
            ]
            if only and PROVISIONING not in only:
                return rows
            more = {
                **begin,
                "worker": MODULES["provision-worker"],
                "queue_url": stack.stack_outputs["ProvisionQueueUrl"],
            }
            presses = requests.presses()
            worker = _environment(aws, "provision-worker")
            found = _run(stack, aws, "provision-start", presses, more, worker)
        return [*rows, _row(PROVISIONING, found, PROVISIONING_LIMIT_MS)]
    finally:
        ground.close()


def _row(name: str, answers: list[dict[str, Any]], limit: float) -> Row:
    failed = next((one for one in answers if one["status"] not in range(200, 300)), None)
    if failed is not None:
        msg = f"{name} answered {failed['status']}: {failed['body']}"
        raise RequestFailedError(msg)
    milliseconds = [1000 * one["seconds"] for one in answers]
    warm = milliseconds[WARM_UP:]
    calls = statistics.median_high(one["calls"] for one in answers[WARM_UP:])
    return Row(name, calls, milliseconds[0], statistics.median(warm), limit)


def _run(
    stack: StackContext,
    aws: Ministack,
    name: str,
    events: list[Event],
    more: dict[str, Any],
    variables: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Let a process of its own answer the events. `variables` win over the Lambda's own."""
    environment = {**_environment(aws, name), **(variables or {})}
    ended = subprocess.run(  # our own module
        [sys.executable, "-m", "bench.whole.child"],
        input=json.dumps({"module": MODULES[name], "events": events, **more}),
        env={**environment, **_access(stack)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RequestFailedError(f"{name}: {ended.stderr[-1500:]}")
    found = json.loads(ended.stdout)
    if found["profile"]:
        print(f"{name}\n{found['profile']}")
    answers: list[dict[str, Any]] = found["answers"]
    return answers


def _environment(aws: Ministack, name: str) -> dict[str, str]:
    function = aws.client("lambda").get_function_configuration(FunctionName=f"portal-local-{name}")
    variables: dict[str, str] = function["Environment"]["Variables"]
    # One customer makes more requests here than a stage lets through.
    if "RATE_LIMITS" in variables:
        variables["RATE_LIMITS"] = ",".join(f"{limit}=100000/60" for limit in LIMITS)
    return variables


def _access(stack: StackContext) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": stack.aws_endpoint,
        "AWS_ACCESS_KEY_ID": stack.aws_account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",
    }


def _other_settings(aws: Ministack) -> dict[str, dict[str, str]]:
    """The variables of endpoints that a stage with other settings has."""
    secret = json.dumps({"pathToken": WEBHOOK_TOKEN})
    aws.client("secretsmanager").create_secret(Name=HINT_SECRET, SecretString=secret)
    return {
        "auth-request-signup-proof": {"SIGNUP_PROOF": "email"},
        "webhooks-esim-hint": {
            "ESIM_PROVIDER": "esim_access",
            "ESIM_WEBHOOK_SECRET_ID": HINT_SECRET,
        },
    }


def markdown(rows: list[Row]) -> str:
    """Return the rows as the document keeps them."""
    today = date.today().isoformat()  # noqa: DTZ011  # the reader's calendar
    lines = [
        f"Measured on {today}; own processor time in ms.",
        "",
        "![Processor time of the whole path by endpoint](performance-whole-path.svg)",
        "",
        "| endpoint | calls | first request | median of warm ones | limit |",
        "|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        over = " (over)" if row.median > row.limit else ""
        figures = f"{row.calls} | {row.first:.0f} | {row.median:.2f}{over} | {row.limit:.0f}"
        lines.append(f"| {row.name} | {figures} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure and print; write the document and the picture when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.whole", description=__doc__)
    parser.add_argument("--count", type=int, default=14, help="requests of each endpoint")
    parser.add_argument("--docs", action="store_true", help="also write docs/performance.md")
    parser.add_argument("--only", nargs="+", default=[], metavar="ID", help="endpoints to measure")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    options = parser.parse_args()
    if options.docs and (options.only or options.profile):
        parser.error("--docs writes a measurement of everything, without a profiler")
    with running(Settings.for_tests(), progress=lambda text: print(text, file=sys.stderr)) as stack:
        rows = measure(stack, count=options.count, only=options.only, profile=options.profile)
    text = markdown(rows)
    print(text)
    if options.docs:
        page = DOCS / "performance.md"
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
        picture = bars([(r.name, r.median, r.limit) for r in rows if r.limit == LIMIT_MS])
        (DOCS / "performance-whole-path.svg").write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
