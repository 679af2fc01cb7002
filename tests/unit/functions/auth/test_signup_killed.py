"""Signup when every external call fails in every way, and the request is then repeated.

Whatever happened, in the end there are one Cognito user, one WHMCS client, one mapping, one Case
and one welcome mail, and the customer can sign in.
"""

from __future__ import annotations

import pytest
from portal.domain.mail import MailTemplate
from portal.domain.upstream import OutcomeUnknown, Refused, Throttled, Unauthorized, Unavailable
from portal.ports.clients import EmailTaken
from portal.ports.users import UserExists

from tests.events import Answer
from tests.fakes.accounts import account
from tests.fakes.faults import Killed
from tests.fakes.wires import Strike
from tests.unit.functions.auth.world import EMAIL, World

# The calls of a signup whose address is not the Account's, in order.
UNTROUBLED = (
    "accounts.by_customer_number",
    "registrations.reserve",
    "users.create",
    "users.set_password",
    "clients.by_email",
    "registrations.client_sent",
    "clients.create",
    "case_jobs.send",
    "registrations.complete",
    "mail_queue.put",
    "registrations.finish",
)
WRITES = tuple(call for call in UNTROUBLED if not call.endswith(("by_customer_number", "by_email")))
CLEAN_UP = (
    "registrations.client_sent",
    "registrations.get",
    "users.find_by_email",
    "users.delete",
    "registrations.release",
)
ATTEMPTS = 4


@pytest.fixture
def customer_world(world: World) -> World:
    """The Account has another address, so a Case is due."""
    world.accounts.accounts[0] = account(email="old@example.com")
    return world


def attempt(world: World) -> Answer | None:
    """One request; None when the process died."""
    try:
        return world.signup()
    except Killed:
        return None


def until_registered(world: World) -> list[int | None]:
    """Repeat as a patient client does, waiting as long as it is told; the statuses."""
    statuses: list[int | None] = []
    for _ in range(ATTEMPTS):
        answer = attempt(world)
        statuses.append(answer.status if answer else None)
        world.assert_consistent()
        if answer is not None and answer.status == 201:
            break
        world.clock.advance(int(answer.headers.get("retry-after", "1")) if answer else 1)
    return statuses


def assert_registered_once(world: World) -> None:
    (user,) = world.users.by_id.values()
    (client,) = world.clients.clients
    (mapping,) = world.identity.mappings.values()
    assert (mapping.user_id, mapping.whmcs_client_id) == (user.user_id, client.client_id)
    world.work_off_cases()
    assert len(world.desk.cases) == 1
    assert len(world.mails(MailTemplate.WELCOME)) == 1
    assert world.login(EMAIL).status == 200


def test_the_matrix_covers_every_call(customer_world: World) -> None:
    assert until_registered(customer_world) == [201]
    assert tuple(customer_world.wires.trace) == UNTROUBLED
    assert_registered_once(customer_world)


@pytest.mark.parametrize("call", UNTROUBLED)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed(customer_world: World, call: str, *, after: bool) -> None:
    customer_world.wires.strikes = [Strike(Killed(), call, after=after)]
    statuses = until_registered(customer_world)
    assert statuses[0] is None
    assert statuses[-1] == 201
    assert_registered_once(customer_world)


@pytest.mark.parametrize("call", UNTROUBLED)
@pytest.mark.parametrize(
    "error",
    [Unavailable("x", "y", "never left"), Throttled("x", "y", "429", retry_after=7)],
    ids=["unavailable", "throttled"],
)
def test_turned_away(customer_world: World, call: str, error: Exception) -> None:
    customer_world.wires.strikes = [Strike(error, call)]
    statuses = until_registered(customer_world)
    assert statuses == [503, 201]
    assert_registered_once(customer_world)


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize("after", [False, True], ids=["lost request", "lost answer"])
def test_no_answer(customer_world: World, call: str, *, after: bool) -> None:
    """A time-out, a 500, an HTML page or nothing, with and without the effect."""
    lost = OutcomeUnknown("x", "y", "no answer")
    customer_world.wires.strikes = [Strike(lost, call, after=after)]
    statuses = until_registered(customer_world)
    # A client that was made although its answer was lost is found in the same request.
    expected = [201] if (call, after) == ("clients.create", True) else None
    assert statuses == expected if expected else statuses[-1] == 201
    assert_registered_once(customer_world)


