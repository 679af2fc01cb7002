"""Signup, linking, login, reset and change in any order, with any call failing or killed.

Two customers, three addresses, a fake world, and a model of what each customer may expect.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from portal.domain.limits import LIMITS, Limit
from portal.domain.mail import MailTemplate
from portal.domain.registration import LEASE_SECONDS
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable

from tests.events import Answer, claims
from tests.fakes.accounts import account
from tests.fakes.faults import Killed
from tests.fakes.wires import Strike
from tests.unit.functions.auth.test_link_whmcs import WHMCS_PASSWORD
from tests.unit.functions.auth.world import World, wired

NUMBERS = ("CN-000101", "CN-000102")
EMAILS = ("taro@example.com", "hanako@example.com", "jiro@example.com")
PASSWORDS = ("First-pass-2026", "Second-pass-2026", WHMCS_PASSWORD)
CALLS = (
    "accounts.by_customer_number",
    "registrations.reserve",
    "registrations.claim",
    "registrations.client_sent",
    "registrations.complete",
    "registrations.get",
    "registrations.release_lease",
    "registrations.release",
    "registrations.finish",
    "users.create",
    "users.set_password",
    "users.find_by_email",
    "users.delete",
    "users.sign_out_everywhere",
    "clients.by_email",
    "clients.create",
    "clients.validate_login",
    "case_jobs.send",
    "mail_queue.put",
)
ERRORS = {
    "unavailable": Unavailable("x", "y", "down"),
    "unknown": OutcomeUnknown("x", "y", "no answer"),
    "refused": Refused("x", "y", "no"),
    "killed": Killed(),
}
EXPECTED = {200, 201, 202, 204, 401, 409, 422, 502, 503, 504}


class Identity(RuleBasedStateMachine):
    """`passwords` has what each mapped user certainly signs in with; None when in doubt."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.limits = {name: Limit(10_000, limit.seconds) for name, limit in LIMITS.items()}
        self.world.accounts.accounts = [
            account(NUMBERS[0], id="001000000000101AAA", email=EMAILS[0]),
            account(NUMBERS[1], id="001000000000102AAA", email="old@example.com"),
        ]
        self.world.clients.add(EMAILS[2], NUMBERS[1])
        self._wiring = wired(self.world)
        self._wiring.__enter__()
        self.passwords: dict[str, str | None] = {}

    def teardown(self) -> None:
        """Unwire, and see that the queues lead to one Case and one mail each."""
        try:
            self.world.clock.advance(61)
            self.world.work_off_cases()
            due = {
                job.case_key
                for job in self.world.case_jobs.jobs
                if (found := self.world.identity.get(job.registration_id)) and found.user_id
            }
            assert set(self.world.desk.cases) == due
            welcomed = [mail.user_id for mail in self.world.mails(MailTemplate.WELCOME)]
            assert len(welcomed) == len(set(welcomed))
            assert set(welcomed) <= set(self.world.identity.mappings)
        finally:
            self._wiring.__exit__(None, None, None)

    def _attempt(self, path: str, body: dict[str, str], **event: object) -> Answer | None:
        try:
            answer = self.world.post(path, body, **event)
        except Killed:
            return None
        assert answer.status in EXPECTED, answer.body
        return answer

    def _mapped(self, email: str) -> str | None:
        return self.world.identity.user_id_of(email)

    @rule(
        call=st.sampled_from(CALLS),
        error=st.sampled_from(sorted(ERRORS)),
        after=st.booleans(),
        nth=st.integers(1, 2),
    )
    def strike(self, call: str, error: str, nth: int, *, after: bool) -> None:
        # A refusal has had no effect; only a lost answer comes after one.
        after = after and error in ("unknown", "killed")
        self.world.wires.strikes = [Strike(ERRORS[error], call, after=after, nth=nth)]

    @rule()
    def peace(self) -> None:
        self.world.wires.strikes = []

    @rule(seconds=st.sampled_from([1, 61, 901]), arrive=st.booleans())
    def wait(self, seconds: int, *, arrive: bool) -> None:
        """No AddClient outlives the lease under which it left: by then it is done or dead."""
        if seconds > LEASE_SECONDS:
            (self.world.clients.arrive if arrive else self.world.clients.vanish)()
        self.world.clock.advance(seconds)

    @rule(held=st.booleans())
    def whmcs_is_slow(self, *, held: bool) -> None:
        self.world.clients.hold = held

    @rule()
    def slow_calls_arrive(self) -> None:
        """WHMCS gets round to what it was sent."""
        self.world.clients.arrive()

    @rule(
        email=st.sampled_from(EMAILS),
        number=st.sampled_from(NUMBERS),
        password=st.sampled_from(PASSWORDS[:2]),
    )
    def sign_up(self, email: str, number: str, password: str) -> None:
        before = set(self.world.identity.mappings)
        body = {"email": email, "sfNumber": number, "password": password}
        try:
            answer = self.world.signup(**body)
        except Killed:
            answer = None
        self._note((email, number), password, before, answer)

    @rule(password=st.sampled_from(PASSWORDS), number=st.sampled_from(NUMBERS))
    def link(self, password: str, number: str) -> None:
        before = set(self.world.identity.mappings)
        body = {"email": EMAILS[2], "password": password, "sfNumber": number}
        self._note((EMAILS[2], number), password, before, self._attempt("link-whmcs", body))

    def _note(
        self, who: tuple[str, str], password: str, before: set[str], answer: Answer | None
    ) -> None:
        if answer is not None:
            assert answer.status in EXPECTED, answer.body
        for user_id in set(self.world.identity.mappings) - before:
            # Somebody else's abandoned signup may have been finished on the way.
            mapping = self.world.identity.mappings[user_id]
            mine = (mapping.email, mapping.customer_number) == who
            self.passwords[user_id] = password if mine else None
        if answer is not None and answer.status == 201:
            user_id = answer.json()["userId"]
            assert user_id == self._mapped(who[0])
            self.passwords[user_id] = password

    @rule(email=st.sampled_from(EMAILS), password=st.sampled_from(PASSWORDS))
    def sign_in(self, email: str, password: str) -> None:
        answer = self._attempt("login", {"email": email, "password": password})
        user_id = self._mapped(email)
        if answer is None or user_id is None:
            return
        known = self.passwords[user_id]
        if known is not None:
            assert (answer.status == 200) is (password == known)
        if answer.status == 200:
            assert answer.json()["accessToken"].endswith(user_id)

    @precondition(lambda self: self.world.identity.mappings)
    @rule(data=st.data(), password=st.sampled_from(PASSWORDS[:2]))
    def reset(self, data: st.DataObject, password: str) -> None:
        user_id = data.draw(st.sampled_from(sorted(self.world.identity.mappings)))
        token = self.world.tokens.issue(user_id)
        body = {"token": token, "newPassword": password}
        answer = self._attempt("reset-password", body)
        if answer is not None and answer.status == 204:
            self.passwords[user_id] = password
            assert self.world.users.by_id[user_id].sessions == set()
            again = self._attempt("reset-password", body)
            assert again is None or again.status == 422
        else:
            self.passwords[user_id] = None

    @precondition(lambda self: self.world.identity.mappings)
    @rule(
        data=st.data(),
        current=st.sampled_from(PASSWORDS),
        new=st.sampled_from(PASSWORDS[:2]),
    )
    def change(self, data: st.DataObject, current: str, new: str) -> None:
        user_id = data.draw(st.sampled_from(sorted(self.world.identity.mappings)))
        known = self.passwords[user_id]
        body = {"currentPassword": current, "newPassword": new}
        answer = self._attempt("change-password", body, user=claims(user_id))
        if answer is not None and answer.status == 204:
            assert known in (None, current)
            self.passwords[user_id] = new
        elif answer is None or answer.status >= 500:
            self.passwords[user_id] = None

    @invariant()
    def consistent(self) -> None:
        self.world.assert_consistent()

    @invariant()
    def nobody_is_mapped_to_a_client_of_another_number(self) -> None:
        clients = {client.client_id: client for client in self.world.clients.clients}
        for mapping in self.world.identity.mappings.values():
            assert clients[mapping.whmcs_client_id].customer_number == mapping.customer_number

    @invariant()
    def everybody_can_sign_up_or_is_told_why(self) -> None:
        """Nothing is held without a record that says until when."""
        identity = self.world.identity
        for holder in (*identity.emails.values(), *identity.accounts.values()):
            record = identity.records[holder.registration_id]
            assert holder.mapped or record.abandoned_from <= self.world.clock() + 900


def test_identity() -> None:
    """Few long runs: what goes wrong here needs several steps."""
    run_state_machine_as_test(
        Identity,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
