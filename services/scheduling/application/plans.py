"""What HTTP may ask of a course to come: the best plan there is for it, and what that costs.

Nothing is kept or promised: a site posts the slots back, and booking decides on what is free then.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from services.scheduling.application.diaries import Diaries
from services.scheduling.application.documents import COURSES, PERSONS, STANDINGS
from services.scheduling.domain.course.booking import blockers
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import Preferences, Standing, check_dosing
from services.scheduling.domain.occupancy.day import moment
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.planning.objective import (
    WEIGHT_KEYS,
    Cost,
    TermName,
    Weights,
    costs,
    weights,
)
from services.scheduling.domain.planning.outline import sessions_of, terms_of
from services.scheduling.domain.planning.placing import Blocked
from services.scheduling.domain.planning.problem import Problem, Solution, Status
from services.scheduling.domain.planning.rules import Session
from services.scheduling.domain.planning.stating import Likes, Question, state, taken_by
from services.scheduling.domain.safety.history import other_doses, person_id
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import SlotWanted
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads

Solve = Callable[[Problem, Weights], Solution | Blocked]
"""Raises Unavailable while it is busy."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`now`: nothing is planned before it. What is empty or None is as the patient prefers."""

    now: datetime
    horizon_d: int
    earliest: datetime | None = None
    therapist: str = ""
    weekdays: tuple[int, ...] = ()
    not_before: str = ""
    not_after: str = ""

    @property
    def begin(self) -> datetime:
        return max(self.now, self.earliest or self.now)


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """`local`: the start on the wall in `zone`. `stands`: it is booked, or held, already."""

    name: str
    session: SessionKind
    number: int
    start: datetime
    end: datetime
    zone: str
    local: str
    therapist: str
    resources: tuple[str, ...]
    stands: bool


@dataclass(frozen=True, slots=True)
class CostView:
    """`count` of `unit`, at `weight` each."""

    term: TermName
    count: int
    unit: str
    weight: int
    cost: int
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """`slots` can be posted in a booking as they are. No plan costs less than `bound`: `cost` may
    be `gap_percent` above the best. `infeasible`: `blocked_by` says what is in the way."""

    course_id: str
    patient_id: str
    status: Status | Literal["infeasible"]
    lead: str
    cost: int
    bound: int
    gap_percent: float
    seconds: float
    costs: tuple[CostView, ...]
    sessions: tuple[PlannedSession, ...]
    slots: tuple[SlotWanted, ...]
    blocked_by: tuple[Reason, ...]
    policy_id: str
    policy_version: str


def plan(
    reads: Reads, diaries: Diaries, solve: Solve, course_id: str, asked: Asked
) -> Read[PlanView] | None:
    found = reads.get(COURSES, course_id)
    if found is None:
        return None
    course, standing = found.aggregate, _standing(found.aggregate, reads)
    diary = diaries.diary(reads, asked.begin.date(), asked.horizon_d)
    planned = _plan(course, standing, diary, asked, solve)
    return Read(planned, found.version, found.clinic, found.cursor)


def _plan(course: Course, standing: Standing, diary: Diary, asked: Asked, solve: Solve) -> PlanView:
    terms = terms_of(asked.begin, course, standing, diary.policy)
    sessions = tuple(sessions_of(course, terms))
    if refused := _refused(course, standing, sessions):
        return _infeasible(course, diary.policy, refused)
    likes = _likes(asked, standing.preferences, diary)
    attended = {each.name: each.therapist for each in course.appointments if not each.is_gone}
    question = Question(sessions, terms, attended, course.route, likes, diary.end)
    problem, by = state(question, diary), weights(diary.policy)
    solution = solve(problem, by)
    if isinstance(solution, Blocked):
        return _infeasible(course, diary.policy, blockers(solution, course, diary))
    return _answer(course, problem, solution, by, diary)


def _standing(course: Course, reads: Reads) -> Standing:
    """With the person's doses that are not of this course (SCH-9)."""
    found = reads.get(STANDINGS, course.patient_id)
    standing = found.aggregate if found else Standing(course.patient_id)
    clinic = reads.clinic or ""
    name = standing.person_id or person_id(clinic, course.patient_id)
    person = reads.network_get(PERSONS, name)
    if person is None:
        return standing
    return replace(standing, others=other_doses(person.aggregate, clinic, course.id))


