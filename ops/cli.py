"""The operator's command line: `.venv/bin/ops --help`.

Exit codes: 0 for done; 1 for no (a product is rejected, an order is unknown, an action is no longer
possible); 2 for wrong usage; 3 for no answer, because a system was not reached or refused.
"""

from __future__ import annotations

import io
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from portal import correlation
from portal.catalog.cache import CachePolicy
from rich.console import Console

from ops import (
    dead_letters,
    jobs,
    number_report,
    numbers,
    operation_report,
    operations,
    order_report,
    order_view,
    report,
    user_report,
    users,
)
from ops.deps import StageRoot
from ops.errors import FAILED, KNOWN, NO, OpsError, explain
from ops.ports import DeadLetter, DeadLetters, Root
from ops.stages import FRONT_DOOR

PIPE_WIDTH = 140
MOST = 1000

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Operate a stage of the portal.")
catalog_app = typer.Typer(no_args_is_help=True, help="The catalogue.")
order_app = typer.Typer(no_args_is_help=True, help="One order.")
whmcs_app = typer.Typer(no_args_is_help=True, help="The set-up of WHMCS.")
app.add_typer(catalog_app, name="catalog")
app.add_typer(order_app, name="order")
app.add_typer(whmcs_app, name="whmcs")
users_app = typer.Typer(no_args_is_help=True, help="One portal user.")
app.add_typer(users_app, name="users")
numbers_app = typer.Typer(no_args_is_help=True, help="One customer number.")
app.add_typer(numbers_app, name="numbers")
operation_app = typer.Typer(no_args_is_help=True, help="One operation of a customer.")
app.add_typer(operation_app, name="operation")