@pytest.mark.parametrize("call", UNTROUBLED[:9])
@pytest.mark.parametrize("kind", [Refused, Unauthorized])
def test_refused_leaves_nothing_in_the_way(
    customer_world: World, call: str, kind: type[Refused]
) -> None:
    world = customer_world
    world.wires.strikes = [Strike(kind("x", "y", "no"), call)]
    answer = world.signup()
    assert answer.status == 502
    if call not in ("case_jobs.send", "registrations.complete"):
        assert not world.users.by_id
        assert not world.identity.records
        assert not world.clients.clients
    assert until_registered(world) == [201]
    assert_registered_once(world)


@pytest.mark.parametrize("call", ["users.create", "clients.create"])
def test_already_exists_because_the_first_one_came_through(
    customer_world: World, call: str
) -> None:
    """The client library repeats a request whose answer was lost, and hears "exists"."""
    error = UserExists() if call == "users.create" else EmailTaken()
    customer_world.wires.strikes = [Strike(error, call, after=True)]
    assert until_registered(customer_world) == [201]
    assert_registered_once(customer_world)


@pytest.mark.parametrize("call", CLEAN_UP)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [Killed(), Unavailable("x", "y", "down")], ids=["killed", "down"])
def test_cleaning_up_may_fail_too(
    customer_world: World, call: str, error: BaseException, *, after: bool
) -> None:
    world = customer_world
    world.wires.strikes = [Strike(Refused("whmcs", "AddClient", "no"), "clients.create")]
    # The second `client_sent` is the one that takes the note back.
    nth = 2 if call == "registrations.client_sent" else 1
    second = Strike(error, call, after=after, nth=nth)
    world.wires.strikes.append(second)
    attempt(world)
    assert second.struck
    assert until_registered(world)[-1] == 201
    assert_registered_once(world)


@pytest.mark.parametrize("call", UNTROUBLED)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_abandoned_and_then_somebody_else_comes(
    customer_world: World, call: str, *, after: bool
) -> None:
    """The same customer with another address, long after a crash anywhere: never two clients."""
    world = customer_world
    world.wires.strikes = [Strike(Killed(), call, after=after)]
    attempt(world)
    world.clock.advance(901)
    answer = world.signup(email="other@example.com")
    world.assert_consistent()
    assert len(world.clients.clients) == len(world.identity.mappings) == 1
    (mapping,) = world.identity.mappings.values()
    owner = EMAIL if answer.status == 409 else "other@example.com"
    assert (answer.status, mapping.email) in ((409, EMAIL), (201, "other@example.com"))
    assert [user.email for user in world.users.by_id.values()] == [owner]
    assert world.login(owner).status == 200
    world.work_off_cases()
    assert len(world.desk.cases) == 1


@pytest.mark.parametrize("second", ["clients.by_email", "registrations.complete", "mail_queue.put"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_recovery_may_be_killed_too(customer_world: World, second: str, *, after: bool) -> None:
    world = customer_world
    world.wires.strikes = [Strike(Killed(), "clients.create", after=True)]
    attempt(world)
    world.clock.advance(901)
    world.wires.strikes.append(Strike(Killed(), second, after=after))
    with pytest.raises(Killed):
        world.signup(email="other@example.com")
    world.assert_consistent()
    world.clock.advance(61)
    assert until_registered(world)[-1] == 201
    assert_registered_once(world)


def test_the_password_of_the_repeated_request_counts_while_there_is_no_mapping(
    customer_world: World,
) -> None:
    world = customer_world
    world.wires.strikes = [Strike(Killed(), "clients.create", after=True)]
    attempt(world)
    world.clock.advance(61)
    assert world.signup(password="Changed-mind-2026").status == 201
    assert world.login().status == 401
    assert world.login(password="Changed-mind-2026").status == 200
