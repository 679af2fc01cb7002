"""`ops numbers`: what keeps a customer number from signing up, and how it is released."""

from __future__ import annotations

import pytest
from portal.domain.problems import Problem

from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.faults import Killed
from tests.fakes.wires import Strike
from tests.unit.functions.auth.world import World, wired
from tests.unit.ops.root import MemoryRoot

FULL = 30


def test_a_number_that_strangers_guessed_at_is_seen_and_released() -> None:
    root = MemoryRoot()
    for _ in range(FULL):
        root.limiter.check("signup.proof", "cn-000101")
    with pytest.raises(Problem):
        root.limiter.check("signup.proof", "cn-000101")
    shown = root.run("numbers", "show", "cn-000101").output
    assert f"✗ wrong proofs: {FULL} of {FULL} in 24 h" in shown
    assert "nobody has signed up" in shown
    assert root.run("numbers", "release", "CN-000101").exit_code == 0
    root.limiter.check("signup.proof", "cn-000101")
    assert f"wrong proofs: 1 of {FULL}" in root.run("numbers", "show", "CN-000101").output


def test_who_has_a_number_is_shown() -> None:
    root = MemoryRoot(directory=FakeDirectory(customer()))
    shown = root.run("numbers", "show", "CN-000101").output
    assert customer().user_id in shown
    assert "@" not in shown


def test_an_unfinished_sign_up_is_shown_with_its_end() -> None:
    world = World()
    world.wires.strikes.append(Strike(Killed(), "clients.create", after=True))
    with wired(world), pytest.raises(Killed):
        world.signup()
    root = MemoryRoot(signups=world.identity)
    assert "an unfinished sign-up holds it until" in root.run("numbers", "show", "CN-000101").output