Who = Annotated[str, typer.Argument(help="User id, e-mail address, customer number or Account id")]
Number = Annotated[str, typer.Argument(help="Customer number")]
OrderId = Annotated[str, typer.Argument(help="Salesforce Order id, 15 or 18 characters")]
OperationId = Annotated[str, typer.Argument(help="id of an operation, such as topup-0123…")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")]


@app.callback()
def choose_stage(
    ctx: typer.Context,
    stage: Annotated[
        str | None,
        typer.Option(help="dev, production, …, or local (the default when `make run` is running)"),
    ] = None,
    front_door: Annotated[
        str | None,
        typer.Option(
            help="Address of the local stack's front door (default: the stack that runs from this "
            f"checkout, or {FRONT_DOOR})"
        ),
    ] = None,
) -> None:
    """Operate a stage of the portal."""
    if ctx.obj is None:
        ctx.obj = StageRoot(stage, front_door)


@catalog_app.command("check")
def catalog_check(ctx: typer.Context) -> None:
    """List the products in Salesforce that cannot be sold, and why; exit 1 when there are any."""
    with _reported() as console:
        products, rejections = _root(ctx).catalog().source.read()
        for rejection in rejections:
            sku = rejection.sku or "(no ProductCode)"
            console.print(f"✗ {sku}  {rejection.sf_product_id}  {rejection.reason}", soft_wrap=True)
        console.print(f"{len(products)} can be sold, {len(rejections)} rejected.")
        if rejections:
            raise typer.Exit(NO)


@catalog_app.command("invalidate")
def catalog_invalidate(ctx: typer.Context) -> None:
    """Make the portal read the catalogue from Salesforce again at its next use."""
    with _reported() as console:
        ports = _root(ctx).catalog()
        policy = CachePolicy()
        ports.store.invalidate(read_at=int(ports.clock()) - policy.fresh)
        console.print(
            f"Invalidated: the next request that is not served from a Lambda's memory "
            f"({policy.memory} s) reads Salesforce.",
            soft_wrap=True,
        )


@order_app.command("show")
def order_show(ctx: typer.Context, order_id: OrderId) -> None:
    """Show the ids and states of an order in Salesforce, the workflow table and WHMCS."""
    with _reported() as console:
        view = order_view.look_up(_root(ctx).order(), jobs.full_order_id(order_id))
        order_report.render(view, console)
        if view.unreadable:
            raise typer.Exit(FAILED)


@order_app.command("cancel")
def order_cancel(ctx: typer.Context, order_id: OrderId, yes: Yes = False) -> None:
    """Cancel provisioning, if nothing has been ordered yet."""
    with _reported() as console:
        full_id = jobs.full_order_id(order_id)
        ports = _root(ctx).jobs()
        status = jobs.must_exist(ports, full_id)
        _confirm(f"Cancel provisioning of {full_id} (now {status})?", yes=yes)
        outcome = jobs.call_off(ports, full_id)
        console.print(jobs.SENTENCES[outcome], soft_wrap=True)
        if outcome not in jobs.DONE:
            raise typer.Exit(NO)


@users_app.command("show")
def users_show(ctx: typer.Context, who: Who) -> None:
    """Show who a portal user is in the other systems; ids only."""
    with _reported() as console:
        user_report.render(users.look_up(_root(ctx).users(), who), console)


@users_app.command("remap")
def users_remap(
    ctx: typer.Context,
    who: Who,
    account: Annotated[str, typer.Option(help="Id of the Account that the user is to get")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the user's record")],
    yes: Yes = False,
) -> None:
    """Give a portal user another Salesforce Account, for example after a merge."""
    with _reported() as console:
        ports = _root(ctx).users()
        mapping, wanted = users.find(ports, who), users.wanted_account(ports, account)
        _confirm(
            f"Give user {mapping.user_id} (WHMCS client {mapping.whmcs_client_id}) Account "
            f"{wanted.id} instead of {mapping.sf_account_id}?",
            yes=yes,
        )
        users.remap(ports, mapping, wanted, reason)
        console.print(f"User {mapping.user_id} is Account {wanted.id} now.", soft_wrap=True)


@users_app.command("remove")
def users_remove(ctx: typer.Context, who: Who, yes: Yes = False) -> None:
    """Forget who a portal user is, so that its customer number can sign up again."""
    with _reported() as console:
        ports = _root(ctx).users()
        mapping = users.find(ports, who)
        _confirm(
            f"Remove user {mapping.user_id}? Its orders and its WHMCS client "
            f"{mapping.whmcs_client_id} stay; delete the user in Cognito as well.",
            yes=yes,
        )
        users.remove(ports, mapping)
        console.print(
            f"Removed. Delete {mapping.user_id} in Cognito, and close WHMCS client "
            f"{mapping.whmcs_client_id} unless the customer keeps it.",
            soft_wrap=True,
        )


@operation_app.command("show")
def operation_show(ctx: typer.Context, operation: OperationId) -> None:
    """Show an operation in the workflow table and its invoice in WHMCS; ids only."""
    with _reported() as console:
        shown = operations.look_up(_root(ctx).operation(), operation)
        operation_report.render(shown, console)
        if shown.unreadable:
            raise typer.Exit(FAILED)


@operation_app.command("cancel")
def operation_cancel(ctx: typer.Context, operation: OperationId, yes: Yes = False) -> None:
    """Call an operation off, if nothing that cannot be undone has begun."""
    with _reported() as console:
        ports = _root(ctx).operation_jobs()
        status = operations.must_exist(ports, operation).status
        _confirm(f"Cancel {operation} (now {status})?", yes=yes)
        outcome = operations.call_off(ports, operation)
        console.print(operations.SENTENCES[outcome], soft_wrap=True)
        if outcome not in operations.DONE:
            raise typer.Exit(NO)


@operation_app.command("redrive")
def operation_redrive(ctx: typer.Context, operation: OperationId, yes: Yes = False) -> None:
    """Start the next attempt of an operation that failed; the customer may be charged anew."""
    with _reported() as console:
        ports = _root(ctx).operation_jobs()
        operations.must_exist(ports, operation)
        _confirm(f"Start the next attempt of {operation}? It may charge the customer.", yes=yes)
        attempt, correlation_id = operations.start_again(ports, operation)
        console.print(
            f"Attempt {attempt} of {operation} is queued; correlation id {correlation_id}.",
            soft_wrap=True,
        )


@numbers_app.command("show")
def numbers_show(ctx: typer.Context, number: Number) -> None:
    """Show who has a customer number, and how many attempts were made with it."""
    with _reported() as console:
        number_report.render(numbers.look_up(_root(ctx).numbers(), number), console)


@numbers_app.command("release")
def numbers_release(ctx: typer.Context, number: Number) -> None:
    """Start the counts of attempts with a customer number again."""
    with _reported() as console:
        numbers.release(_root(ctx).numbers(), number)
        console.print("Released: its owner can sign up now.")


@app.command("redrive")
def redrive(
    ctx: typer.Context,
    order_id: Annotated[str | None, typer.Argument(help="Order whose provisioning failed")] = None,
    letters: Annotated[
        bool,
        typer.Option(
            "--dead-letters",
            help="Provisioning and operations: list them. E-mail and Cases: send them again.",
        ),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many messages")] = 10,
    yes: Yes = False,
) -> None:
    """Start a new attempt of a failed order, or move dead letters back."""
    if (order_id is None) is not letters:
        raise typer.BadParameter("give either an Order id or --dead-letters")
    with _reported() as console:
        if order_id is None:
            _redrive_letters(_root(ctx), limit, console, yes=yes)
            return
        full_id = jobs.full_order_id(order_id)
        attempt, correlation_id = jobs.start_again(_root(ctx).jobs(), full_id)
        console.print(
            f"Attempt {attempt} of {full_id} is queued; correlation id {correlation_id}.",
            soft_wrap=True,
        )


@app.command("doctor")
def doctor(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
    system: Annotated[
        list[str] | None,
        typer.Option(help="Only checks of aws, salesforce, whmcs, esim, mail or portal"),
    ] = None,
    write_probes: Annotated[
        bool, typer.Option("--write-probes", help="Also settle what only a write can; asks first")
    ] = False,
    probe_client: Annotated[
        int | None, typer.Option(help="WHMCS client of your own that the probe may order for")
    ] = None,
    yes: Yes = False,
) -> None:
    """Check a stage and every system around it; exit 1 when something is wrong."""
    from ops import doctor_command  # noqa: PLC0415  # everything that reads a system

    with _reported() as console:
        wanted = doctor_command.chosen(system)
        if write_probes:
            _confirm(doctor_command.question(probe_client), yes=yes)
            wanted = (*wanted, *doctor_command.probes(probe_client, system))
        code = doctor_command.run(wanted, _root(ctx).doctor(), console, as_json=as_json)
        if code:
            raise typer.Exit(code)


@app.command("audit")
def audit(
    ctx: typer.Context,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Orders changed on this day (UTC) or later"),
    ] = None,
    last: Annotated[
        bool, typer.Option("--last", help="What the last nightly audit found; reads no system")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
) -> None:
    """Compare all systems and list what does not agree; exit 1 when something does not."""
    from ops import audit as auditing  # noqa: PLC0415  # everything that reads a system

    with _reported() as console:
        ports = _root(ctx).audit()
        day = since.replace(tzinfo=UTC) if since else None
        state, findings = auditing.last(ports) if last else auditing.run(ports, day)
        if as_json:
            console.print(auditing.as_json(state, findings), soft_wrap=True)
        else:
            auditing.show(state, findings, console)
        if findings:
            raise typer.Exit(NO)


@app.command("smoke")
def smoke(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
) -> None:
    """Order and cancel as the synthetic customer; exit 1 when a step fails."""
    from ops import smoke as smoking  # noqa: PLC0415  # everything that calls the API

    with _reported() as console, correlation.bound(uuid.uuid4().hex):
        root = _root(ctx)
        code = smoking.run(root.smoke(), root.stage_name(), console, as_json=as_json)
        if code:
            raise typer.Exit(code)


@whmcs_app.command("plan")
def whmcs_plan(ctx: typer.Context) -> None:
    """List what has to be created in WHMCS and whether it is there; exit 1 when not all is."""
    from ops import whmcs_plan as planning  # noqa: PLC0415  # everything that reads a system

    with _reported() as console:
        items = list(planning.plan(_root(ctx).doctor()))
        planning.show(items, console)
        if any(item.state is planning.State.MISSING for item in items):
            raise typer.Exit(NO)


@dataclass(frozen=True, kw_only=True)
class _Repeatable:
    """Dead letters that are safe to send again. Those to `keep` stay, for the reason `kept`."""

    title: str
    what: str
    letters: DeadLetters
    keep: Callable[[DeadLetter], bool] = lambda _: False
    kept: str = ""


def _redrive_letters(root: Root, limit: int, console: Console, *, yes: bool) -> None:
    ports = root.dead_letters()
    console.print("Provisioning (a Lambda ends their orders as failed; redrive those by id)")
    _list([*ports.provision.look(limit), *ports.provision_waiting.look(limit)], console)
    console.print("Operations (a Lambda undoes and ends them; redrive those by id)")
    _list([*ports.operation.look(limit), *ports.operation_waiting.look(limit)], console)
    now = datetime.fromtimestamp(ports.clock(), UTC)
    mails = _Repeatable(
        title="E-mail",
        what="mails",
        letters=ports.email,
        keep=lambda letter: dead_letters.is_too_late(letter, now=now),
        kept="links to a new password or to sign up that are too late; their customers ask again",
    )
    cases = _Repeatable(title="Case", what="Cases", letters=ports.case)
    # Each queue is asked about separately.
    agreed = [_send_again(queue, limit, console, yes=yes) for queue in (mails, cases)]
    if not all(agreed):
        raise typer.Exit(NO)


def _send_again(queue: _Repeatable, limit: int, console: Console, *, yes: bool) -> bool:
    """Send dead letters again. Returns False when the operator said no."""
    console.print(queue.title)
    waiting = queue.letters.look(limit)
    _list(waiting, console)
    if not waiting:
        return True
    if not (yes or typer.confirm(f"Send up to {limit} of these {queue.what} again?", err=True)):
        return False
    outcome = queue.letters.move_back(limit, queue.keep)
    console.print(f"{len(outcome.moved)} moved back to the {queue.title.lower()} queue.")
    if outcome.left:
        console.print(f"{len(outcome.left)} left: {queue.kept}.", soft_wrap=True)
    return True


def _list(letters: Sequence[DeadLetter], console: Console) -> None:
    if not letters:
        console.print("  none")
    for letter in letters:
        members = dead_letters.parts(letter)
        names = ("jobId", "attempt", "template", "dedupKey", "userId", "caseKey")
        said = "  ".join(f"{name} {members[name]}" for name in names if name in members)
        sent = report.moment(letter.sent_at.timestamp())
        console.print(f"  {sent}  {said or 'not readable'}  message {letter.id}", soft_wrap=True)


def _root(ctx: typer.Context) -> Root:
    root: Root = ctx.obj
    return root


def _confirm(question: str, *, yes: bool) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)


@contextmanager
def _reported() -> Iterator[Console]:
    """Yield a console for results. An error becomes one sentence and an exit code.

    The shared package's output on stdout is for CloudWatch (metrics, logs), and is not shown.
    """
    console = _console(stderr=False)
    try:
        with redirect_stdout(io.StringIO()):
            yield console
    except OpsError as error:
        _say(str(error))
        raise typer.Exit(error.exit_code) from None
    except KNOWN as error:
        _say(explain(error))
        raise typer.Exit(FAILED) from None


def _say(sentence: str) -> None:
    _console(stderr=True).print(f"✗ {sentence}", style="red", soft_wrap=True)


def _console(*, stderr: bool) -> Console:
    # The current stream, because stdout is redirected while the shared package works.
    console = Console(
        file=sys.stderr if stderr else sys.stdout, markup=False, emoji=False, highlight=False
    )
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


def main() -> None:
    """Run the script `ops`."""
    app()
