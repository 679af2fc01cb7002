"""Logs and metrics by Powertools. Every log line is redacted and has the correlation id."""

from __future__ import annotations

import copy
import functools
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from portal.redaction import redact
from portal.tracebacks import describe, format_exception

if TYPE_CHECKING:
    from aws_lambda_powertools.logging.types import LogRecord

# `Portal/<stage>`, so that the metrics of two stages in one account stay apart.
_NAMESPACE = "POWERTOOLS_METRICS_NAMESPACE"
_NO_STAGE = "Portal"
# Below ERROR, these loggers write URLs with queries, tokens and whole bodies.
_TALKATIVE = (
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "python_http_client",
    "simple_salesforce",
    "urllib3",
)


class RedactingFormatter(LambdaPowertoolsFormatter):
    """Formats log records as JSON lines without personal or secret data."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record. Exceptions in its message are named without their text."""
        safe = copy.copy(record)
        safe.msg = _named(record.msg)
        if isinstance(record.args, tuple):
            safe.args = tuple(_named(argument) for argument in record.args)
        return super().format(safe)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's own name
        """Return the traceback without the texts of exceptions."""
        return format_exception(ei[1])

    def serialize(self, log: LogRecord) -> str:
        """Redact the whole record and serialise it."""
        record = dict(log)
        record.pop("exception_notes", None)
        return super().serialize(redact(record))


def _named(value: Any) -> Any:
    return describe(value) if isinstance(value, BaseException) else value


@functools.cache
def logger() -> Logger:
    """Return the Lambda's logger. Powertools' variables set its service and level."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    # Otherwise a handler that fails would print the record without redaction.
    logging.raiseExceptions = False
    return Logger(logger_formatter=RedactingFormatter(), log_uncaught_exceptions=False)


def count(name: str, value: int = 1, **dimensions: str) -> None:
    """Emit a count in the stage's namespace.

    Each value of a dimension makes another metric, which costs money. Use upstreams, steps and
    outcomes as dimensions, but never ids.
    """
    _emit(name, MetricUnit.Count, value, dimensions)


def duration(name: str, seconds: float, **dimensions: str) -> None:
    """Emit a duration. The metric is in milliseconds."""
    _emit(name, MetricUnit.Milliseconds, round(seconds * 1000, 1), dimensions)


def gauge(name: str, value: float, **dimensions: str) -> None:
    """Emit a level, for example the used part of a quota."""
    _emit(name, MetricUnit.Count, value, dimensions)


@contextmanager
def timed(name: str, **dimensions: str) -> Iterator[None]:
    """Emit the duration of the block, even when it raises."""
    started = time.perf_counter()
    try:
        yield
    finally:
        duration(name, time.perf_counter() - started, **dimensions)


def _emit(name: str, unit: MetricUnit, value: float, dimensions: dict[str, str]) -> None:
    namespace = os.environ.get(_NAMESPACE) or _NO_STAGE
    with single_metric(name=name, unit=unit, value=value, namespace=namespace) as metric:
        for key, text in dimensions.items():
            metric.add_dimension(name=key, value=text)


def log_fields(**fields: Any) -> None:
    """Add fields to every further log line of this invocation. They must be ids."""
    logger().append_keys(**fields)
