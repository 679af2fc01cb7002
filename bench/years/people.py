"""What customers do: sign up, sign in, keep cards, order and cancel, top up, lose phones, forget
passwords.

A customer repeats what was not answered, as a front end does: the same request with the same key.
What a customer has asked for and been told is kept, because the oracle judges by it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.years.business import Business
from bench.years.lambdas import Answer, Lambdas
from bench.years.world import World
from local.demo.people import EVERYBODY
from local.emulators.whmcs.actions.pay_methods import pay_methods_of, store_card

HOUR = 3_600.0
DAY = 24 * HOUR
SERVER_ERROR, TOO_MANY, UNAUTHENTICATED, CONFLICT = 500, 429, 401, 409
GOOD_CARD, DECLINING_CARD = "4242424242424242", "4000000000000341"
GIVES_UP_AFTER = 14
RESET_LINK = re.compile(r"/reset-password#token=([A-Za-z0-9_-]+)")
# What a repetition of the same request can solve, beside server errors.
PASSING = frozenset({"in-progress", "too-many-requests", "rate-limited"})


@dataclass
class Wish:
    """Something that a customer wants exactly once, and what came of it."""

    kind: str
    key: str
    customer: Customer
    request: Callable[[], Answer] = field(repr=False)
    answers: list[int] = field(default_factory=list)
    problem: str = ""
    result: dict[str, Any] | None = None
    open: bool = True


@dataclass
class Customer:
    """A person with a customer number, and what the person knows.

    `other_password` is tried too when it is not certain which of two passwords holds.
    """

    serial: int
    account_id: str
    number: str
    email: str
    password: str
    first_name: str
    last_name: str
    linked: bool
    other_password: str = ""
    signed_up: bool = False
    token: str = ""
    token_ends: float = 0.0
    refresh_token: str = ""
    session_kept: bool = False
    claims: dict[str, str] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address that the person's requests come from."""
        return f"198.51.{self.serial // 250}.{self.serial % 250 + 1}"


@dataclass
class Behaviour:
    """How impatient and careless customers are; all are probabilities."""

    double_click: float = 0.15
    gives_up: float = 0.05
    installs: float = 0.7
    remembers_password: float = 0.8
    phones: float = 0.12


