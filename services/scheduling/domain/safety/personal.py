"""What is the patient's own of a course: the prescriber's changes, and the word on going on."""

from dataclasses import replace

from services.scheduling.domain.course.course import Appointment, Course, called_off
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.planning.rules import session_name
from services.scheduling.domain.safety.commands import (
    DecideMaintenance,
    JudgeProgress,
    PersonaliseCourse,
)
from services.scheduling.domain.safety.replanning import PERSONALISED
from shared.contracts.scheduling import CourseAdapted
from shared.kernel.errors import Rejected
from shared.kernel.policy import CourseTemplate, Policy

ENDED = "maintenance-ended"


def personalise(command: PersonaliseCourse, course: Course, policy: Policy) -> Course:
    """The course's own copy of the protocol; appointments beyond it are called off."""
    protocol = _adapted(command, course.protocol)
    _check_preparations(protocol, course, policy)
    _check_doses(protocol, course, policy)
    appointments = tuple(
        called_off(each, PERSONALISED) if _is_surplus(each, protocol, command) else each
        for each in course.appointments
    )
    adapted = replace(course, protocol=protocol, appointments=appointments)
    last = session_name("integration", protocol.doses)
    return replace(adapted, ended="completed") if adapted.is_done(last) else adapted


def told(command: PersonaliseCourse, course: Course) -> CourseAdapted:
    own = course.protocol
    return CourseAdapted(
        course.id, own.preparations, own.doses, own.dose_gap_h, command.by, command.reason
    )


def judged(command: JudgeProgress, standing: Standing) -> Standing:
    """The last word of each instrument counts; that it cannot be said is no benefit, for the
    answers that said so may have been taken back."""
    others = {*standing.benefits} - {command.instrument}
    found = {*others, command.instrument} if command.benefit else others
    return replace(standing, benefits=tuple(sorted(found)))


def decided(command: DecideMaintenance, standing: Standing) -> Standing:
    return replace(standing, maintenance="continues" if command.continues else "ends")


def without_maintenance(command: DecideMaintenance, course: Course) -> Course:
    """Where the prescriber ends it, no dose beyond the induction stands that is still to come."""
    last = course.protocol.induction_doses or course.protocol.doses
    return replace(
        course,
        appointments=tuple(
            called_off(each, ENDED)
            if each.dose_number > last
            and each.stands
            and each.start > command.at
            and each.number not in course.doses_given
            else each
            for each in course.appointments
        ),
    )


def _adapted(command: PersonaliseCourse, protocol: CourseTemplate) -> CourseTemplate:
    given = {
        name: value
        for name in ("preparations", "doses", "dose_gap_h")
        if (value := getattr(command, name)) is not None
    }
    return replace(protocol, **given)


def _check_preparations(protocol: CourseTemplate, course: Course, policy: Policy) -> None:
    least = round(policy.preparations(course.indication))
    if protocol.preparations < least:
        raise Rejected(
            "too-few-preparations",
            f"{course.indication} needs {least} preparation sessions: keep at least so many",
        )


def _check_doses(protocol: CourseTemplate, course: Course, policy: Policy) -> None:
    given = max(course.doses_given, default=0)
    if protocol.doses < given:
        raise Rejected(
            "too-few-doses", f"{given} doses were given already: the course has at least so many"
        )
    if protocol.dose_gap_h < policy["dose.min_gap_h"]:
        raise Rejected(
            "gap-too-short",
            f"doses are at least {policy['dose.min_gap_h']:g} h apart: ask for no shorter gap",
        )


def _is_surplus(each: Appointment, protocol: CourseTemplate, command: PersonaliseCourse) -> bool:
    most = protocol.preparations if each.session == "preparation" else protocol.doses
    return each.number > most and each.stands and not each.is_past(command.at)
