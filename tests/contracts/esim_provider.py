"""What every `EsimProvider` must do, whoever the vendor is.

A test that depends on a capability reads it, as the product does.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from portal.domain.esim import (
    ChangeState,
    Line,
    LineState,
    Offer,
    ProfileState,
    Reissue,
    ReissueMode,
    TopUpTrace,
    Trace,
)
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
)

from tests.contracts.esim_worlds import EsimWorld

REF = "801000000000001AAA-line-1-1"
ICCID = re.compile(r"89[0-9]{16,18}")


def now() -> datetime:
    return datetime.now(UTC)


class ActivationContract:
    """Ordering lines, and finding them again."""

    def test_a_line_is_ordered_and_found_by_its_reference(self, world: EsimWorld) -> None:
        assert world.find(REF) == {}
        ordered = world.order(REF)
        assert ordered.ref == REF
        assert ordered.state in (LineState.PENDING, LineState.ACTIVE)
        world.allocate()
        line = world.find(REF)[REF]
        assert (line.state, line.ref) == (LineState.ACTIVE, REF)
        assert ICCID.fullmatch(line.iccid or "")
        again = world.provider.get_line(line.line_id)
        assert (again.state, again.iccid) == (LineState.ACTIVE, line.iccid)

    def test_a_credential_is_fetched_when_the_line_is_ready(self, world: EsimWorld) -> None:
        line = world.active(REF)
        if not world.provider.capabilities.activation_codes:
            with pytest.raises(Refused):
                world.provider.activation_code(line.line_id)
            return
        code = world.provider.activation_code(line.line_id)
        assert code.lpa.startswith("LPA:1$")
        assert code.matching_id not in repr(code)

    def test_a_slow_line_is_pending_until_it_is_allocated(self, world: EsimWorld) -> None:
        world.hold()
        known = {REF: world.order(REF).line_id}
        looked = world.find(REF, known=known)
        assert looked[REF].state is LineState.PENDING
        assert world.provider.get_line(known[REF]).state is LineState.PENDING
        with pytest.raises((Unavailable, Refused)) as caught:
            world.provider.activation_code(known[REF])
        assert isinstance(caught.value, Unavailable) or (
            not world.provider.capabilities.activation_codes
        )
        world.allocate()
        assert world.find(REF)[REF].state is LineState.ACTIVE

    def test_a_repeated_request_is_one_line(self, world: EsimWorld) -> None:
        world.order(REF)
        if world.provider.capabilities.idempotency == "native":
            world.order(REF)
        world.allocate()
        assert set(world.find(REF)) == {REF}
        assert world.living() == 1

    def test_other_references_are_other_lines_and_one_look_finds_all(
        self, world: EsimWorld
    ) -> None:
        refs = [f"{REF}{number}" for number in range(3)]
        for ref in refs:
            world.order(ref)
        world.allocate()
        lines = world.find(*refs, "unknown")
        assert set(lines) == set(refs)
        assert len({line.line_id for line in lines.values()}) == 3

    def test_a_look_since_a_moment_finds_what_came_after(self, world: EsimWorld) -> None:
        before = now()
        world.active(REF)
        assert set(world.find(REF, since=before)) == {REF}

    def test_a_lost_answer_is_settled_by_looking(self, world: EsimWorld) -> None:
        world.lose_answer("activate")
        with pytest.raises(OutcomeUnknown):
            world.order(REF)
        world.allocate()
        assert world.find(REF)[REF].state is LineState.ACTIVE
        assert world.living() == 1

    def test_a_lost_answer_to_a_slow_order_is_settled_by_repeating(self, world: EsimWorld) -> None:
        world.hold()
        world.lose_answer("activate")
        with pytest.raises(OutcomeUnknown):
            world.order(REF)
        if REF not in world.find(REF):
            world.order(REF)
        world.allocate()
        assert world.living() == 1

    @pytest.mark.parametrize("accident", ["lose_request", "break_down"])
    def test_a_lost_request_leaves_nothing(self, world: EsimWorld, accident: str) -> None:
        getattr(world, accident)("activate")
        with pytest.raises(OutcomeUnknown):
            world.order(REF)
        assert world.find(REF) == {}
        assert world.living() == 0
        world.active(REF)
        assert world.living() == 1

    def test_the_longest_reference(self, world: EsimWorld) -> None:
        length = world.provider.capabilities.max_ref_length
        assert length >= 40
        ref = "Ab-9" * (length // 4) + "x" * (length % 4)
        assert world.active(ref).ref == ref

    def test_a_plan_that_does_not_exist(self, world: EsimWorld) -> None:
        world.plan = ""
        with pytest.raises(Refused):
            world.order(REF)
        assert world.living() == 0

    def test_a_line_that_does_not_exist(self, world: EsimWorld) -> None:
        for ask in (world.provider.get_line, world.provider.activation_code):
            with pytest.raises(Refused):
                ask("999999")

    def test_a_vendor_that_has_run_out_sells_nothing_and_recovers(self, world: EsimWorld) -> None:
        subscriber = world.subscriber()
        world.run_out()
        with pytest.raises((Refused, Unavailable)):
            world.order(REF)
        assert world.living() == 0
        assert world.find(REF) == {}
        world.recover()
        assert world.active(REF).ref == REF
        assert world.subscriber() == subscriber

    def test_too_many_requests_have_no_effect(self, world: EsimWorld) -> None:
        world.subscriber()
        subscriber_id = world.subscriber()
        world.throttle()
        with pytest.raises(Throttled):
            world.provider.activate(
                ref=REF, plan=world.plan, subscriber_id=subscriber_id, eid=world.eid(REF)
            )
        with pytest.raises(Throttled):
            world.provider.find(subscriber_id=subscriber_id, refs=[REF])
        world.recover()
        assert world.living() == 0


class CredentialsContract:
    """Our own credentials."""

    def test_wrong_credentials_are_told_apart(self, world: EsimWorld) -> None:
        line = world.active(REF)
        world.change_credentials()
        with pytest.raises(Unauthorized):
            world.provider.get_line(line.line_id)


class EndContract:
    """Ending a line."""

    def test_an_ended_line_is_gone_and_ending_repeats(self, world: EsimWorld) -> None:
        line = world.active(REF)
        for _ in range(2):
            world.provider.end_line(line.line_id)
        assert world.provider.get_line(line.line_id).state is LineState.ENDED
        assert world.living() == 0

    @pytest.mark.parametrize("installed", [False, True], ids=["looked-up", "known"])
    def test_an_installed_line_ends_too(self, world: EsimWorld, installed: bool) -> None:
        line = world.active(REF)
        world.install(line)
        for _ in range(2):
            world.provider.end_line(line.line_id, installed=installed)
        assert world.provider.get_line(line.line_id).state is LineState.ENDED

    def test_a_lost_answer_is_repeated(self, world: EsimWorld) -> None:
        line = world.active(REF)
        world.lose_answer("end line")
        with pytest.raises(OutcomeUnknown):
            world.provider.end_line(line.line_id)
        world.provider.end_line(line.line_id)
        assert world.provider.get_line(line.line_id).state is LineState.ENDED


class ReissueContract:
    """Another profile for a line, exactly once."""

    def reissue(self, world: EsimWorld, line: Line, ref: str = "reissue-1") -> Reissue:
        return world.provider.reissue(
            ref=ref,
            line_id=line.line_id,
            plan=world.plan,
            subscriber_id=world.subscriber(),
            eid=world.eid(ref),
        )

    def trace(self, line: Line, ref: str = "reissue-1", **more: Any) -> Trace:
        """What a caller records before the first request."""
        return Trace(ref=ref, line_id=line.line_id, since=now(), iccid_before=line.iccid, **more)

    def settled(self, world: EsimWorld, trace: Trace) -> Reissue:
        """What a caller does after the request, or after it was lost."""
        world.allocate()
        reissue = world.provider.find_reissue(trace)
        assert reissue is not None
        assert reissue.state is ChangeState.DONE
        assert reissue.line_id is not None
        if world.provider.capabilities.reissue is ReissueMode.REPLACEMENT_ORDER:
            assert reissue.line_id != trace.line_id
            world.provider.end_line(trace.line_id)
        else:
            assert reissue.line_id == trace.line_id
        return reissue

    def test_another_profile_and_one_living_line(self, world: EsimWorld) -> None:
        line = world.active(REF)
        trace = self.trace(line)
        assert world.provider.find_reissue(trace) is None
        asked = self.reissue(world, line)
        assert asked.state in (ChangeState.PENDING, ChangeState.DONE)
        reissue = self.settled(world, replace(trace, change_id=asked.reissue_id))
        assert reissue.iccid not in (None, line.iccid)
        assert world.living() == 1
        assert reissue.line_id is not None
        assert world.provider.get_line(reissue.line_id).iccid == reissue.iccid

    def test_the_activation_code_is_another(self, world: EsimWorld) -> None:
        line = world.active(REF)
        if not world.provider.capabilities.activation_codes:
            return
        old = world.provider.activation_code(line.line_id)
        trace = self.trace(line)
        self.reissue(world, line)
        new = self.settled(world, trace)
        assert new.line_id is not None
        assert world.provider.activation_code(new.line_id) != old

    def test_a_slow_reissue_is_pending(self, world: EsimWorld) -> None:
        line = world.active(REF)
        trace = self.trace(line)
        world.hold()
        asked = self.reissue(world, line)
        assert asked.state is ChangeState.PENDING
        self.settled(world, replace(trace, change_id=asked.reissue_id))

    def test_a_repeated_request_is_one_reissue(self, world: EsimWorld) -> None:
        line = world.active(REF)
        trace = self.trace(line)
        first = self.reissue(world, line)
        if world.provider.capabilities.idempotency == "native":
            assert self.reissue(world, line).reissue_id == first.reissue_id
        self.settled(world, trace)
        assert world.living() == 1

    def test_a_lost_answer_is_settled_by_looking(self, world: EsimWorld) -> None:
        line = world.active(REF)
        trace = self.trace(line)
        world.lose_answer("reissue")
        with pytest.raises(OutcomeUnknown):
            self.reissue(world, line)
        assert self.settled(world, trace).iccid not in (None, line.iccid)
        assert world.living() == 1

    @pytest.mark.parametrize("accident", ["lose_request", "break_down"])
    def test_a_lost_request_leaves_nothing(self, world: EsimWorld, accident: str) -> None:
        line = world.active(REF)
        trace = self.trace(line)
        getattr(world, accident)("reissue")
        with pytest.raises(OutcomeUnknown):
            self.reissue(world, line)
        world.allocate()
        assert world.provider.find_reissue(trace) is None
        self.reissue(world, line)
        self.settled(world, trace)
        assert world.living() == 1

    def test_an_earlier_reissue_is_not_taken_for_this_one(self, world: EsimWorld) -> None:
        line = world.active(REF)
        first = self.trace(line)
        asked = self.reissue(world, line, "reissue-1")
        done = self.settled(world, first)
        assert done.line_id is not None
        current = world.provider.get_line(done.line_id)
        earlier = frozenset({asked.reissue_id, done.reissue_id})
        second = self.trace(current, "reissue-2", earlier=earlier)
        assert world.provider.find_reissue(second) is None
        self.reissue(world, current, "reissue-2")
        assert self.settled(world, second).iccid != done.iccid


class TopUpContract:
    """More data for a line, exactly once."""

    def offer(self, world: EsimWorld) -> Offer:
        (offer,) = world.provider.offers(world.plan)
        return offer

    def trace(
        self, world: EsimWorld, line: Line, ref: str = "topup-1", **more: object
    ) -> TopUpTrace:
        """What a caller records before the first request."""
        offer = self.offer(world)
        fields = {
            "ref": ref,
            "line_id": line.line_id,
            "since": now(),
            "offer_id": offer.offer_id,
            "data_before": world.provider.get_line(line.line_id).data_total,
            "data_added": offer.data_bytes,
            **more,
        }
        return TopUpTrace(**fields)  # type: ignore[arg-type]  # built by name

    def buy(self, world: EsimWorld, trace: TopUpTrace) -> None:
        world.provider.top_up(ref=trace.ref, line_id=trace.line_id, offer_id=trace.offer_id)

    def test_offers_go_with_a_plan_and_have_a_price(self, world: EsimWorld) -> None:
        offer = self.offer(world)
        assert offer.name
        assert offer.data_bytes == 10**9
        assert offer.cost.value > 0
        assert offer.validity is not None

    def test_a_top_up_adds_its_data(self, world: EsimWorld) -> None:
        line = world.active(REF)
        before = world.provider.usage([line.line_id])[line.line_id]
        trace = self.trace(world, line)
        assert world.provider.find_top_up(trace) is None
        self.buy(world, trace)
        world.allocate()
        done = world.provider.find_top_up(trace)
        assert done is not None
        assert done.state is ChangeState.DONE
        after = world.provider.usage([line.line_id])[line.line_id]
        assert (before.limit, after.limit) == (10 * 10**9, 11 * 10**9)
        assert world.bought() == 1

    def test_a_slow_top_up_is_found_while_it_is_pending(self, world: EsimWorld) -> None:
        line = world.active(REF)
        trace = self.trace(world, line)
        world.hold()
        asked = world.provider.top_up(ref=trace.ref, line_id=line.line_id, offer_id=trace.offer_id)
        looked = world.provider.find_top_up(replace(trace, change_id=asked.top_up_id))
        assert looked is not None
        world.allocate()
        again = world.provider.find_top_up(trace)
        assert again is not None
        assert again.state is ChangeState.DONE

    def test_a_lost_answer_is_settled_by_looking(self, world: EsimWorld) -> None:
        line = world.active(REF)
        trace = self.trace(world, line)
        world.lose_answer("top up")
        with pytest.raises(OutcomeUnknown):
            self.buy(world, trace)
        world.allocate()
        done = world.provider.find_top_up(trace)
        assert done is not None
        assert done.state is ChangeState.DONE
        assert world.bought() == 1

    @pytest.mark.parametrize("accident", ["lose_request", "break_down"])
    def test_a_lost_request_leaves_nothing(self, world: EsimWorld, accident: str) -> None:
        line = world.active(REF)
        trace = self.trace(world, line)
        getattr(world, accident)("top up")
        with pytest.raises(OutcomeUnknown):
            self.buy(world, trace)
        world.allocate()
        assert world.provider.find_top_up(trace) is None
        self.buy(world, trace)
        assert world.bought() == 1

    def test_a_repeated_request_is_one_top_up_where_the_provider_says_so(
        self, world: EsimWorld
    ) -> None:
        line = world.active(REF)
        trace = self.trace(world, line)
        self.buy(world, trace)
        self.buy(world, trace)
        once = world.provider.capabilities.top_up_idempotency == "native"
        assert world.bought() == (1 if once else 2)

    def test_an_earlier_top_up_is_not_taken_for_this_one(self, world: EsimWorld) -> None:
        line = world.active(REF)
        first = self.trace(world, line, "topup-1")
        asked = world.provider.top_up(ref=first.ref, line_id=line.line_id, offer_id=first.offer_id)
        world.allocate()
        second = self.trace(world, line, "topup-2", earlier=frozenset({asked.top_up_id}))
        assert world.provider.find_top_up(second) is None
        self.buy(world, second)
        world.allocate()
        assert world.provider.find_top_up(second) is not None
        assert world.bought() == 2

    def test_what_cannot_be_topped_up(self, world: EsimWorld) -> None:
        line = world.active(REF)
        with pytest.raises(Refused):
            world.provider.top_up(ref="topup-1", line_id=line.line_id, offer_id="unknown")
        offer = self.offer(world)
        world.provider.end_line(line.line_id)
        with pytest.raises(Refused):
            world.provider.top_up(ref="topup-2", line_id=line.line_id, offer_id=offer.offer_id)
        assert world.bought() == 0

    def test_a_vendor_that_has_run_out_tops_nothing_up(self, world: EsimWorld) -> None:
        line = world.active(REF)
        trace = self.trace(world, line)
        world.run_out()
        with pytest.raises((Refused, Unavailable)):
            self.buy(world, trace)
        assert world.bought() == 0
        world.recover()
        self.buy(world, trace)
        assert world.bought() == 1


class LookingContract:
    """Usage and the profile."""

    def test_usage(self, world: EsimWorld) -> None:
        line = world.active(REF)
        world.use(line, 3 * 10**9)
        usage = world.provider.usage([line.line_id])[line.line_id]
        assert (usage.used, usage.limit, usage.remaining) == (3 * 10**9, 10**10, 7 * 10**9)

    def test_usage_takes_as_many_lines_as_it_says(self, world: EsimWorld) -> None:
        size = world.provider.capabilities.batch_size
        lines = [world.active(f"{REF}{number}").line_id for number in range(min(size, 3))]
        assert set(world.provider.usage(lines)) == set(lines)
        with pytest.raises(ValueError, match="at most"):
            world.provider.usage(["1"] * (size + 1))

    def test_several_lines_at_once(self, world: EsimWorld) -> None:
        """What is told is true, and lines that are not asked for are left out."""
        lines = [world.active(f"{REF}{number}") for number in range(3)]
        world.provider.end_line(lines[1].line_id)
        asked = [line.line_id for line in lines[:2]]
        told = world.provider.overview(asked, subscriber_id=world.subscriber())
        assert told
        assert set(told) <= set(asked)
        for line_id, overview in told.items():
            ended = line_id == asked[1]
            state = LineState.ENDED if ended else LineState.ACTIVE
            assert overview.state in (None, state)
            assert overview.usage is None or overview.usage.used == 0
            assert (overview.state, overview.usage) != (None, None)

    def test_the_profile_before_and_after_installation(self, world: EsimWorld) -> None:
        line = world.active(REF)
        before = world.provider.profile_state(world.provider.get_line(line.line_id))
        assert before in (ProfileState.RELEASED, ProfileState.UNKNOWN)
        assert not before.reached_a_phone
        world.install(line)
        now = world.provider.get_line(line.line_id)
        assert world.provider.profile_state(now) is ProfileState.INSTALLED