class Customers:
    """All customers, each a task of its own. `only` is in the names of all that they do."""

    def __init__(self, world: World, lambdas: Lambdas, business: Business, only: str = "") -> None:
        self._only = only
        self._world = world
        self._lambdas = lambdas
        self._business = business
        self._behaviour = Behaviour()
        self.everybody: list[Customer] = []
        self.failures: list[str] = []
        self.edited_orders: frozenset[str] = frozenset()
        self.orders_cancelled_by_staff: frozenset[str] = frozenset()
        self.support: Callable[[str], None] = lambda _: None

    def arrive(self, serial: int, *, linked: bool) -> Customer:
        """Give a new customer a record in Salesforce, and an older login in WHMCS if `linked`."""
        model = EVERYBODY[serial % len(EVERYBODY)]
        number, email = f"CN-{700_000 + serial}", f"customer-{serial}@mail.example"
        account = {
            "FirstName": model.first_name,
            "LastName": model.last_name,
            "PersonEmail": email if serial % 7 else f"other-{serial}@mail.example",
            "Phone": model.phone,
            "Customer_Number__c": number,
            "Portal_Dwelling__c": "Home",
            "Portal_Tier__c": "1G",
            "Portal_Region__c": "East Japan",
        }
        made = self._business.backdoor(
            self._business.salesforce, "POST", "/services/data/v63.0/sobjects/Account", account
        )
        customer = Customer(
            serial=serial,
            account_id=made["id"],
            number=number,
            email=email,
            password=f"Sakura-Train-{serial}",
            first_name=model.first_name,
            last_name=model.last_name,
            linked=linked,
        )
        if linked:
            self._make_client(customer)
        self.everybody.append(customer)
        return customer

    def live(self, customer: Customer, until: float) -> None:
        """The whole of a customer's days, as a task."""
        chance = self._world.random
        while not customer.signed_up and self._world.now < until:
            self._sign_up(customer)
            if not customer.signed_up:
                self._world.sleep(chance.uniform(0.2, 6) * HOUR)
        doings = [one for one in self._doings() if self._only in one[1].__name__]
        if customer.signed_up:
            self._add_card(customer)
            self._sign_in(customer)
            self._order(customer)
        while self._world.now < until:
            weights = [weight for weight, _ in doings]
            (_, do) = chance.choices(doings, weights)[0]
            self._stay_signed_in(customer)
            do(customer)
            self._world.sleep(chance.expovariate(1 / (4 * HOUR)) + 60)

    def _doings(self) -> list[tuple[float, Callable[[Customer], None]]]:
        """What customers do, with how often they do it."""
        return [
            (0.32, self._order),
            (0.05, self._cancel_order),
            (0.08, self._look),
            (0.16, self._top_up),
            (0.12, self._reissue),
            (0.08, self._add_card),
            (0.05, self._remove_cards),
            (0.08, self._reset_password),
            (0.06, self._sign_in),
        ]

    def press_on(self, customer: Customer) -> None:
        """In calm times, repeat everything that was not answered yet. Nothing may stay so."""
        for wish in [wish for wish in customer.wishes if wish.open]:
            self._pursue(wish, certain=True)
            if wish.open:
                self.failures.append(
                    f"{wish.kind} {wish.key} of {customer.number} cannot be repeated:"
                    f" {wish.answers[-3:]} {wish.problem}"
                )

    def _wish(self, customer: Customer, kind: str, key: str, request: Callable[[], Answer]) -> Wish:
        wish = Wish(kind, key, customer, request)
        customer.wishes.append(wish)
        if self._world.random.random() < self._behaviour.double_click:
            gap = self._world.random.choice((0.0, 0.05, 0.4, 2.0))
            self._world.spawn(f"{kind} again", lambda: self._ask(wish), after=gap)
        self._pursue(wish)
        return wish

    def _pursue(self, wish: Wish, *, certain: bool = False) -> None:
        chance, wait = self._world.random, 1.0
        for _ in range(GIVES_UP_AFTER):
            answer = self._ask(wish)
            if not wish.open:
                return
            if not certain and chance.random() < self._behaviour.gives_up:
                return
            after = float(answer.headers.get("retry-after") or wait)
            self._world.sleep(min(after, HOUR) * chance.uniform(1.0, 1.3))
            wait = min(wait * 2, 600.0)

    def _ask(self, wish: Wish) -> Answer:
        answer = wish.request()
        wish.answers.append(answer.status)
        wish.problem = answer.problem
        self._world.note(
            f"{wish.customer.number} {wish.kind} {wish.key} {answer.status} {answer.problem}"
        )
        if answer.status == SERVER_ERROR:
            self.failures.append(f"{wish.kind} {wish.key}: status 500")
        passing = answer.status in {TOO_MANY, UNAUTHENTICATED} or answer.problem in PASSING
        if answer.status == UNAUTHENTICATED:
            wish.customer.token = ""
        if answer.status < SERVER_ERROR and not (passing or "retry-after" in answer.headers):
            wish.open = False
            if answer.status < 300 and answer.body:  # noqa: PLR2004  # success
                wish.result = answer.json()
        return answer

    def _send(self, customer: Customer, name: str, method: str, path: str, **more: Any) -> Answer:
        return self._lambdas.request(
            name, method, path, claims=customer.claims, address=customer.address, **more
        )

    def _sign_up(self, customer: Customer) -> None:
        model = EVERYBODY[customer.serial % len(EVERYBODY)]
        if customer.linked:
            name, path = "auth.link_whmcs", "/auth/link-whmcs"
            body: dict[str, Any] = {
                "email": customer.email,
                "password": customer.password,
                "sfNumber": customer.number,
            }
        else:
            name, path, body = "auth.signup", "/auth/signup", model.signup(customer.password)
            body |= {"email": customer.email, "sfNumber": customer.number}

        def request() -> Answer:
            return self._lambdas.request(name, "POST", path, body=body, address=customer.address)

        wish = next((w for w in customer.wishes if w.kind == "sign-up"), None)
        if wish is None:
            wish = self._wish(customer, "sign-up", customer.number, request)
        else:
            wish.open = True
            self._pursue(wish)
        customer.signed_up = wish.result is not None

    def _sign_in(self, customer: Customer) -> None:
        for _ in range(GIVES_UP_AFTER):
            body = {"email": customer.email, "password": customer.password}
            answer = self._lambdas.request(
                "auth.login", "POST", "/auth/login", body=body, address=customer.address
            )
            self._world.note(f"{customer.number} sign-in {answer.status} {answer.problem}")
            if answer.status == SERVER_ERROR:
                self.failures.append(f"sign-in of {customer.number}: status 500")
            if answer.status < 300:  # noqa: PLR2004  # success
                self._keep(customer, answer.json())
                return
            if answer.status == UNAUTHENTICATED and customer.other_password:
                passwords = customer.other_password, customer.password
                customer.password, customer.other_password = passwords
            self._world.sleep(self._world.random.uniform(5, 400))

    def _stay_signed_in(self, customer: Customer) -> None:
        """Use a token that has not ended: refresh it, or sign in."""
        if customer.token and customer.token_ends <= self._world.now:
            self._refresh(customer)
        if not customer.token:
            self._sign_in(customer)

    def _refresh(self, customer: Customer) -> None:
        """Refresh the session as pages do. One that nothing has ended must go on."""
        for _ in range(GIVES_UP_AFTER):
            sent, kept = customer.refresh_token, customer.session_kept
            answer = self._lambdas.request(
                "auth.refresh",
                "POST",
                "/auth/refresh",
                body={"refreshToken": sent},
                address=customer.address,
            )
            self._world.note(f"{customer.number} refresh {answer.status} {answer.problem}")
            if answer.status < 300:  # noqa: PLR2004  # success
                self._keep(customer, answer.json())
                return
            # The session may have been rotated, and the answer with the next token got lost.
            customer.session_kept = customer.session_kept and answer.status < SERVER_ERROR
            if answer.status == SERVER_ERROR:
                self.failures.append(f"refresh of {customer.number}: status 500")
            if answer.status == UNAUTHENTICATED:
                if kept:
                    self.failures.append(f"the session of {customer.number} was not refreshed")
                break
            self._world.sleep(self._world.random.uniform(1, 20))
        customer.token = ""

    def _keep(self, customer: Customer, tokens: dict[str, Any]) -> None:
        customer.token = tokens["accessToken"]
        customer.token_ends = self._world.now + float(tokens["expiresIn"])
        customer.refresh_token = tokens.get("refreshToken") or customer.refresh_token
        customer.session_kept = True
        customer.claims = _claims(customer.token)

    def _order(self, customer: Customer) -> None:
        chance = self._world.random
        serial = len(customer.wishes)
        items: list[dict[str, Any]] = [{"sku": f"ESIM-VOICE-{chance.choice((5, 10, 25))}GB"}]
        if chance.random() < 0.3:  # noqa: PLR2004  # of the orders
            items = [{"sku": f"ESIM-DATA-{chance.choice((5, 10))}GB", "quantity": 2}]
        if chance.random() < 0.4:  # noqa: PLR2004  # of the orders
            items.append({"sku": "VPN-LONDON"})
        if chance.random() < 0.15:  # noqa: PLR2004  # of the orders
            items = [{"sku": "INSTALLATION-SINGLE"}]
        key = f"cart-{customer.serial}-{serial}"
        self._wish(
            customer,
            "order",
            key,
            lambda: self._send(
                customer,
                "orders.create_order",
                "POST",
                "/orders",
                body={"items": items},
                headers={"Idempotency-Key": key},
            ),
        )

    def _top_up(self, customer: Customer) -> None:
        listed = self._send(customer, "subscriptions.list_subscriptions", "GET", "/subscriptions")
        if listed.status != 200:  # noqa: PLR2004  # success
            return
        active = [one for one in listed.json()["items"] if one["status"] == "active"]
        if not active:
            return
        service = self._world.random.choice(active)["id"]
        offers = self._send(
            customer,
            "operations.list_topup_offers",
            "GET",
            f"/subscriptions/{service}/topup-offers",
        )
        self._world.note(f"{customer.number} offers of {service} {offers.status} {offers.problem}")
        if offers.status != 200 or not offers.json()["items"]:  # noqa: PLR2004  # success
            return
        offer = self._world.random.choice(offers.json()["items"])["offerId"]
        key = f"topup-{customer.serial}-{len(customer.wishes)}"
        wish = self._wish(
            customer,
            "top-up",
            key,
            lambda: self._send(
                customer,
                "operations.start_topup",
                "POST",
                f"/subscriptions/{service}/topup",
                body={"offerId": offer},
                headers={"Idempotency-Key": key},
            ),
        )
        self._perhaps_phone(wish)

    def _cancel_order(self, customer: Customer) -> None:
        """Cancel an order of one's own, also one that is set up already."""
        placed = [w.result for w in customer.wishes if w.kind == "order" and w.result]
        if not placed:
            return
        order_id = str(self._world.random.choice(placed)["sfOrderId"])
        path = f"/orders/{order_id}/cancel"
        self._wish(
            customer,
            "cancel",
            order_id,
            lambda: self._send(customer, "orders.cancel_order", "POST", path),
        )

    def _reissue(self, customer: Customer) -> None:
        """Want another eSIM. The pages ask for the password before; some do it too late."""
        found = self._esim(customer)
        if found is None:
            return
        chance, (service, iccid) = self._world.random, found
        if chance.random() < self._behaviour.installs:
            self._business.esim.install(iccid)
        if chance.random() < self._behaviour.remembers_password:
            customer.token = ""
        reason = chance.choice(("lost", "new-phone", "broken"))
        key = f"reissue-{customer.serial}-{len(customer.wishes)}"

        def request() -> Answer:
            if not customer.token:
                self._sign_in(customer)
            return self._send(
                customer,
                "operations.start_reissue",
                "POST",
                f"/subscriptions/{service}/reissue-esim",
                body={"reason": reason, "confirmLoss": True},
                headers={"Idempotency-Key": key},
            )

        self._perhaps_phone(self._wish(customer, "reissue", key, request))

    def _perhaps_phone(self, wish: Wish) -> None:
        """Ask support to stop an operation that was just begun."""
        wanted = self._world.random.random() < self._behaviour.phones
        if wanted and wish.result is not None:
            self.support(str(wish.result["operationId"]))

    def _esim(self, customer: Customer) -> tuple[str, str] | None:
        """Return the id and the ICCID of one of the customer's services with an eSIM."""
        listed = self._send(customer, "subscriptions.list_subscriptions", "GET", "/subscriptions")
        if listed.status != 200:  # noqa: PLR2004  # success
            return None
        active = [one["id"] for one in listed.json()["items"] if one["status"] == "active"]
        self._world.random.shuffle(active)
        for service in active:
            shown = self._send(
                customer, "subscriptions.get_subscription", "GET", f"/subscriptions/{service}"
            )
            esim = shown.json()["esim"] if shown.status == 200 else None  # noqa: PLR2004  # success
            if esim is not None and esim["iccid"]:
                return str(service), str(esim["iccid"])
        return None

    def _look(self, customer: Customer) -> None:
        for name, path in (
            ("orders.list_orders", "/orders"),
            ("billing.list_invoices", "/billing/invoices"),
            ("auth.me", "/me"),
        ):
            answer = self._send(customer, name, "GET", path)
            if answer.status == SERVER_ERROR:
                self.failures.append(f"GET {path} of {customer.number}: status 500")

    def _reset_password(self, customer: Customer) -> None:
        asked = self._lambdas.request(
            "auth.request_password_reset",
            "POST",
            "/auth/request-password-reset",
            body={"email": customer.email},
            address=customer.address,
        )
        self._world.note(f"{customer.number} reset {asked.status}")
        if asked.status != 202:  # noqa: PLR2004  # accepted
            return
        self._world.sleep(self._world.random.uniform(60, 1_200))
        token = self._last_reset_token(customer)
        if token is None:
            return
        fresh = f"Sakura-Train-{customer.serial}-{self._world.random.randrange(10**6)}"
        wish = self._wish(
            customer,
            "new password",
            f"reset-{customer.serial}-{len(customer.wishes)}",
            lambda: self._lambdas.request(
                "auth.reset_password",
                "POST",
                "/auth/reset-password",
                body={"token": token, "newPassword": fresh},
                address=customer.address,
            ),
        )
        if 204 in wish.answers:  # noqa: PLR2004  # success
            customer.password, customer.other_password = fresh, ""
        else:  # it may have taken effect, or do so now: a double click is two requests
            customer.password, customer.other_password = fresh, customer.password
        customer.token, customer.session_kept = "", False

    def _last_reset_token(self, customer: Customer) -> str | None:
        for mail in reversed(self._business.sendgrid.mails):
            if any(one["email"] == customer.email for one in mail["to"]):
                found = RESET_LINK.search(mail["text"] or "")
                if found:
                    return found[1]
        return None

    def _client(self, customer: Customer) -> Any:
        return self._business.whmcs.store.client_by_email(customer.email)

    def _add_card(self, customer: Customer) -> None:
        client = self._client(customer)
        if client is not None:
            number = GOOD_CARD if self._world.random.random() < 0.9 else DECLINING_CARD  # noqa: PLR2004  # of the cards
            context = self._business.whmcs.context()
            store_card(context, client, number=number, expiry="1239", gateway="stripe")
            self._world.note(f"{customer.number} adds a card")

    def _remove_cards(self, customer: Customer) -> None:
        client = self._client(customer)
        if client is not None:
            context = self._business.whmcs.context()
            for method in pay_methods_of(context, client):
                context.store.pay_methods.remove(method.id)
            self._world.note(f"{customer.number} removes all cards")

    def _make_client(self, customer: Customer) -> None:
        self._business.whmcs.seed(
            {
                "clients": [
                    {
                        "firstname": customer.first_name,
                        "lastname": customer.last_name,
                        "email": customer.email,
                        "password2": customer.password,
                        "address1": "1-2-3 Shibakoen",
                        "city": "Minato-ku",
                        "state": "Tokyo",
                        "postcode": "105-0011",
                        "country": "JP",
                        "phonenumber": "+81312345601",
                        "customfields": {"1": customer.number},
                    }
                ]
            }
        )


def _claims(token: str) -> dict[str, str]:
    """Return the claims of an ID token as the authorizer hands them over, which is as texts."""
    part = token.split(".")[1]
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return {name: str(value) for name, value in found.items()}
