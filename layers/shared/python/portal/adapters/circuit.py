"""A circuit breaker per upstream, shared by all workers through the idempotency table.

Powertools' breaker counts consecutive failures per execution environment and keeps the state in
DynamoDB; what it lacks, an error that the engine understands, is added here.
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
    """Keeps calls away from an upstream that is down.

    Refusals of credentials count too: WHMCS bans addresses that keep knocking.
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
        """Make the call, unless the circuit is open.

        Raises CircuitOpen when nothing was done because the upstream is down (ADR 21). An unknown
        outcome stays one: somebody has to look.
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
