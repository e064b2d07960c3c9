"""Opens a course of care and books its open sessions: all of them, or none with the reasons.

The rules are in `rules.py`, the search in `placing.py`; here is who is asked for and what is said.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from services.scheduling.domain.course.commands import BookCourse
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.course.standing import Standing, check_dosing, undecided
from services.scheduling.domain.occupancy.day import in_words, moment
from services.scheduling.domain.occupancy.explaining import lacking
from services.scheduling.domain.occupancy.needs import wanted
from services.scheduling.domain.occupancy.search import HORIZON_D, Diary, Slot
from services.scheduling.domain.people import reminders
from services.scheduling.domain.planning.buffers import apart, meet
from services.scheduling.domain.planning.outline import sessions_of, terms_of
from services.scheduling.domain.planning.placing import Blocked, Placing, place
from services.scheduling.domain.planning.rules import (
    RuleLink,
    Session,
    Sessions,
    Terms,
    rule_links,
    session_name,
)
from services.scheduling.domain.safety.anchoring import on_the_wall
from shared.kernel.errors import Reason, Rejected
from shared.kernel.identifiers import derive
from shared.kernel.policy import Policy

POLICY_KEYS = (
    "dose.min_gap_h",
    "prep.max_age_d",
    "integration.window_from_h",
    "integration.window_to_h",
)

WATCHED_BY = ("dose.min_gap_h", "dose.released_before_h", "integration.overdue_d")
"""A course that is open keeps to these as they were when it was opened."""


def open_course(standing: Standing, opened_at: datetime, policy: Policy) -> Course:
    """The course that the patient's clearance is for. `standing` counts it already.

    It prepares at least as often as the policy demands for the indication (SCH-2).
    """
    cleared = standing.clearance
    assert cleared, "a course is opened by a clearance"
    template = policy.protocols.get(cleared.protocol)
    if template is None or template.route != cleared.route:
        raise Rejected(
            "unknown-protocol",
            f"the policy has no protocol {cleared.protocol} by route {cleared.route}",
        )
    least = round(policy.preparations(cleared.indication))
    protocol = replace(template, preparations=max(template.preparations, least))
    return Course(
        standing.course_id,
        standing.patient_id,
        cleared.id,
        cleared.indication,
        cleared.route,
        protocol,
        opened_at,
        policy.reference(*WATCHED_BY, *reminders.KEYS),
        held_by=standing.reasons,
        home_zone=standing.preferences.zone,
    )


def horizon(command: BookCourse) -> tuple[str, ...]:
    """The days that a booking may use, and so must read."""
    first = max(command.earliest, command.at).date()
    return tuple((first + timedelta(days=number)).isoformat() for number in range(HORIZON_D))


def appointment_id(event_id: str, session: str) -> str:
    return derive(event_id, session)


def book_course(
    command: BookCourse, course: Course, standing: Standing, diary: Diary, policy: Policy
) -> Course:
    """The course with an appointment for every session that has none that stands."""
    terms = terms_of(max(command.earliest, command.at), course, standing, policy)
    sessions = sessions_of(course, terms)
    _check_bookable(sessions, course, standing)
    placing = placed(sessions, terms, course, standing, diary)
    if isinstance(placing, Blocked):
        raise _no_capacity(placing, course, diary)
    fresh = (
        new_appointment(command.event_id, session, slot)
        for session, slot in zip(sessions, placing, strict=True)
        if session.is_open
    )
    return replace(
        course,
        appointments=(*course.appointments, *fresh),
        booked_under=policy.reference(*POLICY_KEYS),
    )


def _check_bookable(sessions: Sessions, course: Course, standing: Standing) -> None:
    wanted = [each for each in sessions if each.is_open]
    if not wanted and any(course.appointment(each) is None for each in _doses(course)):
        raise undecided()
    if not wanted:
        raise Rejected("nothing-to-book", "every session of the course has its appointment")
    if any(each.kind == "dosing" for each in wanted):
        check_dosing(standing)


def _doses(course: Course) -> list[str]:
    return [session_name("dosing", each + 1) for each in range(course.protocol.doses)]


def placed(
    sessions: Sessions, terms: Terms, course: Course, standing: Standing, diary: Diary
) -> Placing | Blocked:
    """With one therapist throughout if there is one who can, else with whoever is free.

    Of those who are done at the same time it is the one whom the patient prefers.
    """
    links = rule_links(sessions, terms)
    placing = _placed(sessions, links, course, standing, diary)
    if isinstance(placing, Blocked) or not meet(placing):
        return placing
    links += apart(sessions, diary.roster.resources)
    return _placed(sessions, links, course, standing, diary)


def _placed(
    sessions: Sessions,
    links: Sequence[RuleLink],
    course: Course,
    standing: Standing,
    diary: Diary,
) -> Placing | Blocked:
    known = {each.therapist for each in course.appointments if not each.is_gone}
    able = [each.id for each in diary.roster.resources if "therapist" in each.kinds]
    alone = [each for each in able if not known or each in known]
    alone.sort(key=lambda each: each != standing.preferences.therapist)
    tried = [place(sessions, links, partial(_find, diary, course, (each,))) for each in alone]
    if whole := [each for each in tried if not isinstance(each, Blocked)]:
        return min(whole, key=lambda placing: placing[-1].end)
    return place(sessions, links, partial(_find, diary, course, ()))


def _find(
    diary: Diary, course: Course, only: Sequence[str], session: Session, since: int
) -> Slot | None:
    return diary.earliest(
        wanted(session.kind, course.route, session.length, diary.policy, only), since
    )


def new_appointment(event_id: str, session: Session, slot: Slot) -> Appointment:
    """The zone of an appointment is its room's."""
    by_need = dict(zip(slot.needs, slot.resources, strict=True))
    room = next(each for need, each in by_need.items() if "room" in need.kinds)
    therapist = next(each for need, each in by_need.items() if "therapist" in need.kinds)
    name, start = appointment_id(event_id, session.name), moment(slot.start)
    return Appointment(
        name,
        session.kind,
        session.number,
        start,
        moment(slot.end),
        room.zone,
        slot.claims(name),
        therapist.id,
        wall=on_the_wall(start, room.zone),
    )


def _no_capacity(blocked: Blocked, course: Course, diary: Diary) -> Rejected:
    name, rule, since = blocked.session.name, blocked.rule, in_words(blocked.since)
    ends = in_words(blocked.until) if rule else f"the end of the {HORIZON_D} days looked at"
    reason = f"{name} finds no place from {since} to {ends}"
    if blocked.since > blocked.until:
        reason = f"{name} cannot start before {since}, and not after {ends}"
    return Rejected(
        "no-capacity", f"{reason}; nothing was booked", blockers(blocked, course, diary)
    )


def blockers(blocked: Blocked, course: Course, diary: Diary) -> tuple[Reason, ...]:
    """What a session lacks, and the rule that ends the window in which it lacks it."""
    name, rule = blocked.session.name, blocked.rule
    ruled = (Reason(rule.code, f"{name}: {rule.words}", rule.source),) if rule else ()
    return (*_lacking(blocked, course, diary), *ruled)


def _lacking(blocked: Blocked, course: Course, diary: Diary) -> tuple[Reason, ...]:
    """The kinds of resource that have nothing free in the window, or none together."""
    session, since, until = blocked.session, blocked.since, blocked.until
    if session.start is not None:
        words = f"{session.name} stands at {in_words(session.start)}: cancel it to book around it"
        return (Reason("stands", words),)
    if since > until:
        return ()
    whole = wanted(session.kind, course.route, session.length, diary.policy)
    return lacking(diary, whole, since, until + 1, session.name)
