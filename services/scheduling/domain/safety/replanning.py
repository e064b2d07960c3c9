"""Which sessions of a course are to be placed anew, where, and what becomes of what they were.

What stands stays as far as it can: first only what lost its time moves, then with it what
integrates it, then what follows, a few sessions at a time. A patient decides about every new time.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.scheduling.domain.course import booking
from services.scheduling.domain.course.course import Course, called_off
from services.scheduling.domain.course.standing import WORDS, Standing
from services.scheduling.domain.occupancy.day import minutes, release
from services.scheduling.domain.occupancy.search import HORIZON_D, Diary, Slot
from services.scheduling.domain.planning import outline
from services.scheduling.domain.planning.placing import Blocked
from services.scheduling.domain.planning.rules import (
    Link,
    Session,
    Sessions,
    Terms,
    all_links,
)
from shared.kernel.policy import Policy

DISPLACED, PERSONALISED, REPLANNED = "displaced", "personalised", "replanned"
LOST = frozenset(
    {
        "clearance-ended",
        "encounter-cancelled",
        "group-cancelled",
        "integration-missing",
        "resource-unavailable",
        "time-passed",
        "time-taken",
        *WORDS,
    }
)
"""Why an appointment was called off by what happened rather than by a person's choice."""
MOST_BLOCKERS = 20


@dataclass(frozen=True, slots=True)
class Cause:
    reason: str
    at: datetime


def horizon(at: datetime) -> tuple[str, ...]:
    return tuple((at.date() + timedelta(days=number)).isoformat() for number in range(HORIZON_D))


def displaced(
    course: Course, appointment_ids: Collection[str], reason: str, at: datetime
) -> Course:
    """Only what is still to come can be displaced."""
    appointments = tuple(
        replace(called_off(each, reason), cause=DISPLACED)
        if each.id in appointment_ids and each.stands and each.start > at
        else each
        for each in course.appointments
    )
    if appointments == course.appointments:
        return course
    return replace(course, appointments=appointments, replan_at=at, replan_for=reason)


def terms_of(course: Course, standing: Standing, at: datetime, policy: Policy) -> Terms:
    """Nothing is replanned to a time at which a patient could not decide before it is released."""
    begin = at + policy.hours("dose.released_before_h")
    return outline.terms_of(begin, course, standing, policy)


def to_place(course: Course, standing: Standing, terms: Terms, cause: Cause) -> set[int]:
    """The positions of the sessions that lost their time, or whose time breaks a rule."""
    sessions = _sessions(course, standing, terms, cause.reason)
    lost = {position for position, each in enumerate(sessions) if each.is_open}
    return lost | _broken(sessions, terms, minutes(cause.at))


def replanned(
    course: Course, standing: Standing, terms: Terms, diary: Diary, cause: Cause
) -> Course:
    """With a proposal for every session that is to be placed; else with what stands against it."""
    sessions = _sessions(course, standing, terms, cause.reason)
    blocked: list[Blocked] = []
    for positions in _attempts(sessions, to_place(course, standing, terms, cause), cause.at):
        opened = _opened(sessions, positions, course)
        free = _without(diary, course, [sessions[each].name for each in positions])
        placing = booking.placed(opened, terms, course, standing, free)
        if not isinstance(placing, Blocked):
            fresh = [pair for pair in zip(opened, placing, strict=True) if pair[0].is_open]
            return _proposed(course, fresh, cause, diary.policy)
        blocked.append(placing)
    codes = [each.code for each in booking.blockers(blocked[0], course, diary)]
    return replace(course, blocked=tuple(dict.fromkeys(codes))[:MOST_BLOCKERS])


def _sessions(course: Course, standing: Standing, terms: Terms, reason: str) -> list[Session]:
    """All that stands or lost its time, but no dose that cannot be given now."""
    sessions = outline.sessions_of(course, terms)
    lost = _lost(course, sessions, reason)
    if standing.is_enrolled and not standing.reasons:
        return [each for each in sessions if not each.is_open or each.name in lost]
    doses = {each.number for each in sessions if each.kind == "dosing" and each.is_open}
    return [
        replace(each, done=each.done or each.kind == "dosing")  # so that no dose is moved
        for each in sessions
        if not each.is_open
        or (each.name in lost and (each.kind == "preparation" or each.number not in doses))
    ]


