"""What the runbooks tell an operator to look for and to type exists as it is written there."""

from __future__ import annotations

import ast
import functools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from portal.domain.audit import FindingKind
from portal.domain.provisioning_errors import REASONS
from typer.testing import CliRunner

from infra import paging
from infra.alarms import ALARMS
from infra.config import SETTINGS
from infra.endpoints import ENDPOINTS
from infra.resource_names import Queue
from ops import cli, secret_values
from tests.workflow_metrics import job_metrics

ROOT = Path(__file__).parents[2]
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
PAGES = [*RUNBOOKS, ROOT / "docs" / "operations.md"]
SOURCES = ("functions", "layers/shared/python/portal")
# Of Powertools' records, and of what CloudWatch Logs Insights finds by itself.
FIELDS_OF_ALL = {
    *("correlation_id", "exception", "exception_name", "level", "location", "message", "service"),
    *("@duration", "@initDuration", "@log", "@message", "@timestamp", "@type"),
}
# Amazon CloudWatch's own metrics: Lambda, DynamoDB, SQS.
METRICS_OF_AWS = {
    "ApproximateNumberOfMessagesVisible",
    "ConcurrentExecutions",
    "FailedInvocations",
    "ReadThrottleEvents",
    "WriteThrottleEvents",
}
# IAM actions in a list behind the service's name.
GRANTS = {"ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "PutItem", "UpdateItem"}
METRIC_FUNCTIONS = {"count", "duration", "gauge", "timed"}
FENCE = re.compile(r"^ *```\n(.*?)^ *```", flags=re.MULTILINE | re.DOTALL)
LEVELS = {"critical", "error", "exception", "info", "level", "log", "warning", "_failed"}

for_each_runbook = pytest.mark.parametrize("page", RUNBOOKS, ids=lambda path: path.stem)
for_each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)


