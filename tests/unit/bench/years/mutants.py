"""Deliberate defects of different kinds, each a patch of one place, and plans that show them.

A plan is small and aims at what the defect needs. `shows` are the invariants of the oracle, of
which at least one must be found not to hold.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import portal.adapters.gigs.client
import portal.domain.lease
import portal.engine.runner
import portal.engine.session
import portal.engine.sweeper
import portal.queues.recorded_work
import portal.repositories.leases
import portal.repositories.message_log
import portal.repositories.registrations

import functions.auth.refresh
import functions.operations.topup.steps.capture
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


def _mail_lease_of_days() -> list[Any]:
    """Let the lease of a mail outlast its worker by days."""
    module: Any = portal.queues.recorded_work
    taken = module.new_lease

    def longer(now: float, seconds: float) -> Any:
        return taken(now + 10 * 86_400, seconds)

    return [
        _replace(module, "new_lease", longer),
        _replace(portal.domain.lease, "LONGEST_SECONDS", 10**8),
        _replace(portal.repositories.leases, "LONGEST_SECONDS", 10**8),
    ]


def _without_keys() -> Any:
    client = portal.adapters.gigs.client.GigsClient
    post = client.post

    def post_without_key(self: Any, path: str, body: Any, **_: Any) -> Any:
        return post(self, path, body)

    return _replace(client, "post", post_without_key)


def _line_without_a_key() -> list[Any]:
    def find_by_id(self: Any, *, refs: Any, known: Any = None, **_: Any) -> Any:
        ids = known or {}
        return {ref: self.get_line(ids[ref]) for ref in refs if ref in ids}

    return [_replace(portal.adapters.gigs.GigsProvider, "find", find_by_id), _without_keys()]


def _reissue_without_a_key() -> list[Any]:
    provider = portal.adapters.gigs.GigsProvider
    find = provider.find_reissue

    def find_by_id(self: Any, trace: Any) -> Any:
        return find(self, trace) if trace.change_id is not None else None

    return [_replace(provider, "find_reissue", find_by_id), _without_keys()]


def _top_up_not_charged() -> list[Any]:
    module: Any = functions.operations.topup.steps.capture

    def free(_: Any, run: Any) -> Any:
        return module.CaptureRecord(invoice_id=module.invoice_number(run), paid=True)

    return [_replace(module.Capture, "run", free)]


def _next_refresh_token_kept_back() -> list[Any]:
    module: Any = functions.auth.refresh
    answer = module.token_response

    def without_it(tokens: Any, cookie: Any, *, in_cookie: bool) -> Any:
        return answer(replace(tokens, refresh_token=None), cookie, in_cookie=in_cookie)

    return [_replace(module, "token_response", without_it)]


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
        Plan(1, 0.1, 1, frozenset({trouble.DUPLICATE}), 12.0),
        frozenset({"mail-twice"}),
    ),
    Mutant(
        "a mail is sent without recording the intent",
        _mail_intent_not_recorded,
        Plan(1, 0.1, 1, CRASHES, 200.0, "mail/send after"),
        frozenset({"mail-twice"}),
    ),
    Mutant(
        "the idempotency key of an order is ignored",
        _order_key_ignored,
        Plan(3, 0.1, 1, CRASHES, 200.0, "composite/graph after"),
        frozenset({"order-unknown"}),
    ),
    Mutant(
        "an order that was placed is not looked up",
        _placed_order_not_looked_up,
        Plan(3, 0.1, 1, CRASHES, 200.0, "composite/graph after"),
        frozenset({"answer"}),
    ),
    Mutant(
        "the sweeper brings nothing back",
        _sweeper_sleeps,
        Plan(1, 0.2, 1, frozenset({trouble.LOST}), 40.0),
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
        Plan(1, 0.2, 1, frozenset()),
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
        Plan(1, 0.6, 2, frozenset({trouble.REFUSALS}), 20.0, only="top_up"),
        frozenset({"paid-for-nothing"}),
    ),
    Mutant(
        "the lease of a mail outlasts its worker by days",
        _mail_lease_of_days,
        Plan(2, 0.1, 1, CRASHES, 60.0, "UpdateItem after"),
        frozenset({"stuck"}),
    ),
    Mutant(
        "a line is ordered without a key and looked up by its id only",
        _line_without_a_key,
        Plan(4, 0.2, 1, CRASHES, 200.0, "POST subscriptions after"),
        frozenset({"line-twice"}),
    ),
    Mutant(
        "a reissue is sent without a key and looked up by its id only",
        _reissue_without_a_key,
        Plan(2, 0.4, 1, CRASHES, 200.0, "subscriptionChanges after", only="reissue"),
        frozenset({"reissued-twice"}),
    ),
    Mutant(
        "a top-up is not charged",
        _top_up_not_charged,
        Plan(2, 0.6, 1, frozenset(), only="top_up"),
        frozenset({"audit"}),
    ),
    Mutant(
        "the next refresh token is not handed out",
        _next_refresh_token_kept_back,
        Plan(1, 0.6, 1, frozenset(), only="look"),
        frozenset({"answer"}),
    ),
)
