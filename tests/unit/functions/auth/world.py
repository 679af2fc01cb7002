"""A whole identity area over fakes, with every external call on a wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from portal.api.cookies import RefreshCookie
from portal.api.rate_limit import RateLimiter
from portal.config import RefreshCookieConfig
from portal.domain.limits import LIMITS, Limit
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.passwords import PasswordPolicy
from portal.domain.problems import Problem
from portal.domain.registration import State
from portal.domain.signup_proof import SignupProof

from functions.auth import (
    change_password,
    link_whmcs,
    login,
    logout,
    me,
    password_policy,
    refresh,
    request_password_reset,
    request_signup_proof,
    reset_password,
    signup,
    update_me,
)
from functions.auth.attempts import Attempts
from functions.auth.deps import (
    ProfileDeps,
    SessionDeps,
    build_directory,
    build_limiter,
    build_linking,
    build_passwords,
    build_policy,
    build_profile,
    build_proof_mails,
    build_reset_mails,
    build_sessions,
    build_signup,
)
from functions.auth.email_cases import EmailCases
from functions.auth.models import SignupRequest
from functions.auth.passwords import Passwords, ResetMails
from functions.auth.proof_mails import ProofMails
from functions.auth.proving import Proving
from functions.auth.recovery import AbandonedRegistrations
from functions.auth.registration import Registered, Registrar
from functions.auth.registration_requests import Linking, Signup
from functions.auth.sessions import Sessions
from functions.auth.steps import RegistrationPorts
from tests.events import Answer, call, claims, rest_event
from tests.fakes.accounts import FakeAccounts, FakeCaseDesk, FakeCaseQueue, account
from tests.fakes.clients import FakeClients
from tests.fakes.clock import FakeClock
from tests.fakes.devices import FakeKnownDevices
from tests.fakes.mail import FakeMailQueue
from tests.fakes.proof_tokens import FakeProofTokens
from tests.fakes.rate_limits import FakeRateCounters
from tests.fakes.registrations import FakeIdentity
from tests.fakes.reset_tokens import FakeResetTokens
from tests.fakes.users import FakeUsers
from tests.fakes.wires import Wires

EMAIL = "taro@example.com"
PASSWORD = "Sakura-2026-Ueno"
POLICY = PasswordPolicy(min_length=10, lowercase=True, uppercase=True, digits=True, symbols=False)
MODULES = (
    signup,
    link_whmcs,
    login,
    refresh,
    logout,
    request_password_reset,
    request_signup_proof,
    reset_password,
    change_password,
    me,
    update_me,
    password_policy,
)


@dataclass
class World:
    """All ports as fakes, all handlers wired to them."""

    clock: FakeClock = field(default_factory=FakeClock)
    accounts: FakeAccounts = field(default_factory=lambda: FakeAccounts(account()))
    clients: FakeClients = field(default_factory=FakeClients)
    users: FakeUsers = field(default_factory=FakeUsers)
    identity: FakeIdentity = field(default_factory=FakeIdentity)
    mail_queue: FakeMailQueue = field(default_factory=FakeMailQueue)
    case_jobs: FakeCaseQueue = field(default_factory=FakeCaseQueue)
    desk: FakeCaseDesk = field(default_factory=FakeCaseDesk)
    limits: dict[str, Limit] = field(default_factory=lambda: dict(LIMITS))
    wires: Wires = field(default_factory=Wires)

    proof: SignupProof = SignupProof.NONE

    def __post_init__(self) -> None:
        self.proof_tokens = FakeProofTokens(self.clock)
        self.devices = FakeKnownDevices()
        self.counters = FakeRateCounters(self.clock)
        self.tokens = FakeResetTokens(self.clock)

    @property
    def limiter(self) -> RateLimiter:
        return RateLimiter(self.counters, self.limits)

    def registrar(self) -> Registrar:
        ports = RegistrationPorts(
            registrations=self.wires.wire("registrations", self.identity),
            directory=self.identity,
            users=self.wires.wire("users", self.users),
            mail_queue=self.wires.wire("mail_queue", self.mail_queue),
            case_jobs=self.wires.wire("case_jobs", self.case_jobs),
            clock=self.clock,
        )
        return Registrar(
            ports, AbandonedRegistrations(ports, self.wires.wire("clients", self.clients))
        )

    def signup_service(self) -> Signup:
        return Signup(
            proving=self.proving(),
            clients=self.wires.wire("clients", self.clients),
            registrations=self.wires.wire("registrations", self.identity),
            registrar=self.registrar(),
            limiter=self.limiter,
            policy=POLICY,
            clock=self.clock,
        )

    def proving(self) -> Proving:
        return Proving(
            mode=self.proof,
            accounts=self.wires.wire("accounts", self.accounts),
            tokens=self.proof_tokens,
            limiter=self.limiter,
        )

    def proof_mails(self) -> ProofMails:
        return ProofMails(mode=self.proof, mail_queue=self.mail_queue, limiter=self.limiter)

    def linking_service(self) -> Linking:
        return Linking(
            proving=self.proving(),
            clients=self.wires.wire("clients", self.clients),
            registrar=self.registrar(),
            limiter=self.limiter,
            policy=POLICY,
        )

    def attempts(self, kind: str) -> Attempts:
        return Attempts(kind, self.limiter, self.devices)

    def session_deps(self) -> SessionDeps:
        sessions = Sessions(
            users=self.wires.wire("users", self.users), attempts=self.attempts("login")
        )
        return SessionDeps(sessions=sessions, cookie=RefreshCookie(cookie_settings()))

    def passwords(self) -> Passwords:
        return Passwords(
            users=self.wires.wire("users", self.users),
            tokens=self.tokens,
            mail_queue=self.mail_queue,
            limiter=self.limiter,
            policy=POLICY,
        )

    def reset_mails(self) -> ResetMails:
        return ResetMails(
            directory=self.identity,
            mail_queue=self.wires.wire("mail_queue", self.mail_queue),
            attempts=self.attempts("reset-mail"),
        )

    def work_off_cases(self) -> None:
        """Deliver every case job twice, as SQS may."""
        worker = EmailCases(self.identity, self.desk, self.accounts, self.clock)
        for job in [*self.case_jobs.jobs, *self.case_jobs.jobs]:
            worker.open(job)

    def mails(self, template: MailTemplate) -> list[MailJob]:
        """What a sender would send: one per key."""
        unique = {job.dedup_key: job for job in self.mail_queue.jobs}
        return [job for job in unique.values() if job.template is template]

    def post(self, path: str, body: Any, **event: Any) -> Answer:
        module = {m.__name__.rpartition(".")[2].replace("_", "-"): m for m in MODULES}
        return call(module[path].handler, rest_event("POST", f"/auth/{path}", body=body, **event))

    def signup(self, **changes: Any) -> Answer:
        return self.post("signup", signup_body(**changes))

    def run_signup(self, **changes: Any) -> Registered:
        """Another request while one is being handled (a resolver is not re-entrant)."""
        request = SignupRequest.model_validate(signup_body(**changes))
        return self.signup_service().run(request, address="203.0.113.8", language="en")

    def refused_signup(self, **changes: Any) -> Problem:
        """The same, refused."""
        with pytest.raises(Problem) as caught:
            self.run_signup(**changes)
        return caught.value

    def login(self, email: str = EMAIL, password: str = PASSWORD, **event: Any) -> Answer:
        return self.post("login", {"email": email, "password": password}, **event)

    def me(self, user_id: str) -> Answer:
        return call(me.handler, rest_event("GET", "/me", user=claims(user_id)))

    def assert_consistent(self) -> None:
        """What must hold whatever happened and whoever died."""
        numbers = [c.customer_number for c in self.clients.clients if c.details is not None]
        assert len(numbers) == len(set(numbers)), "two clients were made for one customer"
        for user_id, mapping in self.identity.mappings.items():
            assert self.users.by_id[user_id].email == mapping.email
            assert self.identity.clients[mapping.whmcs_client_id] == user_id
            assert self.identity.emails[mapping.email].mapped
            assert self.identity.accounts[mapping.sf_account_id].mapped
        for record in self.identity.records.values():
            assert record.state is State.RESERVED or record.user_id in self.identity.mappings


def cookie_settings(**changes: Any) -> RefreshCookieConfig:
    """Cookie settings as production has them."""
    values = {
        "STAGE": "test",
        "REFRESH_COOKIE_NAME": "portal_refresh",
        "REFRESH_COOKIE_PATH": "/api/auth",
        "REFRESH_COOKIE_SAMESITE": "Strict",
        "REFRESH_COOKIE_SECURE": "true",
        "REFRESH_TOKEN_DAYS": "30",
    }
    return RefreshCookieConfig.model_validate({**values, **changes})


def signup_body(**changes: Any) -> dict[str, Any]:
    """A valid signup; None removes a field."""
    body = {
        "email": EMAIL,
        "password": PASSWORD,
        "firstName": "太郎",
        "lastName": "山田",
        "phone": "+819012345678",
        "sfNumber": "CN-000101",
        "address": {
            "street": "1-1 Marunouchi",
            "city": "Chiyoda",
            "state": "Tokyo",
            "postcode": "100-0005",
            "country": "JP",
        },
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


@contextmanager
def wired(world: World) -> Iterator[World]:
    """Point every handler at the world's fakes."""
    builders: dict[Any, Any] = {
        build_signup: world.signup_service,
        build_limiter: lambda: world.limiter,
        build_proof_mails: world.proof_mails,
        build_linking: world.linking_service,
        build_sessions: world.session_deps,
        build_passwords: world.passwords,
        build_reset_mails: world.reset_mails,
        build_directory: lambda: world.identity,
        build_profile: lambda: ProfileDeps(world.identity, world.identity),
        build_policy: lambda: POLICY,
    }
    for module in MODULES:
        for builder, replacement in builders.items():
            module.app.override(builder, replacement)
    try:
        yield world
    finally:
        for module in MODULES:
            module.app.resolver.dependency_overrides.clear()
