"""A circuit breaker per upstream, shared by all workers through the idempotency table.

Powertools' circuit breaker counts consecutive failures per execution environment and keeps the
state in DynamoDB. This module turns its errors into those that the engine understands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerConfig,
    CircuitBreakerOpenError,
    CircuitTransition,
    circuit_breaker,
)
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerDynamoDBPersistence,
)

from portal import aws
from portal.domain.upstream import (
    CircuitOpen,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unavailable,
)
from portal.observability import count, logger

FAILURES = 5
OPEN_SECONDS = 60
AnswerT = TypeVar("AnswerT")


class Circuit:
    """Stops calls to an upstream that is down.

    Refused credentials count as failures too, because WHMCS bans addresses that repeat them.
    """

    def __init__(self, upstream: str, *, table: str) -> None:
        self._upstream = upstream
        self._protected: Callable[[Callable[[], Any]], Any] = circuit_breaker(
            name=f"circuit#{upstream}",
            persistence_store=CircuitBreakerDynamoDBPersistence(
                table_name=table, boto3_client=aws.dynamodb()
            ),
            on_transition=self._changed,
            config=CircuitBreakerConfig(
                failure_threshold=FAILURES,
                recovery_timeout=OPEN_SECONDS,
                success_threshold=1,
                handled_exceptions=(Unavailable, OutcomeUnknown, Unauthorized),
            ),
        )(_run)
        self._opened = False

    def run(self, call: Callable[[], AnswerT]) -> AnswerT:
        """Make the call, unless the circuit is open. Returns its answer.

        Raises CircuitOpen when nothing was done because the upstream is down (ADR 21). An
        OutcomeUnknown is raised unchanged, because the caller has to look what happened.
        """
        self._opened = False
        try:
            answer: AnswerT = self._protected(call)
        except CircuitBreakerOpenError as error:
            raise CircuitOpen(
                self._upstream,
                "circuit breaker",
                "not called: it failed several times in a row",
                retry_after=float(OPEN_SECONDS),
            ) from error
        except Unavailable as error:
            if not self._opened:
                raise
            raise self._still_down(error) from error
        return answer

    def _still_down(self, error: Unavailable) -> CircuitOpen:
        after = error.retry_after if isinstance(error, Throttled) else None
        return CircuitOpen(
            self._upstream,
            error.operation,
            error.message,
            code=error.code,
            status=error.status,
            loggable=error.loggable,
            retry_after=max(float(OPEN_SECONDS), after or 0.0),
        )

    def _changed(self, transition: CircuitTransition) -> None:
        state = transition.to_state.value.lower()
        self._opened = state == "open"
        count("CircuitTransitions", upstream=self._upstream, state=state)
        if state == "open":
            count("CircuitOpened", upstream=self._upstream)
        logger().warning("circuit", extra={"upstream": self._upstream, "state": state})


def _run(call: Callable[[], AnswerT]) -> AnswerT:
    return call()
