"""Misconfigurations: what is planted, the one line that turns red, and words of its remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.engine.model import Job, StepRecord, StepState
from portal.engine.states import Status
from portal.repositories.workflow import job_item

from tests.unit.ops.doctor.world import World

FIBRE = "INTERNET-HOME-1G-SILVER"
ESIM = "ESIM-DATA-5GB"


@dataclass(frozen=True)
class Plant:
    """`line` turns red (or yellow, with `warns`), and its remedy says `remedy`."""

    name: str
    line: str
    remedy: str
    plant: Callable[[World], object]
    warns: bool = False


def salesforce(**switches: Any) -> Callable[[World], None]:
    """Something an administrator of the org has done."""
    return lambda world: world.salesforce.set_switches(switches)


def whmcs(**switches: Any) -> Callable[[World], None]:
    """Something that is different in WHMCS."""
    return lambda world: world.whmcs.set_switches(switches)


def setting(name: str, value: str) -> Callable[[World], None]:
    """A setting of the stage with another value."""
    return lambda world: world.aws.set_everywhere(name, value)


def secret(name: str, **document: Any) -> Callable[[World], None]:
    """A secret of the stage with another content."""

    def change(world: World) -> None:
        world.aws.secrets[f"portal/dev/{name}"] = json.dumps(document)

    return change


def api(**behaviour: Any) -> Callable[[World], None]:
    """A public endpoint that does something else."""

    def change(world: World) -> None:
        for name, value in behaviour.items():
            setattr(world.api.behaviour, name, value)

    return change


def product(sku: str, **fields: Any) -> Callable[[World], None]:
    """A product that staff has edited."""
    return lambda world: world.change_product(sku, **fields)


def options(change: Callable[[Any], None]) -> Callable[[World], None]:
    """The options of a product that staff has edited."""

    def edit(world: World) -> None:
        document = json.loads(world.product(FIBRE)["Portal_ConfigOptions_JSON__c"])
        change(document["options"])
        world.change_product(FIBRE, Portal_ConfigOptions_JSON__c=json.dumps(document))

    return edit


def whmcs_product(pid: int, **changes: Any) -> Callable[[World], None]:
    """A product of WHMCS that its administrator has edited."""

    def edit(world: World) -> None:
        there = world.whmcs.store.products[pid]
        world.whmcs.store.products[pid] = there.model_copy(update=changes)

    return edit


def whmcs_price(pid: int, more: int) -> Callable[[World], None]:
    """A monthly price of WHMCS that somebody has raised."""

    def edit(world: World) -> None:
        there = world.whmcs.store.products[pid]
        before = there.pricing["JPY"]
        prices = before.model_copy(update={"monthly": before.monthly + more})
        world.whmcs.store.products[pid] = there.model_copy(update={"pricing": {"JPY": prices}})

    return edit


def both(*plants: Callable[[World], None]) -> Callable[[World], None]:
    """Several changes at once."""

    def change(world: World) -> None:
        for plant in plants:
            plant(world)

    return change


def ordered_at(moment: float) -> Callable[[World], None]:
    """An order that WHMCS took now, and that the portal placed at `moment` later."""

    def order(world: World) -> None:
        world.whmcs.seed(
            {
                "orders": [
                    {
                        "clientid": 1,
                        "paymentmethod": "stripe",
                        "lines": [{"pid": 401, "billingcycle": "onetime"}],
                    }
                ]
            }
        )
        at = datetime.now(UTC).timestamp() + moment
        (placed,) = world.whmcs.store.orders.all()
        world.aws.items.append(job_item(_job(placed.id, at)))

    return order


def _job(order_id: int, at: float) -> Job:
    step = StepRecord(
        state=StepState.DONE, attempt=1, started_at=at, done_at=at, data={"orderId": order_id}
    )
    return Job(
        id="ORDER#801000000000001AAA",
        kind="provision",
        subject="801000000000001AAA",
        status=Status.SUCCEEDED,
        attempt=1,
        requested_at=at,
        updated_at=at,
        correlation_id="plant-0001",
        steps={"add_order": step},
    )


AWS = (
    Plant(
        "a stack that failed to update",
        "aws.stacks",
        "make deploy",
        lambda w: w.aws.stacks.update({"Portal-dev-api": "UPDATE_ROLLBACK_FAILED"}),
    ),
    Plant(
        "alarms that were never deployed",
        "aws.monitoring",
        "make deploy",
        lambda w: w.aws.stacks.update({"Portal-dev-monitoring": "ROLLBACK_COMPLETE"}),
    ),
    Plant(
        "a Lambda that was deleted",
        "aws.functions",
        "make deploy",
        lambda w: w.aws.functions.pop("portal-dev-provision-sweeper"),
    ),
    Plant(
        "a Lambda whose update failed",
        "aws.functions",
        "make deploy",
        lambda w: w.aws.functions["portal-dev-auth-me"].update(LastUpdateStatus="Failed"),
    ),
    Plant(
        "a Lambda without a setting",
        "aws.functions",
        "make deploy",
        lambda w: w.aws.functions["portal-dev-auth-me"]["Environment"]["Variables"].pop(
            "IDENTITY_TABLE"
        ),
    ),
    Plant(
        "an empty secret",
        "aws.secret-mail",
        "make secrets",
        lambda w: w.aws.secrets.pop("portal/dev/mail"),
    ),
    Plant(
        "no secret for the provider's events",
        "aws.secret-esim-webhook",
        "webhook",
        lambda w: w.aws.secrets.pop("portal/dev/esim-webhook"),
        warns=True,
    ),
    Plant(
        "a synthetic customer without a password",
        "aws.secret-smoke",
        "make secrets",
        lambda w: w.aws.secrets.pop("portal/dev/smoke"),
    ),
    Plant("half a secret", "aws.secret-whmcs", "make secrets", secret("whmcs", identifier="x")),
    Plant(
        "a secret that is no JSON",
        "aws.secret-esim",
        "make secrets",
        lambda w: w.aws.secrets.update({"portal/dev/esim": "token"}),
    ),
    Plant(
        "sign-up past the portal",
        "aws.user-pool",
        "changed by hand",
        lambda w: w.aws.pool.update(AdminCreateUserConfig={"AllowAdminCreateUserOnly": False}),
    ),
    Plant(
        "other password rules",
        "aws.user-pool",
        "changed by hand",
        lambda w: w.aws.pool["Policies"]["PasswordPolicy"].update(MinimumLength=6),
    ),
    Plant(
        "a required second factor",
        "aws.user-pool",
        "changed by hand",
        lambda w: w.aws.pool.update(MfaConfiguration="ON"),
    ),
    Plant(
        "logins past the portal's limits",
        "aws.user-pool-client",
        "changed by hand",
        lambda w: w.aws.pool_client["ExplicitAuthFlows"].append("ALLOW_USER_PASSWORD_AUTH"),
    ),
    Plant(
        "refresh tokens that are not rotated",
        "aws.user-pool-client",
        "changed by hand",
        lambda w: w.aws.pool_client.pop("RefreshTokenRotation"),
    ),
    Plant(
        "a queue without dead letters",
        "aws.queues",
        "make deploy",
        lambda w: w.aws.queues["portal-dev-email"].pop("RedrivePolicy"),
    ),
    Plant(
        "a queue that gives up early",
        "aws.queues",
        "make deploy",
        lambda w: w.aws.queues["portal-dev-case"].update(
            RedrivePolicy=json.dumps({"maxReceiveCount": 2})
        ),
    ),
    Plant(
        "a consumer that is switched off",
        "aws.consumers",
        "event source mapping",
        lambda w: w.aws.mappings.update({"portal-dev-provision": "Disabled"}),
    ),
    Plant(
        "dead letters",
        "aws.dead-letters",
        "ops redrive",
        lambda w: w.aws.queues["portal-dev-email-dead-letters"].update(
            ApproximateNumberOfMessages="3"
        ),
        warns=True,
    ),
    Plant(
        "a table that cannot be restored",
        "aws.tables",
        "make deploy",
        lambda w: w.aws.tables["portal-dev-identity"].update(recovery="DISABLED"),
    ),
    Plant(
        "a table that only grows",
        "aws.tables",
        "make deploy",
        lambda w: w.aws.tables["portal-dev-ephemeral"].update(ttl=""),
    ),
    Plant(
        "a schedule that is switched off",
        "aws.schedules",
        "EventBridge",
        lambda w: w.aws.rules.update({"portal-dev-provision-sweeper": "DISABLED"}),
    ),
    Plant(
        "an alarm that tells nobody",
        "aws.alarms",
        "make deploy",
        lambda w: w.aws.alarms[0].update(AlarmActions=[]),
    ),
    Plant(
        "a subscription that nobody confirmed",
        "aws.alarm-mail",
        "ALARM_EMAIL",
        lambda w: w.aws.subscriptions[0].update(SubscriptionArn="PendingConfirmation"),
    ),
    Plant(
        "nobody who gets alarms",
        "aws.alarm-mail",
        "ALARM_EMAIL",
        lambda w: w.aws.subscriptions.clear(),
    ),
    Plant(
        "an alarm that rings",
        "aws.alarms-ringing",
        "runbook",
        lambda w: w.aws.alarms[0].update(StateValue="ALARM"),
        warns=True,
    ),
    Plant(
        "changing addresses without a key",
        "aws.egress",
        "FIXED_EGRESS_ADDRESS",
        lambda w: w.aws.outputs.pop("EgressAddresses"),
        warns=True,
    ),
)

SALESFORCE = (
    Plant(
        "an address without an org",
        "salesforce.address",
        "My Domain",
        lambda w: w.aws.set_everywhere("SALESFORCE_URL", w.api.origin),
    ),
    Plant(
        "a version that is not offered",
        "salesforce.api-version",
        "SALESFORCE_API_VERSION",
        setting("SALESFORCE_API_VERSION", "99.0"),
    ),
    Plant(
        "a revoked consumer secret",
        "salesforce.login",
        "External Client App",
        secret("salesforce", consumerKey="local-consumer-key", consumerSecret="old"),
    ),
    Plant(
        "a user without API access",
        "salesforce.api-access",
        "API access",
        salesforce(api_disabled=True),
    ),
    Plant(
        "a used-up quota",
        "salesforce.quota",
        "Company Information",
        salesforce(daily_request_limit=2),
    ),
    Plant(
        "a field without field-level security",
        "salesforce.fields",
        "Portal_Integration",
        salesforce(hidden_fields=["Order.ESIM_ICCID__c"]),
    ),
    Plant(
        "an org without Person Accounts",
        "salesforce.fields",
        "SALESFORCE_…_FIELD",
        setting("SALESFORCE_ACCOUNT_EMAIL_FIELD", "Email__c"),
    ),
    Plant(
        "a field that may only be read",
        "salesforce.field-access",
        "Field-Level Security",
        salesforce(read_only_fields=["Order.Provisioning_Status__c"]),
    ),
    Plant(
        "a text field that is too short",
        "salesforce.field-types",
        "Object Manager",
        salesforce(changed_fields={"Order.WHMCS_Order_ID__c": {"length": 5}}),
    ),
    Plant(
        "a field of another type",
        "salesforce.field-types",
        "Object Manager",
        salesforce(changed_fields={"Order.Attempt_Count__c": {"type": "string"}}),
    ),
    Plant(
        "an order key that is not unique",
        "salesforce.keys",
        "Unique",
        salesforce(changed_fields={"Order.Portal_Order_Key__c": {"unique": False}}),
    ),
    Plant(
        "a line key that is no external id",
        "salesforce.keys",
        "External ID",
        salesforce(changed_fields={"OrderItem.Portal_Line_Key__c": {"externalId": False}}),
    ),
    Plant(
        "a status that is missing",
        "salesforce.picklists",
        "Add the values",
        salesforce(
            changed_fields={"Order.Provisioning_Status__c": {"values": ["Not Started", "Failed"]}}
        ),
    ),
    Plant(
        "a further required field",
        "salesforce.required-fields",
        "optional",
        salesforce(changed_fields={"Order.PoNumber": {"nillable": False}}),
    ),
    Plant(
        "no status Pending Review",
        "salesforce.order-status",
        "Pending Review",
        salesforce(
            order_statuses={"Draft": "Draft", "Cancelled": "Draft", "Activated": "Activated"}
        ),
    ),
    Plant(
        "Pending Review in the wrong category",
        "salesforce.order-status",
        "Draft",
        salesforce(
            order_statuses={"Draft": "Draft", "Cancelled": "Draft", "Pending Review": "Activated"}
        ),
    ),
    Plant(
        "no status for cancelled orders",
        "salesforce.cancelled-status",
        "ORDER_CANCELLED_STATUS",
        salesforce(order_statuses={"Pending Review": "Draft", "Activated": "Activated"}),
    ),
    Plant(
        "the status of activated orders for cancelled ones",
        "salesforce.cancelled-status",
        "category Draft",
        setting("ORDER_CANCELLED_STATUS", "Activated"),
    ),
    Plant(
        "activated orders that cannot be edited",
        "salesforce.permissions",
        "Edit Activated Orders",
        salesforce(edit_activated_orders=False),
    ),
    Plant(
        "an administrator as integration user",
        "salesforce.least-privilege",
        "Minimum Access",
        salesforce(modify_all_data=True),
        warns=True,
    ),
    Plant(
        "a price book of another name",
        "salesforce.pricebook",
        "SALESFORCE_PRICEBOOK",
        setting("SALESFORCE_PRICEBOOK", "Portal EU"),
    ),
    Plant(
        "a product without a price",
        "salesforce.prices",
        "price book",
        product("VPN-SYDNEY", Portal_Visible__c=True),
        warns=True,
    ),
    Plant(
        "a duplicate rule for orders",
        "salesforce.duplicate-rules",
        "Duplicate Rules",
        salesforce(duplicate_rules=["Order.One_a_day"]),
    ),
)

WHMCS = (
    Plant(
        "an address without WHMCS",
        "whmcs.address",
        "includes/api.php",
        lambda w: w.aws.set_everywhere("WHMCS_API_URL", f"{w.api.origin}/includes/api.php"),
    ),
    Plant("maintenance", "whmcs.address", "maintenance", whmcs(maintenance=True)),
    Plant("an unlisted address", "whmcs.allow-list", "API IP Access", whmcs(invalid_ip=True)),
    Plant("a banned address", "whmcs.allow-list", "API IP Access", whmcs(banned_ip=True)),
    Plant(
        "wrong API credentials",
        "whmcs.login",
        "Manage API Credentials",
        secret("whmcs", identifier="local-identifier", secret="old"),
    ),
    Plant(
        "a role without AddOrder",
        "whmcs.action-AddOrder",
        "Check AddOrder",
        whmcs(denied_actions=["AddOrder"]),
    ),
    Plant(
        "a role without ModuleCreate",
        "whmcs.action-ModuleCreate",
        "Check ModuleCreate",
        whmcs(denied_actions=["ModuleCreate"]),
    ),
    Plant(
        "a role without ValidateLogin",
        "whmcs.action-ValidateLogin",
        "Check ValidateLogin",
        whmcs(denied_actions=["ValidateLogin"]),
    ),
    Plant("an old WHMCS", "whmcs.version", "Update WHMCS", whmcs(version="7.10.2")),
    Plant(
        "a gateway that is not active",
        "whmcs.gateway",
        "Payment Gateways",
        setting("WHMCS_PAYMENT_METHOD", "paypal"),
    ),
    Plant(
        "a currency that WHMCS does not have",
        "whmcs.currency",
        "Currencies",
        setting("PORTAL_CURRENCY", "EUR"),
    ),
    Plant(
        "a client field that is not there",
        "whmcs.client-fields",
        "Custom Client Fields",
        setting("WHMCS_GENDER_FIELD_ID", "99"),
    ),
    Plant(
        "two client fields mixed up",
        "whmcs.client-fields",
        "Custom Client Fields",
        both(
            setting("WHMCS_CUSTOMER_NUMBER_FIELD_ID", "4"),
            setting("WHMCS_NATIONALITY_FIELD_ID", "1"),
        ),
    ),
    Plant(
        "a product that WHMCS does not have",
        "whmcs.products",
        "WHMCS_Product_Id__c",
        product(FIBRE, WHMCS_Product_Id__c=9999),
    ),
    Plant(
        "a cycle that WHMCS does not offer",
        "whmcs.cycles",
        "Pricing",
        product(FIBRE, Portal_Billing_Cycle__c="Annually"),
    ),
    Plant(
        "an option that WHMCS does not have",
        "whmcs.options",
        "whmcsOptionId",
        options(lambda items: items[0].update(whmcsOptionId=77777)),
    ),
    Plant(
        "a product without the reference",
        "whmcs.reference",
        "Portal Order Ref",
        whmcs_product(101, customfields=[]),
    ),
    Plant(
        "prices that differ",
        "whmcs.prices",
        "the same",
        whmcs_price(101, 100),
        warns=True,
    ),
    Plant(
        "single sign-on that is broken",
        "whmcs.sso",
        "8.7",
        whmcs(sso_invalid_client=True),
    ),
    Plant("a small form", "whmcs.form-size", "max_input_vars", whmcs(max_input_vars=500)),
    Plant("another time zone", "whmcs.time-zone", "date.timezone", ordered_at(0)),
)

OTHERS = (
    Plant(
        "a revoked token",
        "esim.login",
        "make secrets",
        secret("esim", project="dev", token="old"),
    ),
    Plant(
        "an eSIM without a plan of this provider",
        "esim.settings",
        "eSIM_Settings_JSON__c",
        product(
            ESIM,
            eSIM_Settings_JSON__c='{"version":1,"provider":{"esim_access":{"plan":"JP_5_30"}}}',
        ),
    ),
    Plant(
        "a plan that the provider does not have",
        "esim.plans",
        "offers to this account",
        product(
            ESIM, eSIM_Settings_JSON__c='{"version":1,"provider":{"gigs":{"plan":"pln_gone"}}}'
        ),
    ),
    Plant(
        "an account that tracks clicks and opens",
        "mail.tracking",
        "Settings, Tracking",
        lambda w: w.sendgrid.set_switches({"account_tracking": True}),
        warns=True,
    ),
    Plant("a revoked API key", "mail.login", "Mail Send", secret("mail", apiKey="SG.old")),
    Plant(
        "a key that may not send",
        "mail.login",
        "Mail Send",
        both(
            lambda w: w.sendgrid.seed({"apiKeys": [{"key": "SG.read", "scopes": ["alerts.read"]}]}),
            secret("mail", apiKey="SG.read"),
        ),
    ),
    Plant(
        "a sender that nobody verified",
        "mail.sender",
        "Sender Authentication",
        setting("EMAIL_FROM", "hello@other.example"),
    ),
    Plant("an API that is down", "portal.health", "alarms", api(healthy=False)),
    Plant(
        "customers' data without a token", "portal.authorizer", "gateway", api(needs_token=False)
    ),
    Plant("an empty catalogue", "portal.catalogue", "ops catalog check", api(products=0)),
    Plant(
        "a signing key that is not live",
        "portal.signing-keys",
        "rotation",
        api(keys={"k0": "the key before"}),
    ),
    Plant(
        "signatures that nobody checks",
        "portal.forged-signature",
        "at once",
        api(checks_signatures=False),
    ),
    Plant(
        "an origin that is not listed", "portal.origins", "CORS_ORIGINS", api(origins=["https://x"])
    ),
    Plant("any origin", "portal.origins", "CORS_ORIGINS", api(any_origin=True)),
    Plant(
        "a number that is enough to sign up",
        "portal.signup-proof",
        "SIGNUP_PROOF",
        setting("SIGNUP_PROOF", "none"),
        warns=True,
    ),
    Plant("no pages", "portal.pages", "PORTAL_WEB_URL", api(pages=False)),
    Plant("a clock that is wrong", "portal.clock", "NTP", api(skew=120.0)),
    Plant(
        "a product with a mistake",
        "portal.rejected-products",
        "docs/catalog.md",
        product("VPN-PARIS", Portal_Visible__c=True),
        warns=True,
    ),
)

PLANTS = (*AWS, *SALESFORCE, *WHMCS, *OTHERS)
