"""The smoke test against a portal in memory: what it leaves behind, what it says of failures."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from portal.domain.upstream import OutcomeUnknown, Unavailable
from portal.ports.portal_api import ApiAnswer
from portal.smoke.model import SmokeStep, StepResult, Synthetic
from portal.smoke.run import Smoke

CUSTOMER = Synthetic("smoke@example.com", "a password", "CALLBACK")
STEPS = [step.value for step in SmokeStep]


def problem(status: int, slug: str, **more: Any) -> ApiAnswer:
    return ApiAnswer(status, {"type": f"https://x/problems/{slug}", **more}, "ref-12345")


@dataclass
class MemoryPortal:
    """`PortalApi` with orders; `answers` replace what an operation says, `lost` loses answers."""

    products: list[str] = field(default_factory=lambda: ["OTHER", "CALLBACK"])
    orders: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    answers: dict[str, ApiAnswer | Exception] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    signed_in: bool = False

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> ApiAnswer:
        name = f"{method} {path.partition('?')[0]}"
        name = "GET /orders/one" if name.startswith("GET /orders/") else name
        name = "POST /orders/cancel" if name.endswith("/cancel") else name
        self.calls.append(name)
        planned = self.answers.get(name)
        if isinstance(planned, Exception):
            raise planned
        if planned is not None:
            return planned
        assert name.startswith("POST /auth/login") or token == "token-1"
        answer = self._answer(name, path, body or {}, key)
        if self.lost.get(name, 0):
            self.lost[name] -= 1
            raise OutcomeUnknown("portal", name, "no answer")
        return answer

    def _answer(self, name: str, path: str, body: Mapping[str, Any], key: str) -> ApiAnswer:
        if name == "POST /auth/login":
            self.signed_in = True
            return ApiAnswer(200, {"accessToken": "token-1", "refreshToken": "refresh-1"})
        if name == "POST /auth/logout":
            self.signed_in = False
            return ApiAnswer(204)
        if name == "GET /orders":
            return ApiAnswer(200, {"items": [self._shown(order) for order in self.orders]})
        if name == "GET /catalog/personalized":
            return ApiAnswer(200, {"items": [{"sku": sku} for sku in self.products]})
        if name == "POST /orders":
            order = self.keys.setdefault(key, f"801-{len(self.keys) + 1}")
            self.orders.setdefault(order, "pending_review")
            return ApiAnswer(201, self._shown(order))
        order = path.split("/")[2]
        if name == "POST /orders/cancel":
            self.orders[order] = "cancelled"
        return ApiAnswer(200, self._shown(order))

    def _shown(self, order: str) -> dict[str, str]:
        return {"sfOrderId": order, "orderNumber": f"#{order}", "status": self.orders[order]}


def run(portal: MemoryPortal) -> dict[str, StepResult]:
    ticks = itertools.count()
    smoke = Smoke(portal, CUSTOMER, lambda: next(ticks) / 4)
    return {result.step.value: result for result in smoke.run()}


def failed(results: dict[str, StepResult]) -> StepResult:
    (bad,) = [result for result in results.values() if not result.passed]
    return bad


def test_a_run_passes_and_leaves_no_order_and_no_session() -> None:
    portal = MemoryPortal()
    results = run(portal)
    assert list(results) == STEPS
    assert all(result.passed for result in results.values())
    assert all(result.seconds == 0.25 for result in results.values())
    assert (list(portal.orders.values()), portal.signed_in) == (["cancelled"], False)


def test_what_a_dead_run_left_is_cancelled_first_and_nothing_else_is() -> None:
    portal = MemoryPortal(
        orders={"801-left": "pending_review", "801-older": "cancelled", "801-done": "queued"}
    )
    results = run(portal)
    assert "#801-left" in results["clean-up"].found
    assert portal.orders == {
        "801-left": "cancelled",
        "801-older": "cancelled",
        "801-done": "queued",
        "801-1": "cancelled",
    }
    assert portal.calls.count("POST /orders/cancel") == 2


@pytest.mark.parametrize("name", ["POST /auth/login", "POST /orders", "POST /orders/cancel"])
def test_a_lost_answer_is_asked_for_again(name: str) -> None:
    portal = MemoryPortal(lost={name: 2})
    assert all(result.passed for result in run(portal).values())
    assert list(portal.orders.values()) == ["cancelled"]


def test_an_order_whose_every_answer_is_lost_is_cancelled_by_the_next_run() -> None:
    portal = MemoryPortal(lost={"POST /orders": 3})
    assert failed(run(portal)).step is SmokeStep.ORDER
    assert list(portal.orders.values()) == ["pending_review"]
    run(portal)
    assert set(portal.orders.values()) == {"cancelled"}


UP = Unavailable("portal", "x", "no route")
FAILURES: list[tuple[str, ApiAnswer | Exception, str, str]] = [
    ("POST /auth/login", problem(401, "invalid-credentials"), "sign-in", "make secrets"),
    ("POST /auth/login", problem(429, "rate-limited"), "sign-in", "less often"),
    ("POST /auth/login", ApiAnswer(403, {}), "sign-in", "in front of it"),
    ("POST /auth/login", ApiAnswer(200, {}), "sign-in", "not the portal"),
    ("POST /auth/login", UP, "sign-in", "public address"),
    ("GET /orders", problem(409, "account-not-mapped"), "clean-up", "ops users"),
    ("GET /orders", problem(503, "upstream-unavailable"), "clean-up", "make doctor"),
    ("GET /catalog/personalized", ApiAnswer(200, {"items": []}), "catalogue", "SMOKE_SKU"),
    ("GET /catalog/personalized", problem(500, "internal-error"), "catalogue", "reference"),
    ("POST /orders", problem(409, "payment-method-required"), "order", "payment method"),
    (
        "POST /orders",
        problem(422, "cart-invalid", errors=[{"code": "option-required"}]),
        "order",
        "options have defaults",
    ),
    ("POST /orders", problem(504, "outcome-unknown"), "order", "make doctor"),
    ("POST /orders/cancel", problem(409, "order-not-cancellable"), "cancel", "flow of the org"),
    ("POST /orders/cancel", problem(502, "upstream-refused"), "cancel", "cancelled-status"),
    (
        "GET /orders/one",
        ApiAnswer(200, {"status": "pending_review"}),
        "check",
        "ops order show",
    ),
    ("POST /auth/logout", ApiAnswer(502, {}), "sign-out", "make doctor"),
]


@pytest.mark.parametrize(("name", "answer", "step", "remedy"), FAILURES, ids=lambda v: str(v)[:40])
def test_each_failure_is_one_red_step_with_its_remedy(
    name: str, answer: ApiAnswer | Exception, step: str, remedy: str
) -> None:
    portal = MemoryPortal(answers={name: answer})
    results = run(portal)
    bad = failed(results)
    assert (bad.step.value, remedy in bad.remedy) == (step, True), bad
    assert bad.answered is not isinstance(answer, Exception)
    if isinstance(answer, ApiAnswer) and answer.reference:
        assert bad.reference == answer.reference
    after = STEPS[STEPS.index(step) + 1 : -1]
    assert not set(after) & set(results)
    assert portal.signed_in is (step == "sign-out")


def test_the_codes_of_a_refused_cart_are_shown() -> None:
    refused = problem(422, "cart-invalid", errors=[{"code": "option-required"}])
    bad = failed(run(MemoryPortal(answers={"POST /orders": refused})))
    assert bad.found == "422 cart-invalid (option-required)"


def test_no_result_names_the_customer_or_a_token() -> None:
    makers: list[Callable[[], MemoryPortal]] = [
        MemoryPortal,
        *(lambda a=(n, x): MemoryPortal(answers=dict([a])) for n, x, _, _ in FAILURES),
    ]
    for make in makers:
        text = str(run(make()))
        assert not any(word in text for word in ("smoke@", "a password", "token-1", "refresh-1"))
