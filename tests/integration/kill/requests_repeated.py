"""A customer's request that is repeated until it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.events import Answer
from tests.integration.kill.calls import Call, Strike
from tests.integration.kill.holds import hold
from tests.integration.kill.lanes import Lane
from tests.integration.kill.points import Point
from tests.integration.kill.presses import answer_of
from tests.integration.kill.process import Outcome

MOST_REQUESTS = 6
FIRST_WAIT = 32.0


class Repeated:
    """One HTTP request to one endpoint; `offset` is how far the clock has been moved."""

    def __init__(self, lane: Lane, module: str, event: dict[str, Any]) -> None:
        self.installation = lane.installation
        self.handler = lane.start(module)
        self.event = event
        self.offset = 0.0

    def send(self, **options: Any) -> Outcome:
        """Once."""
        return self.handler.invoke(self.event, offset=self.offset, **options)

    def calls(self, check: Callable[[Answer], None]) -> list[Call]:
        """What an untroubled request calls; its answer is checked."""
        outcome = self.send(record=True)
        check(answer_of(outcome))
        return outcome.calls

    def kill_at(self, point: Point) -> None:
        """Send it and kill the process at that point."""
        if point.held is None:
            outcome = self.send(strike=Strike(call=point.number, phase=point.phase))
            assert outcome.killed, f"call {point.number} was never made"
            return
        emulator = self.installation.emulators[point.held.emulator]
        held = hold(emulator, point.held.operation, skip=point.held.skip, phase=point.phase)
        self.handler.begin(self.event, offset=self.offset)
        assert held.arrived(), "the held call was never made"
        self.handler.kill()
        assert self.handler.finish().killed
        assert held.left(), "the emulator did not notice the hang-up"

    def until_answered(self) -> Answer:
        """Repeat, never before Retry-After and ever more slowly, until an answer has none."""
        seen = []
        for repeated in range(MOST_REQUESTS):
            answer = answer_of(self.send())
            wait = answer.headers.get("retry-after")
            if wait is None:
                return answer
            seen.append((answer.status, answer.body))
            self.advance(max(float(wait), FIRST_WAIT * 2**repeated))
        raise AssertionError(f"still not answered: {seen}")

    def advance(self, seconds: float) -> None:
        """Move all clocks."""
        self.offset += seconds
        for emulator in self.installation.emulators.values():
            emulator.clock.advance(seconds)