@functools.cache
def nodes() -> tuple[ast.AST, ...]:
    """The code that runs as Lambdas."""
    return tuple(
        node
        for source in SOURCES
        for path in sorted((ROOT / source).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def calls(names: set[str]) -> Iterator[ast.Call]:
    for node in nodes():
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else None
            if (name or getattr(function, "id", None)) in names:
                yield node


def texts(node: ast.AST | None) -> set[str]:
    found = node.value if isinstance(node, ast.Constant) else None
    return {found} if isinstance(found, str) else set()


@functools.cache
def logged() -> frozenset[str]:
    """Messages of log lines."""
    first = (call.args[0] for call in calls(LEVELS) if call.args)
    return frozenset(text for node in first for text in texts(node))


@functools.cache
def fields() -> frozenset[str]:
    """Keys of log lines: `extra={…}`, what is unpacked into it, appended keys, consumers' keys."""
    extras = [k.value for call in calls(LEVELS) for k in call.keywords if k.arg == "extra"]
    # What a consumer adds to every line of a message.
    consumers = calls({"Consumer"})
    of_messages = [k.value for call in consumers for k in call.keywords if k.arg == "log_fields"]
    unpacked = {
        node.func.id
        for extra in extras
        for node in ast.walk(extra)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    helpers = [n for n in nodes() if isinstance(n, ast.FunctionDef) and n.name in unpacked]
    keys = {
        text
        for node in (*extras, *helpers, *of_messages)
        for part in ast.walk(node)
        if isinstance(part, ast.Dict)
        for key in part.keys
        for text in texts(key)
    }
    appended = calls({"append_keys", "log_fields"})
    names = {keyword.arg for call in appended for keyword in call.keywords if keyword.arg}
    return frozenset(keys | names | FIELDS_OF_ALL)


@functools.cache
def metrics() -> frozenset[str]:
    """Names that are counted or measured, also those that are looked up in a table."""
    first = [call.args[0] for call in calls(METRIC_FUNCTIONS) if call.args]
    tables = {
        part.value.id
        for part in first
        if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name)
    }
    looked_up = {
        text
        for node in nodes()
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        if any(isinstance(name, ast.Name) and name.id in tables for name in node.targets)
        for value in node.value.values
        for text in texts(value)
    }
    named = {text for node in first for text in texts(node)}
    return frozenset(named | looked_up | METRICS_OF_AWS | job_metrics().keys())


@functools.cache
def classes() -> frozenset[str]:
    return frozenset(node.name for node in nodes() if isinstance(node, ast.ClassDef))


def fenced(page: Path) -> list[str]:
    """What stands in fences."""
    return FENCE.findall(page.read_text(encoding="utf-8"))


def spoken(page: Path) -> list[str]:
    """What stands in backticks within sentences, on one line."""
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    return [" ".join(text.split()) for text in re.findall(r"`([^`]+)`", prose)]


def queries(page: Path) -> list[str]:
    """CloudWatch Logs Insights queries, whole or in part."""
    found = (*fenced(page), *spoken(page))
    return [text for text in found if re.match(r"(filter|stats|fields) ", text)]


def messages_looked_for(query: str) -> set[str]:
    singles = re.findall(r'message = "([^"]+)"', query)
    lists = re.findall(r"message in \[([^\]]+)\]", query)
    return {*singles, *(text for found in lists for text in re.findall(r'"([^"]+)"', found))}


def fields_looked_for(query: str) -> set[str]:
    bare = re.sub(r'"[^"]*"|/[^/]+/', "", query)
    bare = re.sub(r"\b\w+\(([^)]*)\)( as \w+)?", r"\1", bare)
    named: list[str] = re.findall(r"(?:fields|filter|by|sort|and|stats) ([^|\n]*)", bare)
    words = {word for part in named for word in re.findall(r"@?[A-Za-z_]\w*", part)}
    aliases = set(re.findall(r" as (\w+)", query))
    return words - aliases - {"and", "in", "like", "by", "desc", "limit", "sort", "filter", "as"}


@for_each_runbook
def test_messages_are_logged(page: Path) -> None:
    looked_for = {text for query in queries(page) for text in messages_looked_for(query)}
    named = {text for text in spoken(page) if re.fullmatch(r"[a-z]+( [a-z]+)+", text)}
    assert (looked_for | named) - logged() == set()


@for_each_page
def test_fields_in_queries_are_logged(page: Path) -> None:
    looked_for = {name for query in queries(page) for name in fields_looked_for(query)}
    assert looked_for - fields() == set()


def alarms() -> set[str]:
    """The names of alarms, without the stage's prefix."""
    functions = {
        f"{e.camel_case}{end}" for e in ENDPOINTS for end in ("Errors", "Duration", "Silent")
    }
    queues = {f"{q.camel_case}{end}" for q in Queue for end in ("QueueAge", "DeadLetters")}
    return {row.name for row in ALARMS} | paging.PAGES.keys() | functions | queues


@for_each_page
def test_what_is_named_like_a_metric_is_one(page: Path) -> None:
    camel = re.compile(r"(?:[A-Z][a-z]+){2,}")
    named = {text for text in spoken(page) if camel.fullmatch(text)}
    assert named - metrics() - classes() - GRANTS - alarms() == set()


@for_each_runbook
def test_settings_and_codes_are_spelt_right(page: Path) -> None:
    shape = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
    named = {found[0] for text in spoken(page) if (found := shape.match(text))}
    in_code = {text for node in nodes() for text in texts(node)}
    assert named - set(SETTINGS) - in_code == set()


@for_each_page
def test_lambdas_and_queues_are_called_so(page: Path) -> None:
    lambdas = re.findall(r"/aws/lambda/portal-<stage>-([a-z-]+[a-z])", page.read_text("utf-8"))
    areas = "|".join({endpoint.area for endpoint in ENDPOINTS})
    short = {word for word in spoken(page) if re.fullmatch(rf"({areas})(-[a-z]+)+", word)}
    known = {endpoint.id for endpoint in ENDPOINTS}
    assert {*lambdas, *short} - known - {path.stem for path in RUNBOOKS} - {*REASONS} - {
        *FindingKind
    } == set()
    others = {word for word in spoken(page) if word.startswith("portal-<stage>-")}
    queues = {f"portal-<stage>-{queue}{end}" for queue in Queue for end in ("", "-dead-letters")}
    topics = {"portal-<stage>-alarms", "portal-<stage>-pages"}
    assert others - queues - topics - {f"portal-<stage>-{paging.COMPOSITE}"} == set()


@for_each_page
def test_commands_can_be_typed(page: Path) -> None:
    for words in commands(page):
        match words:
            case [".venv/bin/ops" | "ops", *rest]:
                assert understood(cli.app, rest), words
            case [".venv/bin/python", "-m", "ops.secret_values", *rest]:
                assert understood(secret_values.app, rest), words
            case ["aws", service, operation, *_]:
                client: Any = boto3.client(service)  # type: ignore[call-overload]  # any service
                assert hasattr(client, operation.replace("-", "_")), words
            case ["make", target, *_]:
                makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
                assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), words
            case _:
                raise AssertionError(f"nobody knows this command: {words}")


def commands(page: Path) -> list[list[str]]:
    """Commands as an operator would type them; placeholders are single words."""
    typed = [line.strip() for block in fenced(page) for line in block.splitlines()]
    starts = (".venv/bin/", "uv run ", "ops ", "aws ", "make ", "python ")
    found = [text for text in (*typed, *spoken(page)) if text.startswith(starts)]
    return [
        shlex.split(re.sub(r"<[^>]+>", "placeholder", text).replace("[", "").replace("]", ""))
        for text in found
        if "…" not in text
    ]


def understood(app: typer.Typer, words: list[str]) -> bool:
    """Whether commands and options exist; nothing is run."""
    return CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("query", "messages", "named"),
    [
        (
            'fields @timestamp, a_b\n| filter message = "x y" and c = "d"\n| sort e desc',
            {"x y"},
            {"@timestamp", "a_b", "message", "c", "e"},
        ),
        (
            'filter message in ["x", "y z"]\n| stats count(*) as n, max(@d) by code\n| sort n desc',
            {"x", "y z"},
            {"message", "@d", "code"},
        ),
        ("filter @message like /Task timed|Exit/", set(), {"@message"}),
    ],
)
def test_queries_are_read_right(query: str, messages: set[str], named: set[str]) -> None:
    assert messages_looked_for(query) == messages
    assert fields_looked_for(query) == named


def test_commands_that_do_not_exist_are_noticed() -> None:
    assert understood(cli.app, ["--stage", "dev", "redrive", "--dead-letters", "--limit", "3"])
    assert not understood(cli.app, ["redrive", "--nonsense"])
    assert not understood(cli.app, ["order", "mend", "x"])
    assert not understood(secret_values.app, ["rotate"])


def test_the_code_is_read_right() -> None:
    expected = {"run failed, a retry follows", "message was given up", "upstream failed"}
    assert expected <= logged()
    assert {"job", "retries", "reason", "sf_order_id", "upstream_message"} <= fields()
    assert {"OrdersPlaced", "ProvisioningFailed", "UpstreamLatency"} <= metrics()
    assert not {"OrdersPlaced", "nonsense"} & (logged() | fields())