def _lost(course: Course, sessions: Sessions, reason: str) -> set[str]:
    """What was never booked is lost only if it was put in amid what stands; what was done only if
    it is too long ago for a first dose that is placed anew."""
    last = max((n for n, each in enumerate(sessions) if not each.is_open), default=0)
    amid = {each.name for each in sessions[:last]} if reason == PERSONALISED else set()
    found = {each.name for each in sessions if each.is_open and _is_lost(course, each.name, reason)}
    found |= {each.name for each in sessions if each.is_open and each.name in amid - _known(course)}
    if any(each.kind == "dosing" and each.name in found for each in sessions):
        found |= {each.name for each in sessions if each.is_open and course.is_done(each.name)}
    return found


def _is_lost(course: Course, name: str, reason: str) -> bool:
    last = next((each for each in reversed(course.appointments) if each.name == name), None)
    if last is None:
        return False
    return last.status == "noshow" or last.cause == DISPLACED or last.reason in {*LOST, reason}


def _known(course: Course) -> set[str]:
    return {each.name for each in course.appointments}


def _broken(sessions: Sessions, terms: Terms, now: int) -> set[int]:
    """Of two that break a rule the later is to move; before a first dose what prepares it."""
    found, others = set(), terms.earlier_doses
    # Between doses of the course only their appointments count: one given late moves nothing.
    judged = replace(terms, dose_not_before=others[-1] + terms.dose_gap if others else 0)
    for rule, link in all_links(sessions, judged):
        later = sessions[link.later]
        if rule.code == "asked-for" or not _can_move(later, now):
            continue
        too = _violation(sessions, link)
        earlier = link.later if link.earlier is None else link.earlier
        prepares = sessions[earlier].kind == "preparation" and _can_move(sessions[earlier], now)
        if too:
            found.add(earlier if too == "late" and prepares else link.later)
    return found


def _can_move(session: Session, now: int) -> bool:
    return session.start is not None and session.start > now and not session.done


def _violation(sessions: Sessions, link: Link) -> Literal["", "early", "late"]:
    start = sessions[link.later].start
    base = 0 if link.earlier is None else sessions[link.earlier].start
    if start is None or base is None:
        return ""
    if start < base + link.least:
        return "early"
    return "late" if link.most is not None and start > base + link.most else ""


def _attempts(sessions: Sessions, lost: set[int], at: datetime) -> Iterator[frozenset[int]]:
    """What may move: more of it each time."""
    now, first = minutes(at), min(lost)
    following = [n for n in range(first, len(sessions)) if _can_move(sessions[n], now)]
    integrating = [n for n in following if n - 1 in lost and sessions[n - 1].kind == "dosing"]
    wider = [[], integrating, *(following[: 2**each] for each in range(8))]
    yield from dict.fromkeys(frozenset({*lost, *each}) for each in wider)


def _opened(sessions: Sessions, positions: Collection[int], course: Course) -> list[Session]:
    lengths = {each.name: each.length for each in outline.template(course.protocol)}
    return [
        replace(each, start=None, length=lengths[each.name]) if position in positions else each
        for position, each in enumerate(sessions)
    ]


def _without(diary: Diary, course: Course, names: Collection[str]) -> Diary:
    """The time of these sessions is free for the course itself."""
    own = [each.id for each in course.appointments if each.name in names and each.takes_time]
    days = list(diary.days)
    for each in own:
        days = [release(day, each) for day in days]
    return Diary(diary.roster, days, diary.policy) if own else diary


def _proposed(
    course: Course, fresh: Sequence[tuple[Session, Slot]], cause: Cause, policy: Policy
) -> Course:
    """What comes to stand where it stood is left as it was."""
    source = f"{course.id}/{len(course.appointments)}"
    gone, new = set(), []
    for session, slot in fresh:
        before = course.appointment(session.name)
        after = booking.new_appointment(source, session, slot)
        if before and (before.start, before.end) == (after.start, after.end):
            continue
        gone |= {before.id} if before and before.stands else set()
        latest = cause.at + policy.hours("proposal.replan_h")
        new.append(
            replace(after, status="proposed", cause=REPLANNED, expires_at=min(latest, after.start))
        )
    kept = (
        called_off(each, REPLANNED)
        if each.id in gone or (each.is_offer and each.replaces in gone)
        else each
        for each in course.appointments
    )
    return replace(course, appointments=(*kept, *new), blocked=())
