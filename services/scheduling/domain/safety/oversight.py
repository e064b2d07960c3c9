"""What time alone brings: a dose whose turn it is not yet, an integration that is late.

The hours come from the policy as it was when the course was opened.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from services.scheduling.domain.course.course import (
    Appointment,
    Course,
    DoseGiven,
    called_off,
    named,
)
from services.scheduling.domain.planning.rules import session_name
from services.scheduling.domain.safety.commands import OverrideSequence
from shared.contracts.scheduling import IntegrationOverdue
from shared.kernel.errors import Rejected

MISSING = "integration-missing"


def is_its_turn(course: Course, dose: Appointment) -> bool:
    """SCH-2: the dose before it is integrated, or a clinician answers for going on without."""
    return (
        dose.number == 1
        or dose.number in course.overridden
        or course.is_done(session_name("integration", dose.number - 1))
    )


def waits_for_turn(course: Course) -> bool:
    return any(each.status == "pending" and each.reason == MISSING for each in course.appointments)


def release_due(course: Course) -> datetime | None:
    """When it is looked at whether it is the turn of the next dose."""
    before = timedelta(hours=course.opened_under.values["dose.released_before_h"])
    return min((each.start - before for each in _out_of_turn(course)), default=None)


def held_out_of_turn(course: Course, at: datetime, known_until: datetime | None) -> Course:
    """The doses whose hour has come though it is not their turn: they wait, their time is free.

    By all that is known until `known_until` a dose may be past: then it was given or was not, and
    to hold it would change nothing.
    """
    before = timedelta(hours=course.opened_under.values["dose.released_before_h"])
    due = [each for each in _out_of_turn(course) if each.start - before <= at]
    past = {each.id for each in due if known_until and each.start < known_until}
    held = {each.id for each in due} - past
    return replace(
        course,
        appointments=tuple(
            _held(each) if each.id in held else each for each in course.appointments
        ),
        let_pass=(*course.let_pass, *sorted(past)),
    )


def _held(dose: Appointment) -> Appointment:
    if dose.status == "proposed":
        return called_off(dose, MISSING)
    return replace(dose, status="pending", reason=MISSING)


def _out_of_turn(course: Course) -> Iterator[Appointment]:
    for each in course.appointments:
        awaited = each.status in ("booked", "proposed") and each.id not in course.let_pass
        given = each.number in course.doses_given
        if each.session == "dosing" and awaited and not given and not is_its_turn(course, each):
            yield each


def override(command: OverrideSequence, course: Course) -> Course:
    if command.dose_number > course.protocol.doses or command.dose_number == 1:
        raise Rejected(
            "unknown-dose", f"no dose {command.dose_number} of the course waits for an integration"
        )
    overridden = tuple(sorted({*course.overridden, command.dose_number}))
    return replace(course, overridden=overridden)


def overdue_due(course: Course) -> datetime | None:
    return min((_late(course, each) for each in _unintegrated(course)), default=None)


def said_overdue(course: Course, at: datetime) -> tuple[Course, tuple[IntegrationOverdue, ...]]:
    """Each dose is said once."""
    late = [each for each in _unintegrated(course) if _late(course, each) <= at]
    told = tuple(
        IntegrationOverdue(course.id, each.number, each.at, _late(course, each)) for each in late
    )
    overdue = tuple(sorted({*course.overdue, *(each.number for each in late)}))
    return replace(course, overdue=overdue), told


def found_in_time(
    course: Course, appointment_id: str, finished_at: datetime
) -> tuple[Course, tuple[IntegrationOverdue, ...]]:
    """Late news takes back what was said to be overdue and had been held in time."""
    held = named(appointment_id, course)
    late = [
        IntegrationOverdue(course.id, each.number, each.at, _late(course, each))
        for each in course.dosed
        if held.name == session_name("integration", each.number)
        and each.number in course.overdue
        and finished_at <= _late(course, each)
    ]
    others = set(course.overdue) - {each.dose_number for each in late}
    return replace(course, overdue=tuple(sorted(others))), tuple(late)


def still_overdue(course: Course) -> tuple[IntegrationOverdue, ...]:
    """The doses of which it was said, and whose integration has not been held since."""
    return tuple(
        IntegrationOverdue(course.id, each.number, each.at, _late(course, each))
        for each in course.dosed
        if each.number in course.overdue
        and not course.is_done(session_name("integration", each.number))
    )


def _unintegrated(course: Course) -> Iterator[DoseGiven]:
    for each in course.dosed:
        done = course.is_done(session_name("integration", each.number))
        if not done and each.number not in course.overdue:
            yield each


def _late(course: Course, dose: DoseGiven) -> datetime:
    return dose.at + timedelta(days=course.opened_under.values["integration.overdue_d"])
