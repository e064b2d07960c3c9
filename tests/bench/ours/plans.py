"""Whole course plans in a busy clinic: how long they take, and how many are proved the best."""

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from services.scheduling.adapters.solver import solve
from services.scheduling.domain.course.booking import open_course
from services.scheduling.domain.course.booking import _sessions, _terms
from services.scheduling.domain.course.commands import BookCourse, GrantClearance
from services.scheduling.domain.course.standing import Standing, grant, next_course
from services.scheduling.domain.occupancy.day import Claim, Day, days_between, minutes, take
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.planning.objective import weights
from services.scheduling.domain.planning.placing import Blocked
from services.scheduling.domain.planning.stating import Likes, Question, state
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.site import ResourceKind, WeeklyHours
from shared.kernel.policy import Policy
from shared.runtime.policy_file import load
from tests.bench.measures import percentile

ROOT = Path(__file__).parents[3]
POLICY: Policy = load(ROOT / "deploy" / "policy" / "network.json")
ZONE = "America/New_York"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAYS, LOAD = 90, 0.8
STAFF: tuple[tuple[ResourceKind, int], ...] = (
    ("room", 12),
    ("chair", 12),
    ("monitor", 10),
    ("prescriber", 2),
    ("nurse", 4),
    ("therapist", 12),
    ("sitter", 2),
)
"""20 clinicians, 12 rooms, 10 monitors."""
DOSING: tuple[ResourceKind, ...] = ("room", "chair", "monitor", "prescriber", "nurse", "therapist")
TALK: tuple[ResourceKind, ...] = ("room", "therapist")
SHARED = {"prescriber": 4, "nurse": 2}
DAY_CELLS = 16
HOURS = tuple(WeeklyHours(day, "09:00", "17:00") for day in range(5))
LIKES = (
    Likes(ZoneInfo(ZONE)),
    Likes(ZoneInfo(ZONE), weekdays=(0, 2, 4)),
    Likes(ZoneInfo(ZONE), not_before=12 * 60),
    Likes(ZoneInfo(ZONE), weekdays=(1, 3), not_after=13 * 60, therapist="therapist-03"),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One plan: what was asked, how long stating and solving took, and what is known of it."""

    protocol: str
    seconds: float
    state_s: float
    status: str
    gap_percent: float
    cost: int = 0


@dataclass(frozen=True, slots=True)
class PlanFigures:
    plans: int
    p50_s: float
    p95_s: float
    proved_share: float
    worst_gap_percent: float


def roster() -> Roster:
    return Roster(
        tuple(
            Resource(f"{kind}-{number:02}", kind, ZONE, HOURS)
            for kind, count in STAFF
            for number in range(count)
        )
    )


def busy_days(seed: int) -> list[Day]:
    """Sessions at random half hours until the rooms have their load, every day by itself."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    found = []
    for offset in range(DAYS + 1):
        day = NOW + timedelta(days=offset)
        found.append(_busy(day, dice) if day.weekday() < 5 else Day(day.date().isoformat()))
    return found


def _busy(day: datetime, dice: random.Random) -> Day:
    """Sessions one after the other from either end of the day, until the rooms have their load."""
    opens = minutes(day.astimezone(ZoneInfo(ZONE)).replace(hour=9, minute=0))
    found, load = Day(day.date().isoformat()), dice.uniform(LOAD - 0.15, LOAD + 0.15)
    left = round(load * 12 * DAY_CELLS)
    held = {f"{kind}-{n:02}": [0] * DAY_CELLS for kind, count in STAFF for n in range(count)}
    for number in range(200):
        needs, cells = (DOSING, 5) if dice.random() < 0.4 else (TALK, 2)
        firsts = range(DAY_CELLS - cells + 1)
        for first in firsts if dice.random() < 0.5 else reversed(firsts):
            span = range(first, first + cells)
            chosen = [_free(kind, span, held, dice) for kind in needs]
            if not all(chosen):
                continue
            for name in chosen:
                for cell in span:
                    held[name][cell] += 1
                capacity = SHARED.get(name[:-3], 1)
                share, start = "dosing" if capacity > 1 else "", opens + first * 30
                end = start + cells * 30
                found = take(found, Claim(f"{day:%j}-{number}", name, start, end, share, capacity))
            left -= cells
            break
        if left <= 0:
            break
    return found


def _free(
    kind: ResourceKind, span: range, held: dict[str, list[int]], dice: random.Random
) -> str:
    able = [
        name
        for name, cells in held.items()
        if name[:-3] == kind and all(cells[cell] < SHARED.get(kind, 1) for cell in span)
    ]
    return dice.choice(able) if able else ""


def plan(protocol: str, seed: int, likes: Likes, days: list[Day]) -> Planned:
    route = POLICY.protocols[protocol].route
    earliest = NOW + timedelta(days=seed % 5)
    granting = GrantClearance(
        "clearance", NOW, "patient", "clearance-1", "treatment-resistant-depression", protocol,
        route, NOW + timedelta(days=30), NOW + timedelta(days=90),
    )  # fmt: skip
    standing = next_course(grant(granting, Standing("patient")), None)
    course = open_course(standing, NOW, POLICY)
    command = BookCourse("plan", NOW, "patient", earliest)
    began = time.perf_counter()
    terms = _terms(command, course, standing, POLICY)
    sessions = _sessions(course, terms)
    diary = Diary(roster(), days, POLICY)
    problem = state(Question(sessions, terms, {}, route, likes, diary.end), diary)
    stated = time.perf_counter()
    solution = solve(problem, weights(POLICY))
    ended = time.perf_counter()
    if isinstance(solution, Blocked):
        return Planned(protocol, ended - began, stated - began, "infeasible", 0)
    return Planned(
        protocol, ended - began, stated - began, solution.status, solution.gap_percent, solution.cost
    )
