"""What has to be true when a soak has come to rest: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from bench.soak.callers import Caller, Wish
from local.context import StackContext

OVER = {"order": frozenset({"provisioned"}), "top-up": frozenset({"succeeded", "failed"})}
PAUSE = 5.0


def settle(callers: Sequence[Caller], *, seconds: float) -> list[str]:
    """Repeat what was not answered and press what failed until all is over; returns the rest."""
    deadline = time.monotonic() + seconds
    left = [(c, w) for c in callers for w in c.wishes if not _ended(c, w)]
    while left and time.monotonic() < deadline:
        for caller, wish in left:
            if wish.open:
                caller.finish(wish)
            elif wish.kind == "order" and wish.answer is not None:
                _help(caller, str(wish.answer["sfOrderId"]))
        time.sleep(PAUSE)
        left = [(c, w) for c, w in left if not _ended(c, w)]
    return [f"not finished: {w.kind} {w.key} {_subject(w)} of {c.person.number}" for c, w in left]


def _help(caller: Caller, order_id: str) -> None:
    """An operator approves and presses what waits for that; a working job is left alone."""
    if caller.status(f"/orders/{order_id}") in {"pending_review", "failed"}:
        caller.hand_over(order_id)


def _ended(caller: Caller, wish: Wish) -> bool:
    if wish.open:
        return False
    if wish.answer is None:
        return wish.refused
    place = "orders" if wish.kind == "order" else "operations"
    return caller.status(f"/{place}/{_subject(wish)}") in OVER[wish.kind]


def _subject(wish: Wish) -> str:
    answer = wish.answer or {}
    return str(answer.get("sfOrderId") or answer.get("operationId") or "")


def findings(stack: StackContext, callers: Sequence[Caller]) -> list[str]:
    """Return what was lost or doubled, by the systems' own records and by the audit."""
    return [*_orders(stack, callers), *_mails(stack), *_audit(stack)]


def _orders(stack: StackContext, callers: Sequence[Caller]) -> Iterator[str]:
    records = _state(str(stack.salesforce_url))
    accounts = {a["Id"] for a in records["Account"] if a["Customer_Number__c"] in _numbers(callers)}
    there = [o["Id"] for o in records["Order"] if o["AccountId"] in accounts]
    told = Counter(_subject(w) for c in callers for w in c.wishes if w.kind == "order" and w.answer)
    for order_id, count in told.items():
        if order_id not in there:
            yield f"lost: Order {order_id} was answered and does not exist"
        if count > 1:
            yield f"lost: {count} wishes were answered with Order {order_id}"
    for order_id in there:
        if order_id not in told:
            yield f"doubled: nobody was told of Order {order_id}"


def _numbers(callers: Sequence[Caller]) -> set[str]:
    return {caller.person.number for caller in callers}


def _mails(stack: StackContext) -> Iterator[str]:
    mails = Counter(
        (json.dumps(mail["to"]), mail["subject"], mail["text"])
        for mail in _state(str(stack.sendgrid_url))["mails"]
    )
    for (_, subject, _), count in mails.items():
        if count > 1:
            yield f"doubled: {count} mails {subject!r}"


def _audit(stack: StackContext) -> Iterator[str]:
    command = [sys.executable, "-m", "ops", "--front-door", stack.front_url, "audit", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own
    try:
        found = json.loads(ended.stdout)["findings"]
    except ValueError:
        yield f"the audit did not end: {ended.stderr[-300:]}"
        return
    for finding in found:
        yield f"audit: {finding['id']} — {finding['detail']}"


def _state(url: str) -> dict[str, Any]:
    answer = httpx.get(f"{url}/_admin/state", trust_env=False, timeout=60)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found
