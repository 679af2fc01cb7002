"""The composition root of identity."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal import config, factories
from portal.api.caller import Distribution
from portal.api.cookies import RefreshCookie
from portal.api.rate_limit import RateLimiter, limits_from
from portal.domain.limits import LIMITS
from portal.domain.passwords import PasswordPolicy
from portal.domain.signup_proof import SignupProof
from portal.ports.accounts import CaseJobs
from portal.ports.clients import Clients
from portal.ports.identity import CustomerDirectory, CustomerProfiles
from portal.ports.registrations import Registrations
from portal.ports.users import Users

from functions.auth.attempts import Attempts
from functions.auth.email_cases import EmailCases
from functions.auth.passwords import Passwords, ResetMails
from functions.auth.proof_mails import ProofMails
from functions.auth.proving import Proving
from functions.auth.recovery import AbandonedRegistrations
from functions.auth.registration import Registrar
from functions.auth.registration_requests import Linking, Signup
from functions.auth.sessions import Sessions
from functions.auth.steps import RegistrationPorts

if TYPE_CHECKING:
    from portal.queues.fresh_and_waiting import ConsumedQueue, FreshAndWaiting
    from portal.queues.recorded_work import RecordedWork

HOUR = 3_600.0


class LimitedConfig(
    config.HttpConfig,
    config.EphemeralTable,
    config.RateLimitConfig,
    config.DistributionConfig,
):
    """The settings of every endpoint with limits."""


class RegistrationConfig(
    LimitedConfig,
    config.IdentityTable,
    config.CognitoConfig,
    config.PasswordRulesConfig,
    config.SignupProofConfig,
    config.AccountReading,
    config.WhmcsConfig,
    config.WhmcsClientFields,
    config.EmailQueue,
    config.CaseQueue,
):
    """The settings of POST /auth/signup and POST /auth/link-whmcs."""


class ProofMailsConfig(LimitedConfig, config.SignupProofConfig, config.EmailQueue):
    """The settings of POST /auth/request-signup-proof."""


class SessionConfig(LimitedConfig, config.CognitoConfig, config.RefreshCookieConfig):
    """The settings of POST /auth/login, /auth/refresh and /auth/logout."""


class RequestPasswordResetConfig(LimitedConfig, config.IdentityTable, config.EmailQueue):
    """The settings of POST /auth/request-password-reset."""


class PasswordConfig(
    LimitedConfig, config.CognitoConfig, config.PasswordRulesConfig, config.EmailQueue
):
    """The settings of POST /auth/reset-password and /auth/change-password."""


class MeConfig(config.HttpConfig, config.IdentityTable):
    """The settings of GET and PATCH /me."""


class PolicyConfig(config.HttpConfig, config.PasswordRulesConfig):
    """The settings of GET /auth/password-policy."""


class CaseWorkerConfig(
    config.IdentityTable,
    config.IdempotencyTable,
    config.CaseQueue,
    config.CaseWaitingQueue,
    config.CaseDeadLetters,
    config.CaseLimits,
    config.AccountReading,
):
    """The settings of the consumer of the case queues."""


@dataclass(frozen=True)
class SessionDeps:
    """The dependencies of the session endpoints."""

    sessions: Sessions
    cookie: RefreshCookie


@dataclass(frozen=True)
class ProfileDeps:
    """The dependencies of PATCH /me."""

    directory: CustomerDirectory
    profiles: CustomerProfiles


@dataclass(frozen=True)
class CaseWorkerDeps:
    """The dependencies of the consumer of the case queues."""

    cases: EmailCases
    recorded: RecordedWork
    queues: FreshAndWaiting
    dead_letters: ConsumedQueue


@functools.cache
def build_limiter() -> RateLimiter:
    """Return the limiter of endpoints that count the requests of an IP address."""
    return _limiter(config.load(LimitedConfig))


@functools.cache
def build_signup() -> Signup:
    """Return the service of POST /auth/signup."""
    settings = config.load(RegistrationConfig)
    clients, registrations = _clients(settings), _registrations(settings)
    return Signup(
        proving=_proving(settings),
        clients=clients,
        registrations=registrations,
        registrar=_registrar(settings, clients, registrations),
        limiter=_limiter(settings),
        policy=_policy(settings),
        clock=time.time,
    )


@functools.cache
def build_proof_mails() -> ProofMails:
    """Return the service of POST /auth/request-signup-proof."""
    settings = config.load(ProofMailsConfig)
    return ProofMails(
        mode=settings.signup_proof,
        mail_queue=factories.mail_queue(settings),
        limiter=_limiter(settings),
    )


@functools.cache
def build_linking() -> Linking:
    """Return the service of POST /auth/link-whmcs."""
    settings = config.load(RegistrationConfig)
    clients = _clients(settings)
    return Linking(
        proving=_proving(settings),
        clients=clients,
        registrar=_registrar(settings, clients, _registrations(settings)),
        limiter=_limiter(settings),
        policy=_policy(settings),
    )


@functools.cache
def build_sessions() -> SessionDeps:
    """Return the dependencies of POST /auth/login, /auth/refresh and /auth/logout."""
    settings = config.load(SessionConfig)
    return SessionDeps(
        sessions=Sessions(users=_users(settings), attempts=_attempts("login", settings)),
        cookie=RefreshCookie(settings),
    )


@functools.cache
def build_reset_mails() -> ResetMails:
    """Return the service of POST /auth/request-password-reset."""
    from portal.repositories.dynamodb import Table  # loads botocore
    from portal.repositories.identity import DynamoCustomerDirectory  # the same

    settings = config.load(RequestPasswordResetConfig)
    return ResetMails(
        directory=DynamoCustomerDirectory(Table(settings.identity_table)),
        mail_queue=factories.mail_queue(settings),
        attempts=_attempts("reset-mail", settings),
    )


@functools.cache
def build_passwords() -> Passwords:
    """Return the service of POST /auth/reset-password and /auth/change-password."""
    settings = config.load(PasswordConfig)
    return Passwords(
        users=_users(settings),
        tokens=factories.reset_tokens(settings),
        mail_queue=factories.mail_queue(settings),
        limiter=_limiter(settings),
        policy=_policy(settings),
    )


@functools.cache
def build_directory() -> CustomerDirectory:
    """Return the dependency of GET /me."""
    return factories.directory(config.load(MeConfig))


@functools.cache
def build_profile() -> ProfileDeps:
    """Return the dependencies of PATCH /me."""
    from portal.repositories.dynamodb import Table  # loads botocore
    from portal.repositories.identity import DynamoCustomerDirectory  # the same

    directory = DynamoCustomerDirectory(Table(config.load(MeConfig).identity_table))
    return ProfileDeps(directory=directory, profiles=directory)


@functools.cache
def build_policy() -> PasswordPolicy:
    """Return the password policy of the settings."""
    return _policy(config.load(PolicyConfig))


@functools.cache
def build_case_worker() -> CaseWorkerDeps:
    """Return the dependencies of the consumer of the case queues."""
    from portal.adapters.salesforce.cases import SalesforceCases  # loads requests
    from portal.queues.backoff import Policy  # only this Lambda needs it
    from portal.queues.recorded_work import RecordedWork  # the same

    settings = config.load(CaseWorkerConfig)
    cases = EmailCases(
        registrations=_registrations(settings),
        desk=SalesforceCases(factories.salesforce(settings)),
        merges=factories.accounts(settings),
        clock=time.time,
    )
    policy = Policy(
        max_retries=settings.case_max_retries, patience=settings.case_patience_hours * HOUR
    )
    return CaseWorkerDeps(
        cases=cases,
        recorded=RecordedWork(factories.message_log(settings, "CASE"), policy),
        queues=factories.fresh_and_waiting(
            settings.case_queue_url, settings.case_waiting_queue_url
        ),
        dead_letters=factories.consumed_queue(settings.case_dead_letters_url),
    )


def _registrar(
    settings: RegistrationConfig, clients: Clients, registrations: Registrations
) -> Registrar:
    ports = RegistrationPorts(
        registrations=registrations,
        directory=factories.directory(settings),
        users=_users(settings),
        mail_queue=factories.mail_queue(settings),
        case_jobs=_case_jobs(settings),
        clock=time.time,
    )
    return Registrar(ports, AbandonedRegistrations(ports, clients))


def _limiter(settings: LimitedConfig) -> RateLimiter:
    from portal.repositories.dynamodb import Table  # loads botocore
    from portal.repositories.rate_limits import DynamoRateCounters  # the same

    counters = DynamoRateCounters(Table(settings.ephemeral_table))
    return RateLimiter(counters, limits_from(settings.rate_limits, LIMITS), _distribution(settings))


def _distribution(settings: LimitedConfig) -> Distribution | None:
    if not settings.distribution_secret_id:
        return None
    from portal.secrets import SecretText  # loads botocore when it is read

    return Distribution(SecretText(settings.distribution_secret_id).value)


def _attempts(kind: str, settings: LimitedConfig) -> Attempts:
    from portal.repositories.devices import DynamoKnownDevices  # loads botocore
    from portal.repositories.dynamodb import Table  # the same

    devices = DynamoKnownDevices(Table(settings.ephemeral_table))
    return Attempts(kind, _limiter(settings), devices)


def _policy(settings: config.PasswordRulesConfig) -> PasswordPolicy:
    return PasswordPolicy(
        min_length=settings.password_min_length,
        lowercase=settings.password_require_lowercase,
        uppercase=settings.password_require_uppercase,
        digits=settings.password_require_digits,
        symbols=settings.password_require_symbols,
    )


def _users(settings: config.CognitoConfig) -> Users:
    from portal.adapters.cognito import CognitoUsers  # loads botocore

    return CognitoUsers(user_pool_id=settings.user_pool_id, client_id=settings.user_pool_client_id)


def _registrations(settings: config.IdentityTable) -> Registrations:
    from portal.repositories.dynamodb import Table  # loads botocore
    from portal.repositories.registrations import DynamoRegistrations  # the same

    return DynamoRegistrations(Table(settings.identity_table))


def _clients(settings: RegistrationConfig) -> Clients:
    from portal.adapters.whmcs.clients import ClientFields, WhmcsClients  # loads requests

    fields = ClientFields(
        customer_number=settings.whmcs_customer_number_field_id,
        date_of_birth=settings.whmcs_date_of_birth_field_id,
        gender=settings.whmcs_gender_field_id,
        nationality=settings.whmcs_nationality_field_id,
    )
    return WhmcsClients(factories.whmcs(settings), fields)


def _proving(settings: RegistrationConfig) -> Proving:
    second_fact = settings.signup_proof is SignupProof.SECOND_FACT
    return Proving(
        mode=settings.signup_proof,
        accounts=factories.accounts(
            settings, second_fact=settings.signup_proof_field if second_fact else ""
        ),
        tokens=factories.proof_tokens(settings),
        limiter=_limiter(settings),
    )


def _case_jobs(settings: config.CaseQueue) -> CaseJobs:
    from portal.adapters.sqs import SqsQueue  # loads botocore

    return SqsQueue(settings.case_queue_url)
