"""Checks of the stage's resources in AWS."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping

from infra.endpoints import ENDPOINTS
from infra.physical_names import PhysicalNames
from infra.queues import QUEUES
from infra.resource_names import Secret, Table
from ops.doctor.installation import Installation
from ops.doctor.model import Check, Finding, ok, warning, wrong

PAGE = "doctor.md#aws"
HEALTHY_STACKS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})
AUTHORITIES = (Table.IDENTITY, Table.WORKFLOW)
EXPIRING = (Table.IDEMPOTENCY, Table.EPHEMERAL, Table.WORKFLOW, Table.CATALOG)
TTL_ATTRIBUTE = "expiration"
PENDING = "PendingConfirmation"
PARTS: Mapping[Secret, tuple[frozenset[str], ...]] = {
    Secret.SALESFORCE: (
        frozenset({"consumerKey", "username", "privateKey"}),
        frozenset({"consumerKey", "consumerSecret"}),
    ),
    Secret.WHMCS: (frozenset({"identifier", "secret"}),),
    Secret.ESIM: (frozenset({"project", "token"}), frozenset({"accessCode", "secretKey"})),
    Secret.MAIL: (frozenset({"apiKey"}), frozenset({"username", "password"})),
    Secret.SIGNING: (frozenset({"keys"}),),
    Secret.ESIM_WEBHOOK: (frozenset({"signingSecret"}), frozenset({"pathToken"})),
    Secret.SMOKE: (frozenset({"password"}),),
}
"""The needed fields of each secret: one of these groups (infra/secret_fields.py)."""


def secret_output(secret_: Secret) -> str:
    """The stack output that names a secret: CloudFormation takes no dashes."""
    return f"{secret_.value.title().replace('-', '')}SecretName"


def stacks(world: Installation) -> Finding:
    """Check whether the stacks with everything that works are complete."""
    problems = [*_incomplete(world, ""), *_incomplete(world, "-api")]
    return wrong(_list(problems), STACKS) if problems else ok("the stacks are complete")


def monitoring(world: Installation) -> Finding:
    """Check whether the stack with alarms and dashboard is complete."""
    problems = list(_incomplete(world, "-monitoring"))
    return wrong(_list(problems), STACKS) if problems else ok("the stack is complete")


def _incomplete(world: Installation, part: str) -> Iterator[str]:
    name = f"Portal-{world.stage}{part}"
    status = world.cloud.stack_status(name)
    if status not in HEALTHY_STACKS:
        yield f"{name} is {status or 'missing'}"


def functions(world: Installation) -> Finding:
    """Check whether every Lambda exists, is active and has its environment."""
    names = PhysicalNames(world.stage)
    found = world.cloud.functions()
    problems = []
    for endpoint in ENDPOINTS:
        function = found.get(names.function(endpoint))
        if function is None:
            problems.append(f"{endpoint.id} is missing")
        elif function.state != "Active" or function.update != "Successful":
            problems.append(f"{endpoint.id} is {function.state}, its update {function.update}")
        elif lacking := sorted(endpoint.environment - function.environment.keys()):
            problems.append(f"{endpoint.id} lacks {_list(lacking)}")
    if problems:
        return wrong(_list(problems), FUNCTIONS)
    return ok(f"{len(ENDPOINTS)} Lambdas are active")


def secret(world: Installation, which: Secret) -> Finding:
    """Check whether a secret holds what its system needs."""
    if (unneeded := _unneeded(world, which)) is not None:
        return ok(unneeded)
    document = world.cloud.secret(secret_output(which))
    if document is None and which is Secret.ESIM_WEBHOOK:
        return warning("the secret is empty: jobs poll the provider", WEBHOOK)
    if document is None:
        return wrong("the secret is empty", SECRETS)
    filled = {key for key, value in document.items() if value}
    if not any(group <= filled for group in PARTS[which]):
        needed = " or ".join(_list(sorted(group)) for group in PARTS[which])
        return wrong(f"the secret needs {needed}; it has {_list(sorted(filled))}", SECRETS)
    if which is Secret.SIGNING:
        return ok(f"keys: {_list(document['keys'])}")
    return ok("the secret is filled")


def _unneeded(world: Installation, which: Secret) -> str | None:
    """Return why the stage needs no value in a secret; None when it needs one."""
    if which is Secret.MAIL and _takes_all(world):
        return "the mail server takes mails without a login"
    if which is Secret.SMOKE and not world.setting("SMOKE_EMAIL"):
        return "the stage has no synthetic customer"
    return None


def _takes_all(world: Installation) -> bool:
    """Return whether mails go to a server without a login."""
    smtp = world.setting("EMAIL_TRANSPORT") == "smtp"
    return smtp and world.setting("SMTP_AUTHENTICATION") == "false"


def user_pool(world: Installation) -> Finding:
    """Check whether the pool is as the code needs it."""
    pool = world.cloud.user_pool()
    problems = []
    if not (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
        problems.append("anybody can sign up past the portal")
    policy = (pool.get("Policies") or {}).get("PasswordPolicy") or {}
    for setting, rule in PASSWORD_RULES.items():
        wanted = world.setting(setting)
        has = str(policy.get(rule, "")).lower()
        if wanted and has != wanted.lower():
            problems.append(f"{rule} is {has}, the portal says {wanted}")
    if pool.get("MfaConfiguration", "OFF") == "ON":
        problems.append("a second factor is required, which the portal cannot ask for")
    return wrong(_list(problems), POOL) if problems else ok("sign-up is closed, rules agree")


def user_pool_client(world: Installation) -> Finding:
    """Check whether the pool's client lets the portal log customers in, and nobody else."""
    client = world.cloud.user_pool_client()
    problems = []
    flows = set(client.get("ExplicitAuthFlows") or ())
    if "ALLOW_ADMIN_USER_PASSWORD_AUTH" not in flows:
        problems.append("ALLOW_ADMIN_USER_PASSWORD_AUTH is off")
    problems += [
        f"{flow} is on: limits on attempts can be passed by"
        for flow in ("ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH")
        if flow in flows
    ]
    rotation = (client.get("RefreshTokenRotation") or {}).get("Feature")
    # The emulator neither rotates them nor says so.
    if rotation != "ENABLED" and not world.local:
        problems.append("refresh tokens are not rotated")
    if client.get("PreventUserExistenceErrors") != "ENABLED":
        problems.append("errors tell whether a user exists")
    return wrong(_list(problems), POOL) if problems else ok("only the portal logs customers in")


