"""`make demo FAULT=…`: it sees the alarms turn red and green, and says when they do not.

The stack behind it is a small fake: an alarm is red from the moment of its fault until it is gone.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from infra.alarms import ALARMS
from infra.paging import COMPOSITE, PAGES
from local.demo import checks, outage
from local.demo.__main__ import main
from local.demo.checks import DemoError
from local.demo.outage import OUTAGES, STANDING, Outage, play, raised


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(outage, "RED_SECONDS", 0.05)
    monkeypatch.setattr(outage, "GREEN_SECONDS", 0.05)


@dataclasses.dataclass
class World:
    """What the fault does to the alarms; it is also front door, portal and scene."""

    red: set[str] = dataclasses.field(default_factory=set)
    raises: set[str] = dataclasses.field(default_factory=lambda: {"MailsWait"})
    stays: bool = False
    healed: int = 0
    url: str = "http://127.0.0.1:1"

    @property
    def front(self) -> World:
        return self

    @property
    def portal(self) -> World:
        return self

    def log_in(self, *_: str) -> None:
        return None

    def alarms(self) -> list[dict[str, Any]]:
        states = [{"name": f"portal-local-{name}", "state": "ALARM"} for name in self.red]
        return [*states, {"name": "portal-local-Other", "state": "OK"}]


class Toy(Outage):
    """A fault of the world above."""

    alarms = frozenset({"MailsWait"})
    scene: Any

    def begin(self, say: Any) -> None:
        self.scene.red |= self.scene.raises
        say("begun")

    def tell(self, say: Any) -> None:
        say("told")

    def end(self) -> None:
        self.scene.healed += 1
        if not self.scene.stays:
            self.scene.red -= self.scene.raises

    def recover(self, say: Any) -> None:
        say("recovered")


def played(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setitem(OUTAGES, "toy", Toy)
    said: list[str] = []
    scene: Any = world
    play("toy", scene, said.append)
    return said


def test_red_told_and_green_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(red={*STANDING, "Older"})
    said = played(world, monkeypatch)
    assert said[0] == "begun"
    assert said[1].endswith("red on /ops: MailsWait")
    assert said[2] == "told"
    assert said[3].startswith("The fault is gone; what waits goes on by itself")
    assert said[-2].endswith("it is red on http://127.0.0.1:1/ops")
    assert said[-1] == "Green again: MailsWait"
    assert world.healed == 1


def test_an_outage_whose_alarm_pages_raises_the_composite_alarm_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages, composite = next(iter(PAGES)), COMPOSITE
    monkeypatch.setattr(Toy, "alarms", frozenset({pages}))
    said = played(World(raises={pages, composite}), monkeypatch)
    assert said[1].endswith(f"red on /ops: {', '.join(sorted([pages, composite]))}")
    with pytest.raises(DemoError, match=composite):
        played(World(raises={pages}), monkeypatch)


@pytest.mark.parametrize(
    ("world", "sentence"),
    [
        (World(red={"MailsWait"}), "MailsWait is raised already"),
        (World(raises={"Other"}), "MailsWait; red are: Other"),
        (World(raises=set()), "MailsWait; red are: none"),
        (World(raises={"MailsWait", "Other"}), "should not raise are red: Other"),
        (World(raises={"MailsWait", "Other", *STANDING}), "should not raise are red: Other."),
        (World(stays=True), "MailsWait did not turn green"),
    ],
)
def test_an_alarm_that_does_otherwise_is_named(
    world: World, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DemoError, match=sentence):
        played(world, monkeypatch)


def test_the_fault_is_removed_whatever_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(raises={"Other"})
    with pytest.raises(DemoError):
        played(world, monkeypatch)
    assert world.healed == 1


@pytest.mark.parametrize("name", OUTAGES)
def test_each_outage_names_alarms_of_the_template(name: str) -> None:
    known = {row.name for row in ALARMS}
    assert OUTAGES[name].alarms
    assert OUTAGES[name].alarms | STANDING <= known


def test_the_page_names_each_outage_with_its_alarms() -> None:
    page = (Path(__file__).parents[4] / "docs" / "local-stack.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| .+ \| (`\w+`) \| [^|]+ \|$", page, re.MULTILINE)
    assert {name: {alarm.strip("`")} for name, alarm in rows} == {
        name: set(outage.alarms) for name, outage in OUTAGES.items()
    }


def test_alarms_are_called_without_their_stage() -> None:
    front: Any = World(red={"A", "B"})
    assert raised(front) == {"A", "B"}


def test_an_unknown_fault_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--fault", "rain"])
    assert "whmcs-down" in capsys.readouterr().err
