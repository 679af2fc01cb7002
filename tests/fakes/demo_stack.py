"""A whole stack in one small application: just enough for the front door and the demo.

`Mistakes` make it break single promises, to see that the demo notices.
"""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, field
from typing import Any

import segno
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.demo.cart import CART, suits
from local.demo.people import CHEN, EVERYBODY
from local.demo.products import OFFERED
from local.demo.whmcs_check import ordered_options
from local.front.proxy import ANY_PATH

ORDER_ID = "8015j0000000001AAA"
LPA = "LPA:1$smdp.gigs.com$2M-3L0MX-F8HE2"
NEW_LPA = "LPA:1$smdp.gigs.com$7K-9Q2WE-R4TY6"
PROBLEM = "application/problem+json"
OTHERS = ("salesforce", "gigs", "sendgrid")
SNAPSHOT = {
    "version": 1,
    "selections": [
        {
            "kind": "choice",
            "optionId": "router",
            "label": "Wi-Fi router",
            "value": "wifi6",
            "valueLabel": "Wi-Fi 6 rental",
            "whmcsOptionId": 1,
            "whmcsChoiceId": 2,
        },
        {
            "kind": "yesno",
            "optionId": "remote-support",
            "label": "English remote support",
            "value": True,
            "whmcsOptionId": 3,
        },
        {
            "kind": "quantity",
            "optionId": "fixed-ip",
            "label": "Fixed IPv4 addresses",
            "value": 0,
            "whmcsOptionId": 2,
        },
    ],
}


@dataclass
class Mistakes:
    """Promises to break; all kept by default."""

    order_without_card: bool = False
    second_order_on_replay: bool = False
    double_whmcs_order: bool = False
    wrong_qr: bool = False
    option_lost: bool = False
    fails: bool = False
    offers_hidden: bool = False
    tells_accounts_apart: bool = False
    reset_works_twice: bool = False
    session_outlives_reset: bool = False
    linking_makes_a_client: bool = False
    tops_up_twice: bool = False
    charges_without_data: bool = False
    top_up_fails: bool = False
    reissues_twice: bool = False
    reissue_fails: bool = False
    keeps_the_code: bool = False
    leaves_the_old_line: bool = False
    mails_the_old_code: bool = False