def queues(world: Installation) -> Finding:
    """Check whether messages become dead letters after the configured retries."""
    problems = []
    for row in QUEUES:
        name = row.queue.camel_case
        attributes = world.cloud.queue(world.cloud.outputs.get(f"{name}QueueUrl", ""))
        redrive = json.loads(attributes.get("RedrivePolicy") or "{}")
        wanted = world.setting(row.retries)
        if not redrive:
            problems.append(f"{row.queue} has no dead-letter queue")
        elif wanted and int(redrive.get("maxReceiveCount", 0)) != int(wanted) + 1:
            problems.append(f"{row.queue} gives up after {redrive.get('maxReceiveCount')} receipts")
    if problems:
        return wrong(_list(problems), QUEUES_REMEDY)
    return ok(f"{len(QUEUES)} queues have dead-letter queues")


def consumers(world: Installation) -> Finding:
    """Check whether a Lambda takes the messages of every queue."""
    names = PhysicalNames(world.stage)
    consumed = world.cloud.consumed()
    idle = [row.queue.value for row in QUEUES if not consumed.get(names.queue(row.queue), False)]
    if idle:
        return wrong(f"nothing consumes: {_list(idle)}", CONSUMERS)
    return ok("every queue is consumed")


def dead_letters(world: Installation) -> Finding:
    """Check whether there are dead letters."""
    waiting = []
    for row in QUEUES:
        url = world.cloud.outputs.get(f"{row.queue.camel_case}DeadLettersUrl", "")
        count = int(world.cloud.queue(url).get("ApproximateNumberOfMessages") or 0)
        if count:
            waiting.append(f"{row.queue}: {count}")
    if waiting:
        return warning(f"dead letters: {_list(waiting)}", DEAD_LETTERS)
    return ok("there are no dead letters")


def tables(world: Installation) -> Finding:
    """Check the point-in-time recovery and the TTL attributes of the tables."""
    problems = []
    for table in AUTHORITIES:
        name = world.cloud.outputs.get(f"{table.value.title()}TableName", "")
        if not world.cloud.recoverable(name):
            problems.append(f"{name} has no point-in-time recovery")
    for table in EXPIRING:
        name = world.cloud.outputs.get(f"{table.value.title()}TableName", "")
        if world.cloud.expires(name) != TTL_ATTRIBUTE:
            problems.append(f"items of {name} never expire")
    return wrong(_list(problems), TABLES) if problems else ok("recovery and expiry are on")


def alarms(world: Installation) -> Finding:
    """Check whether alarms notify a topic."""
    silent = [
        str(alarm["AlarmName"])
        for alarm in world.cloud.alarms()
        if not alarm.get("ActionsEnabled", True) or not alarm.get("AlarmActions")
    ]
    if not world.cloud.alarms():
        return wrong("there are no alarms", ALARMS)
    if silent:
        return wrong(f"these tell nobody: {_list(silent)}", ALARMS)
    return ok(f"{len(world.cloud.alarms())} alarms report")


def alarm_mail(world: Installation) -> Finding:
    """Check whether somebody confirmed the subscription to alarms."""
    topic = world.cloud.alarm_topic()
    subscriptions = world.cloud.subscriptions(topic) if topic else ()
    confirmed = [s for s in subscriptions if s.get("SubscriptionArn") != PENDING]
    if confirmed:
        return ok(f"{len(confirmed)} confirmed subscriptions")
    if subscriptions:
        return wrong("the subscription to alarms was never confirmed", CONFIRM)
    if world.local:
        return ok("the local stack mails no alarms")
    return wrong("nobody gets alarms", SUBSCRIBE)


