"""What the demo tells: something that happened to somebody, and the dice that decide it.

Pure: the same seed and the same day tell the same story, to the letter.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from shared.kernel.identifiers import derive


@dataclass(frozen=True, slots=True)
class Happening:
    """One event to be: `data` is a contract of shared.contracts.site."""

    subject: str
    time: datetime
    data: Any

    @property
    def event_id(self) -> str:
        """The same for the same happening, so that a feed that was cut short can be repeated."""
        return derive(self.subject, f"{self.data.type} {self.time.isoformat()} {self.data!r}")


@dataclass(frozen=True, slots=True)
class Appointment:
    """As scheduling told it. `dose_number`: 0 prepares, k is given or integrated.

    Not its end, which scheduling mends when the session is over: the story must not change then.
    """

    id: str
    session: str
    dose_number: int
    start: datetime


def dice(*names: object) -> Random:
    """Dice of their own for each purpose: a new throw in one place changes no other."""
    return Random(" ".join(str(name) for name in names))  # noqa: S311 - no secret


def local(zone: str, day: date, hour: int, minute: int = 0) -> datetime:
    """Wall-clock time at the clinic, in UTC."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def workday(day: date) -> date:
    """The day, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def bell(throw: Random, mean: float, spread: float, least: float, most: float) -> float:
    """A normal throw, kept between `least` and `most`."""
    return min(most, max(least, throw.gauss(mean, spread)))
