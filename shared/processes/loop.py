"""The loop of a consumer or relay: turns, chores between them, patience while others are away."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared.kernel.errors import Unavailable
from shared.runtime.logs import logger
from shared.runtime.process import Drain

Chore = tuple[float, Callable[[], object]]
"""(every so many seconds, what to do)."""
_LONGEST_PAUSE_S = 2.0


@dataclass
class Loop:
    """`turn` answers how much it did; after nothing the loop pauses for `idle_s`.

    `prepare` runs before the first turn and after every failure.
    """

    prepare: Callable[[], object]
    turn: Callable[[], int]
    chores: Sequence[Chore]
    idle_s: float = 0
    reached: bool = False
    _due: dict[int, float] = field(default_factory=dict)

    def run(self, drain: Drain) -> None:
        failures = 0
        while not drain:
            try:
                self._once(drain)
                failures = 0
            except Unavailable as away:
                self.reached, failures = False, failures + 1
                logger().warning("away", what=str(away), failures=failures)
                drain.wait(min(_LONGEST_PAUSE_S, 0.1 * 2**failures))

    def check(self) -> None:
        """For readiness: whether the last turn went through."""
        if not self.reached:
            raise Unavailable("Kafka is away")

    def _once(self, drain: Drain) -> None:
        if not self.reached:
            self.prepare()
        done = self.turn()
        self.reached = True
        self._do_chores()
        if not done and self.idle_s:
            drain.wait(self.idle_s)

    def _do_chores(self) -> None:
        for place, (every_s, chore) in enumerate(self.chores):
            if time.monotonic() >= self._due.get(place, 0.0):
                chore()
                self._due[place] = time.monotonic() + every_s
