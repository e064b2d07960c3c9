"""Whole course plans in a busy clinic: how long they take, and how many are proved the best."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from services.scheduling.adapters.solver import solve
from services.scheduling.domain.occupancy.day import Day
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.planning.objective import weights
from services.scheduling.domain.planning.outline import sessions_of, terms_of
from services.scheduling.domain.planning.placing import Blocked
from services.scheduling.domain.planning.stating import Likes, Question, state
from services.scheduling.domain.resources.resource import PEOPLE, Roster, Site, SiteCertificate
from tests.bench.measures import percentile
from tests.kit.calendar.load import ZONE, clinic_roster, loaded_days
from tests.kit.scheduling import CERTIFICATES, NOW, POLICY, a_course, licences_of

DAYS, LOAD = 90, 0.8
SITE, CERTIFIED_UNTIL = "main", NOW + timedelta(days=365)
PROTOCOLS = ("esketamine-8", "iv-6")
LIKES = (
    Likes(ZoneInfo(ZONE)),
    Likes(ZoneInfo(ZONE), weekdays=(0, 2, 4)),
    Likes(ZoneInfo(ZONE), not_before=12 * 60),
    Likes(ZoneInfo(ZONE), weekdays=(1, 3), not_after=13 * 60, therapist="therapist-03"),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One plan, from the free time to the answer."""

    seconds: float
    status: str
    gap_percent: float


@dataclass(frozen=True, slots=True)
class Figures:
    """`proved`: the share of plans with proof that none is better. `infeasible` ones have that
    proof too."""

    plans: int
    infeasible: int
    p50_s: float
    p95_s: float
    proved: float
    worst_gap_percent: float

    def line(self) -> str:
        return (
            f"Plans of a whole course: {self.plans}, {self.infeasible} of them impossible; p50"
            f" {self.p50_s:.2f} s, p95 {self.p95_s:.2f} s; {self.proved:.0%} proved the best, the"
            f" widest gap is {self.worst_gap_percent:.1f} %"
        )


def measure(clinics: int = 5) -> Figures:
    """Every protocol and preference in so many clinics at 80 % load. To import the solver, which a
    process does once, is not counted."""
    if find_spec("ortools"):
        import_module("ortools.sat.python.cp_model")
    done = [
        planned(protocol, likes, earliest, days)
        for number in range(clinics)
        for days in [loaded_days(NOW.date(), DAYS + 1, LOAD, number, ZONE)]
        for earliest in [NOW + timedelta(days=number)]
        for protocol in PROTOCOLS
        for likes in LIKES
    ]
    seconds = [each.seconds for each in done]
    return Figures(
        len(done),
        sum(each.status == "infeasible" for each in done),
        percentile(seconds, 0.5),
        percentile(seconds, 0.95),
        sum(each.status in ("optimal", "infeasible") for each in done) / len(done),
        max(each.gap_percent for each in done),
    )


def planned(protocol: str, likes: Likes, earliest: datetime, days: Sequence[Day]) -> Planned:
    standing, course = a_course(protocol=protocol, route=POLICY.protocols[protocol].route, at=NOW)
    began = time.perf_counter()
    terms = terms_of(earliest, course, standing, POLICY)
    diary = Diary(_roster(), days, POLICY)
    sessions = tuple(sessions_of(course, terms))
    question = Question(sessions, terms, {}, course.route, likes, diary.end)
    found = solve(state(question, diary), weights(POLICY))
    seconds = time.perf_counter() - began
    if isinstance(found, Blocked):
        return Planned(seconds, "infeasible", 0)
    return Planned(seconds, found.status, found.gap_percent)


def _roster() -> Roster:
    """The clinic of real size at one site that the REMS certifies, everybody licensed."""
    resources = tuple(
        replace(each, site=SITE, certificates=CERTIFICATES if each.kind in PEOPLE else ())
        for each in clinic_roster(ZONE).resources
    )
    site, certified = Site(SITE, ZONE, resources[0].hours), SiteCertificate(SITE, CERTIFIED_UNTIL)
    return Roster(resources, (site,), licences_of(*resources), (certified,))


if __name__ == "__main__":
    print(measure())
