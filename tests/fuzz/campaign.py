"""Generated requests to every operation of the document, and what their answers break.

Each operation is first sent a request that must succeed, so that its success is checked as well.
Then come requests that keep the document and requests that break it, with a real token and half
of the time with real ids.
"""

from __future__ import annotations

import functools
import json
import secrets
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from local.demo.people import CHEN, PASSWORD
from tests.fuzz.ground import Customer, Ground

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
SERVER_ERROR = 500
BAD_REQUEST = 400
Prepared = dict[str, Any]


@dataclass
class Tally:
    """What one operation was sent and answered."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)
    """By check, the first failure and the request that it came from."""

    @property
    def succeeded(self) -> bool:
        return any(status < BAD_REQUEST for status in self.statuses)

    @property
    def server_errors(self) -> int:
        return sum(n for status, n in self.statuses.items() if status >= SERVER_ERROR)


class Campaign:
    """All operations of the document against one stack."""

    def __init__(self, ground: Ground, *, examples: int, seed: int | None = None) -> None:
        self._ground = ground
        self._examples = examples
        self._seed = seed
        self._schema = schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text()))
        self._schema.config.update(base_url=ground.api)
        self.tallies: dict[str, Tally] = {}
        self._session = requests.Session()

    def run(self) -> None:
        """Send everything; what breaks is in `tallies`."""
        for result in self._schema.get_all_operations():
            assert isinstance(result, Ok), "the document has an operation that cannot be read"
            operation = result.ok()
            name = operation.definition.raw["operationId"]
            tally = self.tallies.setdefault(name, Tally())
            self._ground.renew()
            for prepared in self._successes(name):
                self._send(operation.Case(**prepared), tally)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                self._generate(operation, name, mode, tally)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def table(self) -> str:
        """One line for each operation."""
        lines = [f"{'operation':24} {'cases':>6} {'2xx':>5} {'4xx':>6} {'5xx':>4}  broken"]
        for name, tally in sorted(self.tallies.items()):
            good = sum(n for s, n in tally.statuses.items() if s < BAD_REQUEST)
            bad = tally.cases - good - tally.server_errors
            broken = ", ".join(sorted(tally.broken)) or "-"
            lines.append(
                f"{name:24} {tally.cases:>6} {good:>5} {bad:>6} {tally.server_errors:>4}  {broken}"
            )
        total = sum(tally.cases for tally in self.tallies.values())
        errors = sum(tally.server_errors for tally in self.tallies.values())
        lines.append(f"{'all':24} {total:>6} cases, {errors} server errors")
        return "\n".join(lines)

    def _generate(self, operation: Any, name: str, mode: GenerationMode, tally: Tally) -> None:
        fixed = self._fixed(name)
        try:
            cases = operation.as_strategy(generation_mode=mode)
            cases.validate()
        except Exception:  # noqa: BLE001  # nothing to break, or nothing to vary
            return

        @settings(
            max_examples=self._examples,
            deadline=None,
            database=None,
            derandomize=self._seed is None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases, real=st.booleans())
        def send(case: Any, real: bool) -> None:
            case.headers.update(fixed.get("headers", {}))
            if real and "path_parameters" in fixed:
                case.path_parameters.update(fixed["path_parameters"])
            # The local front door's router takes a line break for the end of a path.
            assume(not any("\n" in str(part) for part in case.path_parameters.values()))
            self._send(case, tally)

        try:
            send()
        except Unsatisfiable:
            return  # the document leaves nothing to break here

    def _send(self, case: Any, tally: Tally) -> None:
        tally.cases += 1
        try:
            response = case.call(session=self._session)
        except Exception as error:  # noqa: BLE001  # an HTTP client refuses some of what is made
            tally.statuses[0] += 0
            tally.broken.setdefault(f"not sent: {type(error).__name__}", str(error)[:300])
            tally.cases -= 1
            return
        tally.statuses[response.status_code] += 1
        for check in CHECKED:
            try:
                case.validate_response(response, checks=[CHECKS.get_one(check)])
            except (Exception, FailureGroup) as failure:  # noqa: BLE001  # whatever a check finds
                text = f"{failure}\n{case.as_curl_command()}\n{response.text[:500]}"
                tally.broken.setdefault(f"{check} ({response.status_code})", text)

    # Real values

    def _fixed(self, name: str) -> Prepared:
        """Token and ids for generated requests; what may suffer is the victim's."""
        ground = self._ground
        harmful = {"change_password", "update_address", "create_order"}
        who = ground.victim if name in harmful else ground.owner
        paths = {
            "get_order": {"sfOrderId": ground.order_id},
            "cancel_order": {"sfOrderId": ground.waiting_order_id},
            "get_invoice": {"invoiceId": ground.invoice_id},
            "get_product": {"sku": "ESIM-DATA-5GB"},
            "get_subscription": {"id": ground.subscription_id},
            "get_esim": {"id": ground.esim_id},
            "start": {"sfOrderId": ground.order_id},
            "list_topup_offers": {"id": ground.esim_id},
            "start_topup": {"id": ground.esim_id},
            "start_reissue": {"id": ground.esim_id},
            "get_operation": {"id": ground.operation_id},
            "esim_hint": {"token": "guessed-0123456789abcdef"},
        }
        fixed: Prepared = {"headers": dict(who.bearer)}
        return fixed | ({"path_parameters": paths[name]} if name in paths else {})

    def _successes(self, name: str) -> list[Prepared]:
        """Requests that the operation must carry out."""
        own = getattr(self, f"_to_{name}", None)
        if own is not None:
            made: Prepared | list[Prepared] = own()
            return made if isinstance(made, list) else [made]
        return [self._fixed(name)]

    def _json(self, body: Any, customer: Customer | None = None) -> Prepared:
        headers = dict(customer.bearer) if customer else {}
        return {"body": body, "media_type": "application/json", "headers": headers}

    def _to_signup(self) -> Prepared:
        return self._json(self._ground.person().signup())

    def _to_link_whmcs(self) -> Prepared:
        return self._json({"email": CHEN.email, "password": PASSWORD, "sfNumber": CHEN.number})

    def _to_request_signup_proof(self) -> Prepared:
        return self._json({"sfNumber": self._ground.person().number})

    def _to_login(self) -> list[Prepared]:
        body = {"email": self._ground.owner.person.email, "password": PASSWORD}
        browser = self._json(body)
        browser["headers"] = {"X-Portal-Client": "browser"}
        return [self._json(body), browser]

    def _to_refresh(self) -> Prepared:
        return self._json({"refreshToken": self._ground.owner.refresh_token})

    def _to_logout(self) -> Prepared:
        return self._json({"refreshToken": self._ground.victim.refresh_token})

    def _to_request_password_reset(self) -> Prepared:
        return self._json({"email": self._ground.victim.person.email})

    def _to_reset_password(self) -> Prepared:
        token = self._ground.reset_token(self._ground.customer())
        return self._json({"token": token, "newPassword": f"{PASSWORD}{secrets.token_hex(2)}"})

    def _to_change_password(self) -> Prepared:
        body = {"currentPassword": PASSWORD, "newPassword": f"{PASSWORD}-2"}
        return self._json(body, self._ground.customer())

    def _to_sso_link(self) -> Prepared:
        return self._json({"destination": "home"}, self._ground.owner)

    def _to_update_address(self) -> Prepared:
        return self._json({"city": "Kyoto"}, self._ground.victim)

    def _to_create_order(self) -> list[Prepared]:
        body = {"items": [{"sku": "ESIM-DATA-5GB", "quantity": 1}]}
        once = functools.partial(self._json, body, self._ground.owner)
        return [once(), once()]

    def _to_start_topup(self) -> Prepared:
        made = self._json({"offerId": self._ground.offer()})
        made["headers"] = self._ground.fresh_bearer()
        return made | {"path_parameters": {"id": self._ground.esim_id}}

    def _to_start_reissue(self) -> Prepared:
        made = self._json({"reason": "new-phone", "confirmLoss": True})
        made["headers"] = self._ground.fresh_bearer()
        return made | {"path_parameters": {"id": self._ground.esim_id}}

    def _to_start(self) -> Prepared:
        order_id = self._ground.order_id
        return {
            "path_parameters": {"sfOrderId": order_id},
            "headers": self._ground.signature(order_id),
        }
