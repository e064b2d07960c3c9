"""The primary score over time as a drawing: numbers to coordinates, nothing of how it looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from services.console.course.moments import at

Said = Mapping[str, Any]
WIDTH, HEIGHT = 720.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 16.0, 24.0, 30.0
TICKS, ROWS, STEPS = 4, 6, (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    score: float
    date: str
    state: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """`half`: where half of the baseline is, below which a response begins; None without one."""

    instrument: str
    points: tuple[Point, ...]
    doses: tuple[Tick, ...]
    rows: tuple[Tick, ...]
    days: tuple[Tick, ...]
    half: float | None
    line: str
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def picture_of(trajectory: Said) -> Picture | None:
    """None where the primary instrument was answered less than twice: there is nothing to see."""
    instrument = trajectory["instrument"]
    shown = [
        each
        for each in trajectory["results"]
        if each["instrument"] == instrument and each["score"] is not None and not each["retracted"]
    ]
    if len(shown) < 2:
        return None
    scale = _Scale.of(shown, trajectory["doses"])
    points = tuple(_point(each, scale) for each in shown)
    baseline = next((each["baseline"] for each in shown if each["baseline"] is not None), None)
    falls = shown[-1]["better"] == "lower"
    return Picture(
        instrument=instrument.upper(),
        points=points,
        doses=tuple(Tick(scale.x(at(d["at"])), str(d["number"])) for d in trajectory["doses"]),
        rows=tuple(Tick(scale.y(score), f"{score:g}") for score in scale.scores()),
        days=tuple(Tick(scale.x(day), f"{day:%-d %b}") for day in scale.days()),
        half=scale.y(baseline / 2) if falls and baseline else None,
        line=" ".join(f"{each.x:.1f},{each.y:.1f}" for each in points),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime
    step: int
    rows: int

    @classmethod
    def of(cls, results: Sequence[Said], doses: Sequence[Said]) -> "_Scale":
        times = [at(each["answered_at"]) for each in results] + [at(each["at"]) for each in doses]
        highest = max(each["score"] for each in results)
        step = next((each for each in STEPS if highest <= each * ROWS), STEPS[-1])
        rows = max(1, ceil(highest / step))
        return cls(min(times), max(times), step, rows)

    def x(self, moment: datetime) -> float:
        whole = (self.last - self.first) or timedelta(days=1)
        return LEFT + (moment - self.first) / whole * (WIDTH - LEFT - RIGHT)

    def y(self, score: float) -> float:
        return HEIGHT - BOTTOM - score / (self.step * self.rows) * (HEIGHT - TOP - BOTTOM)

    def scores(self) -> list[int]:
        return [self.step * number for number in range(self.rows + 1)]

    def days(self) -> list[datetime]:
        return [self.first + (self.last - self.first) * n / TICKS for n in range(TICKS + 1)]


def _point(said: Said, scale: _Scale) -> Point:
    when = at(said["answered_at"])
    state = "remission" if said["remission"] else "response" if said["response"] else ""
    return Point(scale.x(when), scale.y(said["score"]), said["score"], f"{when:%-d %b %Y}", state)
