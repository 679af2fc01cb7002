"""Deliberate defects of different kinds, each a patch of one place, and plans that show them.

A plan is small and aims at what the defect needs. `shows` are the invariants of the oracle, of
which at least one must be found not to hold.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import portal.engine.runner
import portal.engine.session
import portal.engine.sweeper
import portal.repositories.message_log
import portal.repositories.registrations

import functions.orders.placing
import functions.provision.steps.add_order
import functions.provision.steps.write_back
from bench.years import trouble
from bench.years.simulation import Plan


@dataclass(frozen=True)
class Mutant:
    """A defect. `patches` returns what puts it in."""

    name: str
    patches: Callable[[], list[Any]]
    plan: Plan
    shows: frozenset[str]


def _replace(target: Any, name: str, value: Any) -> Any:
    return mock.patch.object(target, name, value)


def _add_order_without_looking() -> list[Any]:
    step = functions.provision.steps.add_order.AddOrder
    return [_replace(step, "already_done", lambda *_: None)]


def _intent_not_saved() -> list[Any]:
    session = portal.engine.session.Session
    save = session.save

    def forgetful(self: Any, record: Any, **more: Any) -> None:
        if self.job.current_step != "add_order":
            save(self, record, **more)

    return [_replace(session, "save", forgetful)]


def _mail_log_not_consulted() -> list[Any]:
    log = portal.repositories.message_log.DynamoMessageLog
    claim = log.claim

    def fresh(self: Any, key: str, *args: Any, **more: Any) -> Any:
        return claim(self, f"{key}#{uuid.uuid4().hex}", *args, **more)

    return [_replace(log, "claim", fresh)]


def _mail_intent_not_recorded() -> list[Any]:
    log = portal.repositories.message_log.DynamoMessageLog
    return [_replace(log, "sending", lambda *_: None)]


def _order_key_ignored() -> list[Any]:
    placing: Any = functions.orders.placing
    real = placing.request_id

    def another(user: str, cart: str, _: str | None) -> Any:
        return real(user, cart, uuid.uuid4().hex)

    return [_replace(placing, "request_id", another)]


def _placed_order_not_looked_up() -> list[Any]:
    attempt = functions.orders.placing._Attempt
    return [_replace(attempt, "look", lambda *_: None)]


def _sweeper_sleeps() -> list[Any]:
    sweeper = portal.engine.sweeper.Sweeper
    return [_replace(sweeper, "_brought_back", lambda *_: iter(()))]


def _client_intent_not_recorded() -> list[Any]:
    registrations = portal.repositories.registrations.DynamoRegistrations
    return [_replace(registrations, "client_sent", lambda _self, registration, _at: registration)]


def _write_back_skipped() -> list[Any]:
    module: Any = functions.provision.steps.write_back
    record = module.WriteBackRecord(written=True)
    return [_replace(module.WriteBackStep, "run", lambda *_: record)]


def _failure_not_reported() -> list[Any]:
    execution = portal.engine.runner.Execution
    return [_replace(execution, "_report", lambda _: False)]


def _compensation_skipped() -> list[Any]:
    execution = portal.engine.runner.Execution
    return [_replace(execution, "_compensate", lambda _: None)]


CRASHES = frozenset({trouble.CRASH})

MUTANTS = (
    Mutant(
        "AddOrder is sent without looking",
        _add_order_without_looking,
        Plan(4, 0.3, 2, CRASHES, 200.0, "AddOrder after"),
        frozenset({"billing-twice"}),
    ),
    Mutant(
        "the intent of a step is not saved",
        _intent_not_saved,
        Plan(4, 0.3, 2, CRASHES, 200.0, "AddOrder after"),
        frozenset({"billing-twice"}),
    ),
    Mutant(
        "the mail log is not consulted",
        _mail_log_not_consulted,
        Plan(1, 0.2, 2, frozenset({trouble.DUPLICATE}), 12.0),
        frozenset({"mail-twice"}),
    ),
    Mutant(
        "a mail is sent without recording the intent",
        _mail_intent_not_recorded,
        Plan(1, 0.3, 2, CRASHES, 200.0, "mail/send after"),
        frozenset({"mail-twice"}),
    ),
    Mutant(
        "the idempotency key of an order is ignored",
        _order_key_ignored,
        Plan(2, 0.3, 2, CRASHES, 200.0, "composite/graph after"),
        frozenset({"order-unknown"}),
    ),
    Mutant(
        "an order that was placed is not looked up",
        _placed_order_not_looked_up,
        Plan(2, 0.3, 2, CRASHES, 200.0, "composite/graph after"),
        frozenset({"answer"}),
    ),
    Mutant(
        "the sweeper brings nothing back",
        _sweeper_sleeps,
        Plan(1, 0.3, 2, frozenset({trouble.LOST}), 40.0),
        frozenset({"stuck"}),
    ),
    Mutant(
        "AddClient is sent without recording the intent",
        _client_intent_not_recorded,
        Plan(1, 0.1, 2, CRASHES, 200.0, "AddClient after"),
        frozenset({"stuck"}),
    ),
    Mutant(
        "what was made is not written to Salesforce",
        _write_back_skipped,
        Plan(1, 0.3, 2, frozenset()),
        frozenset({"reports"}),
    ),
    Mutant(
        "a failure is not reported",
        _failure_not_reported,
        Plan(3, 0.3, 2, frozenset(), mistakes=0.6),
        frozenset({"reports"}),
    ),
    Mutant(
        "a failed top-up is not compensated",
        _compensation_skipped,
        Plan(2, 0.5, 3, frozenset({trouble.REFUSALS}), 20.0),
        frozenset({"paid-for-nothing"}),
    ),
)
