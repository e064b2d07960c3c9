"""The dice and what they may do: every fault the simulation knows, its rate, how often it bit.

One seeded generator decides everything, so that a seed is the whole story of a world.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from shared.kernel.errors import Conflict, Unavailable

RATES: Mapping[str, float] = {
    "store away before the commit": 0.015,
    "store away in a transaction": 0.01,
    "store away after the commit": 0.02,
    "store away for a while": 0.002,
    "conflict burst": 0.005,
    "raced in a transaction": 0.08,
    "store away before a write outside": 0.02,
    "store away after a write outside": 0.02,
    "crash in a transaction": 0.004,
    "crash after a commit": 0.006,
    "raced before a write outside": 0.08,
    "crash before a write outside": 0.01,
    "crash after a write outside": 0.01,
    "broker away before appending": 0.03,
    "broker away midway": 0.06,
    "broker away after appending": 0.04,
    "broker appends after giving up": 0.02,
    "raced before publishing": 0.03,
    "raced before marking": 0.03,
    "crash before marking": 0.03,
    "poll away": 0.01,
    "partition read again": 0.02,
    "crash before the offset commit": 0.02,
    "offset commit away": 0.02,
    "offset commit lost": 0.03,
    "raced before the offset commit": 0.02,
    "told to stop": 0.1,
    "answer lost": 0.05,
}
"""Chances each time the place is passed. What the scheduler does by itself is in `world`."""
LOST_RACE = "a race lost"
LONGEST_BURST = 10
LONGEST_AWAY = 6


class Crash(BaseException):
    """The process is gone, like kill -9: nobody in it may catch this and go on."""


@dataclass
class Faults:
    """`bit` counts each fault when it truly happens. Healed: none does any more."""

    dice: Random
    bit: Counter[str] = field(default_factory=Counter)
    healed: bool = False

    def bites(self, kind: str) -> bool:
        if self.healed or self.dice.random() >= RATES[kind]:
            return False
        self.bit[kind] += 1
        return True

    def away(self, kind: str) -> None:
        if self.bites(kind):
            raise Unavailable(kind)

    def crash(self, kind: str) -> None:
        if self.bites(kind):
            raise Crash(kind)

    def race(self, kind: str, rival: Callable[[], None]) -> None:
        """Another process has its turn here, in the middle of this one's."""
        if self.bites(kind):
            rival()

    def lose_race(self) -> None:
        self.bit[LOST_RACE] += 1
        raise Conflict("a concurrent writer won")


@dataclass
class WorldClock:
    """Time as it passes in a world, and how wrong each service's clock is."""

    now: datetime = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    behind: dict[str, timedelta] = field(default_factory=dict)

    def of(self, service: str) -> Callable[[], datetime]:
        return lambda: self.now - self.behind.get(service, timedelta())