def ringing(world: Installation) -> Finding:
    """Check whether an alarm is raised now."""
    names = [str(a["AlarmName"]) for a in world.cloud.alarms() if a.get("StateValue") == "ALARM"]
    if names:
        return warning(f"ringing: {_list(names)}", RINGING)
    return ok("no alarm rings")


def schedules(world: Installation) -> Finding:
    """Check whether the schedules are enabled."""
    names = PhysicalNames(world.stage)
    rules = world.cloud.rules()
    wanted = [names.function(e) for e in ENDPOINTS if e.every_minutes is not None]
    off = [name for name in wanted if rules.get(name) != "ENABLED"]
    if off:
        return wrong(f"off or missing: {_list(off)}", SCHEDULES)
    return ok(f"{len(wanted)} schedules are on")


def egress(world: Installation) -> Finding:
    """Check whether WHMCS can admit the Lambdas."""
    addresses = world.cloud.outputs.get("EgressAddresses", "")
    if addresses:
        return ok(f"Lambdas call from {addresses}: WHMCS has to list it")
    if (world.cloud.secret("WhmcsSecretName") or {}).get("accessKey"):
        return ok("Lambdas call from any address, with an API access key")
    if world.local:
        return ok("the local stack calls from this machine")
    return warning("Lambdas call WHMCS from changing addresses, without an access key", EGRESS)


def _list(items: Iterable[str]) -> str:
    return ", ".join(items)


PASSWORD_RULES = {
    "PASSWORD_MIN_LENGTH": "MinimumLength",
    "PASSWORD_REQUIRE_LOWERCASE": "RequireLowercase",
    "PASSWORD_REQUIRE_UPPERCASE": "RequireUppercase",
    "PASSWORD_REQUIRE_DIGITS": "RequireNumbers",
    "PASSWORD_REQUIRE_SYMBOLS": "RequireSymbols",
}
AGAIN = "Deploy the stage again (`make deploy`)"
STACKS = f"{AGAIN}; the events of the stack in CloudFormation say what failed."
FUNCTIONS = f"{AGAIN}; a Lambda that stays Failed says why in its configuration."
WEBHOOK = (
    "Register the webhook at the provider and run `make secrets` (docs/esim-providers.md#webhooks)."
)
SECRETS = "Run `make secrets` for this stage."
POOL = f"{AGAIN}: a setting of the user pool was changed by hand."
QUEUES_REMEDY = f"{AGAIN}: a queue was changed by hand, or the settings were not deployed."
CONSUMERS = "Switch the Lambda's event source mapping on again (Configuration, Triggers)."
DEAD_LETTERS = "Look at them with `ops redrive --dead-letters` (docs/operations.md)."
TABLES = f"{AGAIN}: backups or expiry were switched off by hand."
ALARMS = f"{AGAIN}: alarms were changed by hand or never deployed."
CONFIRM = "Open the link in the mail of AWS Notifications to ALARM_EMAIL."
SUBSCRIBE = "Set ALARM_EMAIL and deploy the stage, or subscribe something else to the topic."
RINGING = "Open the alarm in CloudWatch: its description names the runbook."
SCHEDULES = "Switch the rule on again in EventBridge, or deploy the stage."
EGRESS = (
    "Set FIXED_EGRESS_ADDRESS=true and list the address in WHMCS, or use an API access key "
    "(docs/deploying.md)."
)

DEPLOYED, MONITORED = ("aws.stacks",), ("aws.monitoring",)
CHECKS = (
    Check(id="aws.stacks", title="the stacks are complete", look=stacks, remedy=STACKS, page=PAGE),
    *(
        Check(
            id=f"aws.secret-{which.value}",
            title=f"the secret of {which.value} is filled",
            look=functools.partial(secret, which=which),
            remedy=SECRETS,
            page=PAGE,
            needs=DEPLOYED,
        )
        for which in Secret
    ),
    *(
        Check(id=f"aws.{name}", title=title, look=look, remedy=remedy, page=PAGE, needs=DEPLOYED)
        for name, title, look, remedy in (
            ("functions", "the Lambdas are active", functions, FUNCTIONS),
            ("user-pool", "the user pool is closed", user_pool, POOL),
            ("user-pool-client", "only the portal logs in", user_pool_client, POOL),
            ("queues", "queues give up to dead letters", queues, QUEUES_REMEDY),
            ("consumers", "queues are consumed", consumers, CONSUMERS),
            ("dead-letters", "nothing was given up", dead_letters, DEAD_LETTERS),
            ("tables", "tables can be restored", tables, TABLES),
            ("schedules", "schedules are on", schedules, SCHEDULES),
            ("egress", "WHMCS can admit the Lambdas", egress, EGRESS),
        )
    ),
    Check(
        id="aws.monitoring",
        title="the stack of alarms is complete",
        look=monitoring,
        remedy=STACKS,
        page=PAGE,
    ),
    *(
        Check(id=f"aws.{name}", title=title, look=look, remedy=remedy, page=PAGE, needs=MONITORED)
        for name, title, look, remedy in (
            ("alarms", "alarms report", alarms, ALARMS),
            ("alarm-mail", "somebody gets alarms", alarm_mail, CONFIRM),
            ("alarms-ringing", "no alarm rings", ringing, RINGING),
        )
    ),
)
