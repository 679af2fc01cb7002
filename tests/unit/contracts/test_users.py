"""The contract of `Users` on the fake, and on moto as far as moto goes.

moto has neither GetTokensFromRefreshToken nor RevokeToken; sessions are held to the contract on
the fake here, and on the local stack's Cognito in tests/integration.
"""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from portal.adapters.cognito import CognitoUsers
from portal.ports.users import Users

from tests.conftest import REGION
from tests.contracts.users import SessionsContract, UsersContract
from tests.fakes.users import FakeUsers


class TestFakeUsers(UsersContract, SessionsContract):
    @pytest.fixture
    def users(self) -> Users:
        return FakeUsers()


@pytest.fixture(scope="module")
def moto_users() -> Iterator[Users]:
    with mock_aws():
        client = boto3.client(
            "cognito-idp",
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        pool = client.create_user_pool(PoolName="p", UsernameAttributes=["email"])
        pool_id = pool["UserPool"]["Id"]
        app = client.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName="c",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        )
        client_id = app["UserPoolClient"]["ClientId"]
        yield CognitoUsers(user_pool_id=pool_id, client_id=client_id, client=lambda: client)


class TestMotoUsers(UsersContract):
    @pytest.fixture
    def users(self, moto_users: Users) -> Users:
        return moto_users
