"""The contract of `Users` on the local stack's Cognito, with the pool of the real template."""

from __future__ import annotations

import pytest
from portal.adapters.cognito import CognitoUsers
from portal.ports.users import Users

from local.context import StackContext
from local.stack.ministack import Ministack
from tests.contracts.users import SessionsContract, UsersContract


class TestLocalStackUsers(UsersContract, SessionsContract):
    @pytest.fixture
    def users(self, stack: StackContext, aws: Ministack) -> Users:
        client = aws.client("cognito-idp")
        return CognitoUsers(
            user_pool_id=stack.user_pool_id,
            client_id=stack.stack_outputs["UserPoolClientId"],
            client=lambda: client,
        )
