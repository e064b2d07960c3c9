"""What intake and scheduling have told, one use case per function.

It comes in order, so that nothing here waits: a missing predecessor is a bug, and parks the event.
"""

from dataclasses import replace

from services.session_record.application.documents import (
    APPOINTMENTS,
    COURSES,
    GRANTS,
    PERSONS,
    PRACTITIONERS,
    STANDINGS,
)
from services.session_record.domain.commands import Command
from services.session_record.domain.knowledge import persons, schedule, staff, told
from services.session_record.domain.knowledge import standing as standings
from services.session_record.domain.knowledge.persons import Person
from services.session_record.domain.knowledge.schedule import Course
from services.session_record.domain.knowledge.staff import Practitioner
from services.session_record.domain.knowledge.standing import Grant, Standing
from shared.storage.unit_of_work import UnitOfWork

# ---- what intake told ------------------------------------------------------------------------


def know_patient(command: told.KnowPatient, uow: UnitOfWork) -> None:
    standing = _standing(command, uow)
    _identify(standing, standings.registered(standing, command), uow)


def link_patient(command: told.LinkPatient, uow: UnitOfWork) -> None:
    standing = _standing(command, uow)
    _identify(standing, replace(standing, person_id=command.person_id), uow)


def know_transfer(command: told.KnowTransfer, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.transferred(_standing(command, uow), command))


def know_work_up(command: told.KnowWorkUp, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.with_work_up(_standing(command, uow), command))


def know_vital_signs(command: told.KnowVitalSigns, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.with_vital_signs(_standing(command, uow), command))


def know_escort(command: told.KnowEscort, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.with_escort(_standing(command, uow), command))


def know_credential(command: told.KnowCredential, uow: UnitOfWork) -> None:
    known = uow.get(PRACTITIONERS, command.practitioner_id)
    practitioner = known or Practitioner(command.practitioner_id)
    uow.save(PRACTITIONERS, staff.credentialed(practitioner, command))


def know_consent(command: told.KnowConsent, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.with_consent(_standing(command, uow), command))


def end_consent(command: told.EndConsent, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.without_consent(_standing(command, uow), command))


def know_clearance(command: told.KnowClearance, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.with_clearance(_standing(command, uow), command))
    uow.save(GRANTS, Grant(command.clearance_id, command.patient_id))


def end_clearance(command: told.EndClearance, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.without_clearance(_standing(command, uow), command))


def know_hold(command: told.KnowHold, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.with_hold(_standing(command, uow), command))


def end_hold(command: told.EndHold, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.without_hold(_standing(command, uow), command))


# ---- what scheduling told --------------------------------------------------------------------


def know_course(command: told.KnowCourse, uow: UnitOfWork) -> None:
    course = Course(
        command.course_id, command.patient_id, command.clearance_id, command.preparations
    )
    uow.save(COURSES, course)


def know_appointment(command: told.KnowAppointment, uow: UnitOfWork) -> None:
    uow.save(APPOINTMENTS, schedule.booked(command))


def adapt_course(command: told.AdaptCourse, uow: UnitOfWork) -> None:
    course = uow.get(COURSES, command.course_id)
    assert course, "scheduling adapts only a course that it has opened, and says so in order"
    uow.save(COURSES, schedule.adapted(course, command))


def change_appointment(command: told.ChangeAppointment, uow: UnitOfWork) -> None:
    appointment = uow.get(APPOINTMENTS, command.appointment_id)
    assert appointment, "scheduling changes only what it has booked, and says so in order"
    uow.save(APPOINTMENTS, schedule.changed(appointment, command))


def call_off(command: told.ChangeAppointment, uow: UnitOfWork) -> None:
    """What was only proposed is not known here."""
    if appointment := uow.get(APPOINTMENTS, command.appointment_id):
        uow.save(APPOINTMENTS, schedule.changed(appointment, command))


def move_appointment(command: told.MoveAppointment, uow: UnitOfWork) -> None:
    """What is only proposed moves unheard: once it is booked, its time is told."""
    if appointment := uow.get(APPOINTMENTS, command.appointment_id):
        uow.save(APPOINTMENTS, schedule.moved(appointment, command))


def _standing(command: Command, uow: UnitOfWork) -> Standing:
    return uow.get(STANDINGS, command.patient_id) or Standing(command.patient_id)


def _identify(before: Standing, standing: Standing, uow: UnitOfWork) -> None:
    """Who the patient is has changed: the doses given here follow to the other person."""
    uow.save(STANDINGS, standing)
    if standing.person == before.person:
        return
    old = uow.get(PERSONS, before.person) or Person(before.person)
    new = uow.get(PERSONS, standing.person) or Person(standing.person)
    left, joined = persons.moved(old, new, uow.clinic, standing.patient_id)
    if joined != new:
        uow.save(PERSONS, left)
        uow.save(PERSONS, joined)
