"""The Cognito user pool, which stores passwords and issues tokens."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.components.nag import acknowledge
from infra.components.retention import Retention, removal_policy


@dataclass(frozen=True, kw_only=True)
class PasswordRules:
    """The rules for passwords."""

    min_length: int
    lowercase: bool
    uppercase: bool
    digits: bool
    symbols: bool


def create_user_pool(
    scope: Construct, id_: str, *, name: str, password: PasswordRules, retention: Retention
) -> cognito.UserPool:
    """Create a pool with the e-mail address as user name, for administrators' calls only.

    Users cannot sign themselves up, and Cognito sends no mail: signup, password reset and every
    message are the portal's own.
    """
    pool = cognito.UserPool(
        scope,
        id_,
        user_pool_name=name,
        feature_plan=cognito.FeaturePlan.ESSENTIALS,  # refresh token rotation needs it
        sign_in_aliases=cognito.SignInAliases(email=True),
        sign_in_case_sensitive=False,
        self_sign_up_enabled=False,
        auto_verify=cognito.AutoVerifiedAttrs(email=False, phone=False),
        account_recovery=cognito.AccountRecovery.NONE,
        mfa=cognito.Mfa.OFF,
        password_policy=cognito.PasswordPolicy(
            min_length=password.min_length,
            require_lowercase=password.lowercase,
            require_uppercase=password.uppercase,
            require_digits=password.digits,
            require_symbols=password.symbols,
        ),
        deletion_protection=retention.protect,
        removal_policy=removal_policy(retain=retention.retain),
    )
    acknowledge(
        pool,
        "AwsSolutions-COG1",
        "The rules are configuration: by default ten characters with lower case, upper case and "
        "digits; required symbols add little against guessing and much to forgotten passwords.",
    )
    acknowledge(
        pool,
        "AwsSolutions-COG2",
        "Customers sign in with a password only: a second factor is not part of the product yet. "
        "Guessing is slowed by limits per address and account at three layers.",
    )
    acknowledge(
        pool,
        "AwsSolutions-COG8",
        "The Plus plan is priced per active user; its threat protection judges the caller's "
        "address, and here every call comes from the portal's own Lambdas.",
    )
    return pool


def create_client(
    scope: Construct,
    id_: str,
    *,
    pool: cognito.UserPool,
    name: str,
    id_token_minutes: int,
    refresh_token_days: int,
    refresh_grace_seconds: int,
) -> cognito.UserPoolClient:
    """Create the only client. It has a secret, and signs in by administrators' calls only.

    The secret stays with the portal's Lambdas, so that nobody can use the client's id and a refresh
    token to get an access token from Cognito. Users may write no attribute that anything reads: an
    empty list would mean all of them (CreateUserPoolClient, WriteAttributes).

    A refresh token is replaced at each use. The old one stays valid for `refresh_grace_seconds`.
    """
    return cognito.UserPoolClient(
        scope,
        id_,
        user_pool=pool,
        user_pool_client_name=name,
        generate_secret=True,
        write_attributes=cognito.ClientAttributes().with_standard_attributes(last_update_time=True),
        auth_flows=cognito.AuthFlow(admin_user_password=True),
        disable_o_auth=True,
        id_token_validity=cdk.Duration.minutes(id_token_minutes),
        access_token_validity=cdk.Duration.minutes(id_token_minutes),
        refresh_token_validity=cdk.Duration.days(refresh_token_days),
        refresh_token_rotation_grace_period=cdk.Duration.seconds(refresh_grace_seconds),
        enable_token_revocation=True,
        prevent_user_existence_errors=True,
    )
