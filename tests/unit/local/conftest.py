"""A fake stack and the real front door, both served on loopback."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp

from functions.email.sender import Sender
from local.context import DemoAccount, SiteContext, StackContext
from local.front.app import create_app
from local.front.server import server_config
from tests.fakes.demo_stack import FakeStack
from tests.fakes.stack_operations import StackOperations

HOST = "127.0.0.1"


@contextmanager
def serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(server_config(app))
    listener.listen(64)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=5)


def listening() -> tuple[socket.socket, str]:
    # With the protocol named, asyncio switches Nagle off; without, each answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind((HOST, 0))
    return listener, f"http://{HOST}:{listener.getsockname()[1]}"


@dataclass
class Door:
    """The front door's address, a client for it, and the fake behind it."""

    url: str
    client: httpx.Client
    stack: FakeStack
    context: StackContext
    operations: StackOperations


@pytest.fixture(scope="session")
def running_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    stack = FakeStack()
    behind, upstream = listening()
    front, url = listening()
    context = StackContext(
        api_url=f"{upstream}/gateway/api",
        aws_endpoint="http://127.0.0.1:4566",
        region="ap-northeast-1",
        aws_account="111122223333",
        assembly=tmp_path_factory.mktemp("cdk.out"),
        logs=tmp_path_factory.mktemp("logs"),
        salesforce_url=f"{upstream}/salesforce",
        whmcs_url=f"{upstream}/whmcs",
        gigs_url=f"{upstream}/gigs",
        esim_access_url=None,
        sendgrid_url=f"{upstream}/sendgrid",
        signing_key_id="local-1",
        signing_key="signing-key-for-tests",
        openapi_path=tmp_path_factory.mktemp("docs") / "openapi.json",
        front_url=url,
        user_pool_id="ap-northeast-1_abc",
        stack_outputs={},
        salesforce_consumer_key="key",
        salesforce_consumer_secret="secret",
        accounts=(DemoAccount(email="aiko@mail.example", password="pw", note="has a card"),),
        cors_origins=(url, "http://localhost:5173"),
        mail_sender=Sender(name="Kaede Mobile", portal_url=url, colour="#aa3300"),
        site=SiteContext(
            dist=tmp_path_factory.mktemp("web") / "dist",
            brand_name="Portal",
            brand_logo_url=None,
            brand_color=None,
            currency="JPY",
            time_zone="Asia/Tokyo",
            signup_proof="none",
            signup_fact="other",
        ),
    )
    client = httpx.Client(base_url=url, trust_env=False, timeout=10)
    operations = StackOperations()
    app = create_app(context, operations=operations)
    with behind, front, client, serving(stack.app(), behind), serving(app, front):
        yield Door(url, client, stack, context, operations)


@pytest.fixture
def door(running_door: Door) -> Door:
    """One front door for all tests, in front of a stack that has forgotten the last one."""
    vars(running_door.stack).update(vars(FakeStack()))
    running_door.context.openapi_path.unlink(missing_ok=True)
    shutil.rmtree(running_door.context.site.dist, ignore_errors=True)
    return running_door