@dataclass
class FakeStack:
    """State of the fake; `app()` serves API Gateway, Salesforce, WHMCS, Gigs and SendGrid."""

    mistakes: Mistakes = field(default_factory=Mistakes)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    clients: list[dict[str, Any]] = field(default_factory=list)
    has_card: bool = False
    orders: int = 0
    presses: int = 0
    apex_calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    apex_failure: tuple[int, dict[str, Any]] | None = None
    outcome: dict[str, Any] = field(default_factory=dict)
    order_status: str = "Pending Review"
    needs_approval: bool = True
    order_changes: list[dict[str, Any]] = field(default_factory=list)
    provisioned: bool = False
    provisioning_status: str = ""
    scheduled_at: str | None = None
    queries: list[str] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    valid_tokens: set[str] = field(default_factory=set)
    logins: int = 0
    calls: list[dict[str, Any]] | None = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    reset_tokens: dict[str, str] = field(default_factory=dict)
    unknown_asked: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    reissues: list[str] = field(default_factory=list)
    installed: list[str] = field(default_factory=list)
    old_clients: list[dict[str, Any]] = field(
        default_factory=lambda: [{"id": 901, "email": CHEN.email}]
    )

    def app(self) -> Starlette:
        """Everything under one roof, told apart by the first segment of the path."""
        post = ["POST"]
        return Starlette(
            routes=[
                Route(
                    f"/gateway/api/echo/{{rest:{ANY_PATH}}}",
                    self.echo,
                    methods=["GET", *post, "PATCH"],
                ),
                Route("/gateway/api/health", self.health),
                Route("/gateway/api/auth/signup", self.signup, methods=post),
                Route("/gateway/api/auth/login", self.login, methods=post),
                Route("/gateway/api/auth/link-whmcs", self.link_whmcs, methods=post),
                Route("/gateway/api/auth/refresh", self.refresh, methods=post),
                Route("/gateway/api/auth/request-password-reset", self.ask_reset, methods=post),
                Route("/gateway/api/auth/reset-password", self.reset, methods=post),
                Route("/gateway/api/auth/sso-link", self.sso_link, methods=post),
                Route("/gateway/api/catalog", self.catalog),
                Route("/gateway/api/catalog/personalized", self.personalized),
                Route("/gateway/api/billing/payment-methods/summary", self.summary),
                Route("/gateway/api/orders", self.preflight, methods=["OPTIONS"]),
                Route("/gateway/api/orders", self.create_order, methods=post),
                Route("/gateway/api/orders/{id}", self.read_order),
                Route("/gateway/api/subscriptions", self.subscriptions),
                Route("/gateway/api/subscriptions/{id}", self.subscription),
                Route("/gateway/api/subscriptions/{id}/topup-offers", self.topup_offers),
                Route("/gateway/api/subscriptions/{id}/topup", self.topup, methods=post),
                Route("/gateway/api/subscriptions/{id}/reissue-esim", self.reissue, methods=post),
                Route("/gateway/api/operations/{id}", self.operation),
                Route("/salesforce/services/oauth2/token", self.token, methods=post),
                Route("/salesforce/services/data/v63.0/query", self.query),
                Route(
                    "/salesforce/services/data/v63.0/sobjects/Order/{id}",
                    self.update_order,
                    methods=["PATCH"],
                ),
                Route("/salesforce/_admin/apex/aura/{cls}/{method}", self.apex, methods=post),
                Route("/salesforce/_admin/seed", self.seed_salesforce, methods=post),
                Route("/whmcs/account/paymentmethods", self.card_list),
                Route("/whmcs/account/paymentmethods/add", self.card_page, methods=["GET", *post]),
                Route("/whmcs/_admin/state", self.whmcs_state),
                Route("/whmcs/_admin/journal", self.journal),
                *(Route(f"/{name}/_admin/journal", self.no_calls) for name in OTHERS),
                Route("/gigs/_admin/state", self.gigs_state),
                Route("/gigs/_admin/esim-profile", self.install, methods=post),
                Route("/sendgrid/_admin/state", self.sendgrid_state),
            ]
        )

    async def echo(self, request: Request) -> Response:
        """Shows what arrived; answers with awkward headers."""
        body = await request.body()
        answer = JSONResponse(
            {
                "method": request.method,
                "path": request.scope["raw_path"].decode(),
                "query": request.scope["query_string"].decode(),
                "headers": [[k.decode(), v.decode()] for k, v in request.headers.raw],
                "body": base64.b64encode(body).decode(),
            },
            status_code=int(request.query_params.get("status", "200")),
        )
        answer.raw_headers += [
            (b"set-cookie", b"refresh=a; HttpOnly"),
            (b"set-cookie", b"other=b"),
            (b"connection", b"x-internal"),
            (b"x-internal", b"not for you"),
            (b"date", b"Sun, 22 Nov 2026 09:00:00 GMT"),
        ]
        return answer

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def preflight(self, _: Request) -> Response:
        """As ministack: the first configured origin, whoever asks."""
        return Response("", 204, {"Access-Control-Allow-Origin": "http://first.example"})

    async def signup(self, request: Request) -> Response:
        body = await request.json()
        numbers = {p.number for p in EVERYBODY} | {a["Customer_Number__c"] for a in self.accounts}
        if body["sfNumber"] not in numbers:
            return _problem(422, "customer-number-unknown")
        if body["email"] in {client["email"] for client in self.old_clients}:
            return _problem(409, "whmcs-account-exists")
        self.clients.append({"id": len(self.clients) + 1, "email": body["email"]})
        self.passwords[body["email"]] = body["password"]
        self.mails.append(_mail(body["email"], "Welcome"))
        return JSONResponse(
            {"userId": "u-1", "email": body["email"], "sfNumber": body["sfNumber"]}, 201
        )

    async def login(self, request: Request) -> Response:
        body = await request.json()
        if self.passwords.get(body["email"]) != body["password"]:
            return _problem(401, "invalid-credentials")
        token = f"refresh-{len(self.refresh_tokens)}"
        self.refresh_tokens[token] = body["email"]
        return JSONResponse(
            {
                "accessToken": "id-token",
                "tokenType": "Bearer",
                "expiresIn": 900,
                "refreshToken": token,
            }
        )

    async def refresh(self, request: Request) -> Response:
        body = await request.json()
        if body["refreshToken"] not in self.refresh_tokens:
            return _problem(401, "invalid-refresh-token")
        return JSONResponse({"accessToken": "id-token", "tokenType": "Bearer", "expiresIn": 900})

    async def link_whmcs(self, request: Request) -> Response:
        body = await request.json()
        if self.mistakes.linking_makes_a_client:
            self.old_clients.append({"id": 902, "email": "second@mail.example"})
        self.passwords[body["email"]] = body["password"]
        return JSONResponse(
            {"userId": "u-2", "email": body["email"], "sfNumber": body["sfNumber"]}, 201
        )

    async def ask_reset(self, request: Request) -> Response:
        email = (await request.json())["email"]
        if email not in self.passwords:
            self.unknown_asked.append(email)
            tells = self.mistakes.tells_accounts_apart
            return JSONResponse({"known": False}, 202) if tells else Response("", 202)
        token = f"reset-{len(self.reset_tokens)}"
        self.reset_tokens[token] = email
        text = f"https://portal.example/reset-password#token={token}"
        self.mails.append(_mail(email, "Set a new password", text=text))
        return Response("", 202)

    async def reset(self, request: Request) -> Response:
        body = await request.json()
        email = self.reset_tokens.get(body["token"])
        if email is None:
            return _problem(422, "invalid-reset-token")
        if not self.mistakes.reset_works_twice:
            del self.reset_tokens[body["token"]]
        if not self.mistakes.session_outlives_reset:
            self.refresh_tokens = {t: e for t, e in self.refresh_tokens.items() if e != email}
        self.passwords[email] = body["newPassword"]
        return Response("", 204)

    async def sso_link(self, request: Request) -> Response:
        url = f"{request.url.scheme}://{request.url.netloc}/whmcs/account/paymentmethods"
        return JSONResponse({"url": url, "expiresAt": "2026-11-22T09:01:00Z"})

    async def catalog(self, _: Request) -> Response:
        extra = ["INTERNET-STAFF"] if self.mistakes.offers_hidden else []
        return JSONResponse({"items": [{"sku": s} for s in [*(p.sku for p in OFFERED), *extra]]})

    async def personalized(self, _: Request) -> Response:
        suitable = [p.sku for p in OFFERED if suits(p, EVERYBODY[0])]
        return JSONResponse({"items": [{"sku": sku} for sku in suitable]})

    async def summary(self, _: Request) -> Response:
        methods = [{"type": "card", "brand": "Visa", "lastFour": "4242", "expired": False}]
        return JSONResponse(
            {"hasPaymentMethod": self.has_card, "methods": methods if self.has_card else []}
        )

    async def create_order(self, _: Request) -> Response:
        if not (self.has_card or self.mistakes.order_without_card):
            return _problem(409, "payment-method-required")
        replayed = self.orders > 0
        self.orders += 1
        second = replayed and self.mistakes.second_order_on_replay
        order_id = "8015j0000000002AAA" if second else ORDER_ID
        return JSONResponse(
            {"sfOrderId": order_id, "orderNumber": "00000100", "status": "pending_review"},
            200 if replayed else 201,
            headers={"Idempotency-Replayed": "true"} if replayed else {},
        )

    async def read_order(self, _: Request) -> Response:
        status = "pending_review"
        if self.presses:
            status = "failed" if self.mistakes.fails else "provisioned"
        return JSONResponse(
            {"sfOrderId": ORDER_ID, "status": status, "lines": [], "timeline": [{"step": "load"}]}
        )

    async def subscriptions(self, _: Request) -> Response:
        return JSONResponse({"items": [{"id": "1"}, {"id": "2"}]})

    async def subscription(self, request: Request) -> Response:
        esim = {"state": "active"} if request.path_params["id"] == "2" else None
        return JSONResponse({"id": request.path_params["id"], "esim": esim})

    async def topup_offers(self, _: Request) -> Response:
        price = {"amount": "800", "currency": "JPY"}
        return JSONResponse({"items": [{"offerId": "offer-1", "name": "1 GB", "price": price}]})

    async def topup(self, request: Request) -> Response:
        key = request.headers["idempotency-key"]
        if self.mistakes.tops_up_twice:
            key = f"{key}-{len(self.operations)}"
        if key not in self.operations:
            self.operations.append(key)
        return JSONResponse({"operationId": f"topup-{key}", "status": "pending"}, 202)

    async def install(self, request: Request) -> Response:
        self.installed.append((await request.json())["sim"])
        return JSONResponse({})

    async def reissue(self, request: Request) -> Response:
        key = request.headers["idempotency-key"]
        if self.mistakes.reissues_twice:
            key = f"{key}-{len(self.reissues)}"
        if key not in self.reissues:
            self.reissues.append(key)
            code = LPA if self.mistakes.mails_the_old_code else NEW_LPA
            email = self.clients[-1]["email"]
            self.mails.append(_mail(email, "Your new eSIM", text=f"Code: {code}.", qr=code))
        return JSONResponse({"operationId": f"reissue-{key}", "status": "pending"}, 202)

    async def operation(self, request: Request) -> Response:
        reissue = request.path_params["id"].startswith("reissue-")
        failed = self.mistakes.reissue_fails if reissue else self.mistakes.top_up_fails
        return JSONResponse(
            {
                "operationId": request.path_params["id"],
                "status": "failed" if failed else "succeeded",
                "message": "It did not work." if failed else None,
            }
        )

    async def apex(self, request: Request) -> Response:
        """The emulated org: a press is the portal's as well."""
        path = request.path_params
        self.apex_calls.append((f"{path['cls']}/{path['method']}", await request.json()))
        if self.apex_failure is not None:
            status, body = self.apex_failure
            return JSONResponse(body, status)
        answer = {"code": "accepted", "message": "Accepted.", "statusCode": 202}
        if self.outcome:
            answer = {"statusCode": 0, **self.outcome}
        elif path["method"] == "provision":
            answer = self._pressed() or answer
        return JSONResponse({"returnValue": {**answer, "correlationId": "corr-12345678"}})

    def _pressed(self) -> dict[str, Any] | None:
        if self.needs_approval and self.order_status == "Pending Review":
            return {"code": "stopped", "message": "Approve the Order first.", "statusCode": 0}
        self.presses += 1
        if self.provisioned:
            return {"code": "provisioned", "message": "Nothing was done.", "statusCode": 200}
        self.provisioned = True
        email = self.clients[-1]["email"] if self.clients else "nobody@mail.example"
        code = LPA.lower() if self.mistakes.wrong_qr else LPA
        self.mails += [
            _mail(email, "Your order is ready"),
            _mail(email, "Your eSIM", text=f"Code: {LPA}.", qr=code),
        ]
        return None

    async def token(self, _: Request) -> Response:
        self.logins += 1
        token = f"token-{self.logins}"
        self.valid_tokens = {token}
        return JSONResponse({"access_token": token, "token_type": "Bearer"})

    def _expired(self, request: Request) -> Response | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.valid_tokens:
            return None
        return JSONResponse(
            [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401
        )

    async def query(self, request: Request) -> Response:
        if refused := self._expired(request):
            return refused
        soql = request.query_params["q"]
        self.queries.append(soql)
        if "FROM OrderItem" in soql:
            records = [_line(self.provisioned)]
        elif "FROM Case" in soql:
            records = [_case()]
        elif "WHERE Id" in soql and ORDER_ID not in soql:
            records = []
        else:
            records = [self._order_record()]
        return JSONResponse({"totalSize": len(records), "done": True, "records": records})

    async def update_order(self, request: Request) -> Response:
        if refused := self._expired(request):
            return refused
        fields = await request.json()
        if fields.get("Status") == self.order_status:
            return JSONResponse(
                [{"message": "already activated", "errorCode": "FIELD_INTEGRITY_EXCEPTION"}], 400
            )
        self.order_changes.append(fields)
        self.order_status = fields.get("Status", self.order_status)
        return Response(status_code=204)

    async def seed_salesforce(self, request: Request) -> Response:
        self.accounts += (await request.json())["records"]["Account"]
        return JSONResponse({}, 201)

    async def card_list(self, _: Request) -> Response:
        return HTMLResponse('<a href="/">Home</a><a href="/whmcs/account/paymentmethods/add">+</a>')

    async def card_page(self, request: Request) -> Response:
        if request.method == "POST":
            form = await request.form()
            self.has_card = (
                form.get("card_number") == "4242424242424242" and form.get("token") == "t"
            )
            return HTMLResponse("<p>Saved</p>")
        return HTMLResponse(
            '<form method="get" action="/search"><input name="q"></form>'
            '<form method="post" action="add"><input type="hidden" name="token" value="t">'
            '<input name="card_number"><input name="card_expiry"></form>'
        )

    async def whmcs_state(self, _: Request) -> Response:
        count = (2 if self.mistakes.double_whmcs_order else 1) if self.provisioned else 0
        client = self.clients[-1]["id"] if self.clients else 0
        orders = [{"id": 77 + n, "clientId": client, "status": "Active"} for n in range(count)]
        services = whmcs_services(ORDER_ID) if self.provisioned else []
        if self.mistakes.option_lost and services:
            services[0]["configoptions"] = {}
        clients = [*self.old_clients, *self.clients]
        invoices = [
            {"userid": client, "status": "Paid", "notes": f"Portal [topup-{key}.1]"}
            for key in self.operations
        ]
        return JSONResponse(
            {"clients": clients, "orders": orders, "services": services, "invoices": invoices}
        )

    async def journal(self, _: Request) -> Response:
        """The calls to WHMCS; None makes the emulator fail."""
        if self.calls is None:
            return Response("", 503)
        return JSONResponse({"calls": self.calls})

    async def no_calls(self, _: Request) -> Response:
        return JSONResponse({"calls": []})

    async def gigs_state(self, _: Request) -> Response:
        email = self.clients[-1]["email"] if self.clients else ""
        line = {
            "id": "sub_1",
            "user": {"id": "usr_1", "email": email},
            "sim": {"id": "sim_1"},
            "status": "active",
        }
        lines = [line] if self.provisioned else []
        if self.reissues and self.mistakes.leaves_the_old_line:
            lines.append({**line, "id": "sub_2"})
        new = bool(self.reissues) and not self.mistakes.keeps_the_code
        project = {
            "subscriptions": lines,
            "sims": [{"id": "sim_1", "activationCode": NEW_LPA if new else LPA}],
            "subscriptionAddons": []
            if self.mistakes.charges_without_data
            else [{"id": key} for key in self.operations],
        }
        return JSONResponse({"projects": {"portal-local": project}})

    async def sendgrid_state(self, _: Request) -> Response:
        return JSONResponse({"mails": self.mails})

    def _provisioning_status(self) -> str:
        if self.provisioning_status:
            return self.provisioning_status
        if self.mistakes.fails:
            return "Failed"
        return "Provisioned" if self.provisioned else "Not Started"

    def _order_record(self) -> dict[str, Any]:
        return {
            "Id": ORDER_ID,
            "OrderNumber": "00000100",
            "Status": self.order_status,
            "EffectiveDate": "2026-11-22",
            "TotalAmount": 31_250.0,
            "CreatedDate": "2026-11-22T09:00:00.000+0000",
            "Account": {"Name": "Haruka <Sato>", "Customer_Number__c": "CN-000101"},
            "Order_Type__c": "Internet",
            "Provisioning_Status__c": self._provisioning_status(),
            "Provisioning_Error_Code__c": "plan-unknown" if self.mistakes.fails else None,
            "Provisioning_Error_Message__c": "No such plan." if self.mistakes.fails else None,
            "WHMCS_Order_ID__c": "77" if self.provisioned else None,
            "ESIM_ICCID__c": None,
            "Attempt_Count__c": 1.0 if self.provisioned else None,
            "Last_Provisioning_At__c": None,
            "Activation_Type__c": "Immediate",
            "Activation_Scheduled_At__c": self.scheduled_at,
            "Portal_Order_Key__c": "k",
            "BillingStreet": "1-2-3 Shibakoen",
            "BillingCity": "Minato-ku",
            "BillingState": "Tokyo",
            "BillingPostalCode": "105-0011",
            "BillingCountry": "Japan",
        }


def whmcs_services(reference: str) -> list[dict[str, Any]]:
    """What WHMCS would have for the demo's cart."""
    services = []
    for number, item in enumerate(CART["items"], start=501):
        product = next(p for p in OFFERED if p.sku == item["sku"])
        options = ordered_options(product, item["configOptions"])
        services.append(
            {
                "id": number,
                "orderId": 77,
                "pid": product.whmcs_id,
                "status": "Active",
                "customfields": {str(1000 + product.whmcs_id): reference},
                "configoptions": {
                    str(option): {"option_id": choice or 1, "qty": quantity}
                    for option, (choice, quantity) in options.items()
                },
            }
        )
    return services


def _line(provisioned: bool) -> dict[str, Any]:
    return {
        "Id": "8025j0000000001AAA",
        "Quantity": 1.0,
        "UnitPrice": 1450.0,
        "Billing_Cycle__c": "Monthly",
        "ConfigOptions_JSON__c": json.dumps(SNAPSHOT),
        "WHMCS_Service_ID__c": "501" if provisioned else None,
        "Product2": {"Name": "eSIM 10 GB", "ProductCode": "ESIM-DATA-10GB"},
    }


def _case() -> dict[str, Any]:
    return {
        "Id": "5005j0000000001AAA",
        "CaseNumber": "00001001",
        "Subject": "E-mail differs",
        "Status": "New",
        "CreatedDate": "2026-11-22T09:00:00.000+0000",
        "Account": {"Name": "Liam O'Connor"},
    }


def _mail(to: str, subject: str, *, text: str = "Hello", qr: str | None = None) -> dict[str, Any]:
    attachments = []
    if qr is not None:
        buffer = io.BytesIO()
        segno.make_qr(qr, error="m").save(buffer, kind="png", scale=8, border=4)
        attachments.append(
            {
                "content": base64.b64encode(buffer.getvalue()).decode(),
                "type": "image/png",
                "filename": "esim-qr.png",
                "disposition": "inline",
                "content_id": "esim-qr",
            }
        )
    return {
        "id": f"m-{subject}",
        "receivedAt": "2026-11-22T09:03:00+00:00",
        "from": {"email": "hello@portal.example", "name": "Portal"},
        "to": [{"email": to}],
        "cc": [],
        "bcc": [],
        "replyTo": [],
        "subject": subject,
        "text": text,
        "html": f'<p>{text}</p><img src="cid:esim-qr">',
        "attachments": attachments,
    }


def _problem(status: int, slug: str) -> Response:
    return JSONResponse(
        {"type": f"https://portal.example/problems/{slug}", "status": status, "detail": slug},
        status,
        media_type=PROBLEM,
    )
