"""Body weights: the newest one, and how old it is in days at the clinic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Weight:
    at: datetime
    kg: float


def newest(weights: Iterable[Weight], at: datetime) -> Weight | None:
    """The newest one taken by then."""
    known = [each for each in weights if each.at <= at]
    return max(known, key=lambda each: (each.at, each.kg), default=None)


def is_older(weight: Weight, at: datetime, age: timedelta, zone: str) -> bool:
    """Whether more days than `age` lie between, by the clinic's calendar: 0 is the same day."""
    local = ZoneInfo(zone)
    return at.astimezone(local).date() - weight.at.astimezone(local).date() > age