def _refused(
    course: Course, standing: Standing, sessions: tuple[Session, ...]
) -> tuple[Reason, ...]:
    """Why nothing can be planned, whatever is free."""
    if course.ended:
        return (Reason("ended", f"the course is {course.status}: plan the patient's next one"),)
    if any(each.is_open and each.kind == "dosing" for each in sessions):
        try:
            check_dosing(standing)
        except Rejected as refused:
            return refused.blockers or (Reason(refused.code, refused.reason),)
    return ()


def _likes(asked: Asked, known: Preferences, diary: Diary) -> Likes:
    return Likes(
        ZoneInfo(known.zone or _zone(diary)),
        asked.weekdays or known.weekdays,
        _minute(asked.not_before or known.not_before),
        _minute(asked.not_after or known.not_after),
        asked.therapist or known.therapist,
    )


def _zone(diary: Diary) -> str:
    """The clinic's: that of its first site or room."""
    rooms = (each.zone for each in diary.roster.resources if "room" in each.kinds)
    return next((each.zone for each in diary.roster.sites), next(rooms, "UTC"))


def _minute(wall_clock: str) -> int:
    return int(wall_clock[:2]) * 60 + int(wall_clock[3:])


def _answer(
    course: Course, problem: Problem, solution: Solution, by: Weights, diary: Diary
) -> PlanView:
    found = solution.plan
    sessions = tuple(
        _planned(session, start, found.lead if led else "", course, diary)
        if session.is_open
        else _standing_session(session, course)
        for session, start, led in zip(problem.sessions, found.starts, found.led, strict=True)
    )
    return replace(
        _infeasible(course, diary.policy, ()),
        status=solution.status,
        lead=found.lead,
        cost=solution.cost,
        bound=solution.bound,
        gap_percent=solution.gap_percent,
        costs=tuple(_cost(each, diary.policy) for each in costs(found, problem, by)),
        sessions=sessions,
        slots=tuple(
            SlotWanted(each.session, each.number, each.start, each.resources)
            for each in sessions
            if not each.stands
        ),
    )


def _planned(
    session: Session, start: int, lead: str, course: Course, diary: Diary
) -> PlannedSession:
    slot = diary.at(taken_by(session, course.route, diary, lead), start)
    assert slot, "a start is one at which all that the session takes is free"
    by_need = list(zip(slot.needs, slot.resources, strict=True))
    room = next(each for need, each in by_need if "room" in need.kinds)
    therapist = next(each.id for need, each in by_need if "therapist" in need.kinds)
    begin, names = moment(slot.start), tuple(each.id for each in slot.resources)
    return PlannedSession(
        session.name,
        session.kind,
        session.number,
        begin,
        moment(slot.end),
        room.zone,
        _local(begin, room.zone),
        therapist,
        names,
        stands=False,
    )


def _standing_session(session: Session, course: Course) -> PlannedSession:
    stands = course.appointment(session.name)
    assert stands, "what is not open has its appointment"
    return PlannedSession(
        session.name,
        session.kind,
        session.number,
        stands.start,
        stands.end,
        stands.zone,
        _local(stands.start, stands.zone),
        stands.therapist,
        stands.resources,
        stands=True,
    )


def _local(start: datetime, zone: str) -> str:
    return f"{start.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"


def _cost(cost: Cost, policy: Policy) -> CostView:
    source = policy.meta(WEIGHT_KEYS[cost.term]).source
    return CostView(cost.term, cost.count, cost.unit, cost.weight, cost.cost, cost.words, source)


def _infeasible(course: Course, policy: Policy, blocked_by: tuple[Reason, ...]) -> PlanView:
    return PlanView(
        course.id,
        course.patient_id,
        "infeasible",
        lead="",
        cost=0,
        bound=0,
        gap_percent=0.0,
        seconds=0.0,
        costs=(),
        sessions=(),
        slots=(),
        blocked_by=blocked_by,
        policy_id=policy.id,
        policy_version=policy.version,
    )
