"""The smoke test: a synthetic customer signs in, places an order and cancels it.

It may run at any time against production. Orders of the synthetic customer are never provisioned
(`functions/provision/steps/load.py`), and no mail tells of them (`functions/email/delivery.py`). A
run that dies leaves at most one order that waits for review; the next run cancels it first.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from portal.domain.upstream import OutcomeUnknown, Unavailable
from portal.ports.portal_api import ApiAnswer, PortalApi
from portal.smoke import remedies
from portal.smoke.model import SmokeStep, StepResult, Synthetic

MOST_ORDERS = 50
"""How far back orders of earlier runs are looked for: one page."""
TRIES = 3
IN_DOUBT = frozenset({"outcome-unknown", "in-progress"})
WAITING = "pending_review"


class Failed(Exception):  # reads as what happened
    """A step did not do what it should."""

    def __init__(
        self, found: str, remedy: str, *, answered: bool = True, reference: str = ""
    ) -> None:
        super().__init__(found)
        self.found, self.remedy = found, remedy
        self.answered, self.reference = answered, reference


@dataclass
class Smoke:
    """One run. `timer` returns seconds that only grow."""

    api: PortalApi
    customer: Synthetic
    timer: Callable[[], float]
    new_key: Callable[[], str] = lambda: f"smoke-{uuid.uuid4().hex}"

    def __post_init__(self) -> None:
        self._token = self._refresh_token = self._order = ""

    def run(self) -> Iterator[StepResult]:
        """Yield a result after each step.

        The steps after a failed one are left out, except for ending the session.
        """
        steps: tuple[tuple[SmokeStep, Callable[[], str]], ...] = (
            (SmokeStep.SIGN_IN, self._sign_in),
            (SmokeStep.CLEAN_UP, self._clean_up),
            (SmokeStep.CATALOGUE, self._catalogue),
            (SmokeStep.ORDER, self._place),
            (SmokeStep.CANCEL, self._cancel_order),
            (SmokeStep.CHECK, self._check),
        )
        for step, act in steps:
            result = self._timed(step, act)
            yield result
            if not result.passed:
                break
        if self._token:
            yield self._timed(SmokeStep.SIGN_OUT, self._sign_out)

    def _timed(self, step: SmokeStep, act: Callable[[], str]) -> StepResult:
        started = self.timer()
        try:
            found, failed = act(), None
        except Failed as error:
            found, failed = error.found, error
        except OutcomeUnknown as error:
            found, failed = str(error), Failed("", remedies.LOST, answered=False)
        except Unavailable as error:
            found, failed = str(error), Failed("", remedies.NOT_REACHED, answered=False)
        return StepResult(
            step=step,
            found=found,
            seconds=round(self.timer() - started, 3),
            remedy=failed.remedy if failed else "",
            answered=failed is None or failed.answered,
            reference=failed.reference if failed else "",
        )

    def _sign_in(self) -> str:
        body = {"email": self.customer.email, "password": self.customer.password}
        answer = self._done(
            SmokeStep.SIGN_IN, lambda: self.api.call("POST", "/auth/login", body=body)
        )
        self._token = _text(answer, "accessToken")
        self._refresh_token = str(answer.body.get("refreshToken") or "")
        return "the synthetic customer is signed in"

    def _clean_up(self) -> str:
        answer = self._done(
            SmokeStep.CLEAN_UP, lambda: self._signed("GET", f"/orders?limit={MOST_ORDERS}")
        )
        left = [order for order in answer.body.get("items") or () if order["status"] == WAITING]
        for order in left:
            self._called_off(SmokeStep.CLEAN_UP, str(order["sfOrderId"]))
        if not left:
            return "no order of an earlier run is left"
        numbers = ", ".join(str(order["orderNumber"]) for order in left)
        return f"cancelled what earlier runs left: {numbers}"

    def _catalogue(self) -> str:
        answer = self._done(
            SmokeStep.CATALOGUE, lambda: self._signed("GET", "/catalog/personalized")
        )
        items = answer.body.get("items") or ()
        sku = self.customer.sku
        if not any(item["sku"] == sku for item in items):
            raise Failed(
                f"{len(items)} products, and {sku} is not one of them",
                remedies.SKU,
                reference=answer.reference,
            )
        return f"{len(items)} products, {sku} is one of them"

    def _place(self) -> str:
        key = self.new_key()
        body = {"items": [{"sku": self.customer.sku, "quantity": 1}]}
        answer = self._done(
            SmokeStep.ORDER, lambda: self._signed("POST", "/orders", body=body, key=key)
        )
        self._order = _text(answer, "sfOrderId")
        return f"order {answer.body.get('orderNumber')} is placed"

    def _cancel_order(self) -> str:
        self._called_off(SmokeStep.CANCEL, self._order)
        return "it is cancelled"

    def _check(self) -> str:
        answer = self._done(SmokeStep.CHECK, lambda: self._signed("GET", f"/orders/{self._order}"))
        status = answer.body.get("status")
        if status != "cancelled":
            raise Failed(
                f"its status is {status}", remedies.STILL_THERE, reference=answer.reference
            )
        return "it shows as cancelled"

    def _sign_out(self) -> str:
        sent = {"body": {"refreshToken": self._refresh_token}} if self._refresh_token else {}
        self._done(SmokeStep.SIGN_OUT, lambda: self._signed("POST", "/auth/logout", **sent))
        return "the session has ended"

    def _called_off(self, step: SmokeStep, order_id: str) -> None:
        self._done(step, lambda: self._signed("POST", f"/orders/{order_id}/cancel"))

    def _signed(self, method: str, path: str, **options: Any) -> ApiAnswer:
        return self.api.call(method, path, token=self._token, **options)

    def _done(self, step: SmokeStep, send: Callable[[], ApiAnswer]) -> ApiAnswer:
        """Send a request until its outcome is known, and return its success. Raises Failed.

        Every request of a run may be repeated: orders have a key, and cancelling is idempotent.
        """
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                answer = send()
            except OutcomeUnknown:
                if last:
                    raise
                continue
            if answer.ok:
                return answer
            if last or answer.slug not in IN_DOUBT:
                raise Failed(
                    remedies.described(answer),
                    remedies.remedy(step, answer),
                    reference=answer.reference,
                )
        raise AssertionError  # the last try returns or raises


def _text(answer: ApiAnswer, name: str) -> str:
    value = answer.body.get(name)
    if not isinstance(value, str) or not value:
        raise Failed(
            f"{answer.status} without {name}", remedies.NOT_PORTAL, reference=answer.reference
        )
    return value
