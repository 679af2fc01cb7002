"""The endpoint table itself."""

from __future__ import annotations

import re
from collections import Counter

from infra.endpoint_model import Access
from infra.endpoints import ENDPOINTS
from infra.resource_names import Queue, Secret, Table

CONTRACT = """
POST /auth/signup credentials auth.signup
POST /auth/login credentials auth.login
POST /auth/refresh credentials auth.refresh
POST /auth/logout credentials auth.logout
POST /auth/request-password-reset credentials auth.request_password_reset
GET /auth/password-policy public auth.password_policy
PATCH /me bearer auth.update_me
POST /auth/request-signup-proof credentials auth.request_signup_proof
POST /auth/reset-password credentials auth.reset_password
POST /auth/change-password bearer auth.change_password
POST /auth/link-whmcs credentials auth.link_whmcs
POST /auth/sso-link bearer billing.sso_link
GET /me bearer auth.me
GET /me/billing bearer billing.get_address
PATCH /me/billing bearer billing.update_address
GET /billing/payment-methods/summary bearer billing.payment_methods
GET /billing/invoices bearer billing.list_invoices
GET /billing/invoices/{invoiceId} bearer billing.get_invoice
GET /catalog public catalog.list_products
GET /catalog/{sku} public catalog.get_product
GET /catalog/personalized bearer catalog.personalized
POST /orders bearer orders.create_order
GET /orders bearer orders.list_orders
GET /orders/{sfOrderId} bearer orders.get_order
POST /orders/{sfOrderId}/cancel bearer orders.cancel_order
GET /subscriptions bearer subscriptions.list_subscriptions
GET /subscriptions/{id} bearer subscriptions.get_subscription
GET /subscriptions/{id}/esim bearer subscriptions.get_esim
POST /subscriptions/{id}/reissue-esim bearer operations.start_reissue
POST /webhooks/esim webhook webhooks.esim
POST /webhooks/esim/{token} webhook webhooks.esim_hint
POST /orders/{sfOrderId}/provision signed provision.start
GET /operations/{id} bearer operations.get_operation
GET /subscriptions/{id}/topup-offers bearer operations.list_topup_offers
POST /subscriptions/{id}/topup bearer operations.start_topup
GET /health public system.health
"""


def test_the_routes_are_those_of_the_contract() -> None:
    routes = {
        f"{e.route.method} {e.route.path} {e.route.access.value} {e.area}.{e.name}"
        for e in ENDPOINTS
        if e.route is not None
    }
    assert routes == set(CONTRACT.strip().splitlines())


def test_each_endpoint_is_started_by_exactly_one_thing() -> None:
    for endpoint in ENDPOINTS:
        starters = (
            endpoint.route,
            endpoint.consumes,
            endpoint.consumes_dead_letters_of,
            endpoint.every_minutes,
            endpoint.minutes_setting,
        )
        assert sum(bool(starter) for starter in starters) == 1, endpoint.id


def test_ids_modules_and_routes_are_unique() -> None:
    for values in (
        [e.id for e in ENDPOINTS],
        [e.module for e in ENDPOINTS],
        [(e.route.method, e.route.path) for e in ENDPOINTS if e.route is not None],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_every_table_queue_and_secret_is_used() -> None:
    assert {table for e in ENDPOINTS for table in e.tables} == set(Table)
    assert {queue for e in ENDPOINTS for queue in e.sends} == set(Queue)
    assert {secret for e in ENDPOINTS for secret in e.secrets} == set(Secret)
    assert sorted(q for e in ENDPOINTS for q in e.consumes) == sorted(Queue)


def test_no_table_is_listed_as_read_and_written() -> None:
    for endpoint in ENDPOINTS:
        assert len(set(endpoint.tables)) == len(endpoint.tables), endpoint.id


def test_http_handlers_answer_before_the_gateway_gives_up() -> None:
    for endpoint in ENDPOINTS:
        assert endpoint.route is None or endpoint.timeout < 29, endpoint.id


def test_an_upstreams_address_and_secret_come_together() -> None:
    pairs = {
        "SALESFORCE_URL": Secret.SALESFORCE,
        "WHMCS_API_URL": Secret.WHMCS,
        "ESIM_API_URL": Secret.ESIM,
        "SENDGRID_API_URL": Secret.MAIL,
    }
    for endpoint in ENDPOINTS:
        for address, secret in pairs.items():
            assert (address in endpoint.settings) == (secret in endpoint.secrets), endpoint.id


def test_only_signed_routes_read_the_signing_keys() -> None:
    signed = {e.id for e in ENDPOINTS if e.route and e.route.access is Access.SIGNED}
    assert {e.id for e in ENDPOINTS if Secret.SIGNING in e.secrets} == signed == {"provision-start"}


def test_paths_are_plain_segments_and_parameters() -> None:
    segment = re.compile(r"[a-z-]+|\{[a-z][A-Za-z]*\}")
    for endpoint in ENDPOINTS:
        if endpoint.route is not None:
            first, *parts = endpoint.route.path.split("/")
            assert first == ""
            assert all(segment.fullmatch(part) for part in parts), endpoint.route.path


def test_cognito_actions_imply_the_pools_environment() -> None:
    for endpoint in ENDPOINTS:
        assert endpoint.user_pool or not endpoint.cognito_actions, endpoint.id
