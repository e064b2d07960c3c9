"""The use cases, one per function: load, decide, save. Posted commands, then what Kafka told.

Posted events wait (`require`) for what is still on its way. What Kafka told comes in order, so
that nothing in the second half waits: a missing predecessor there is a bug, and parks the event.
"""

from services.session_record.application.documents import (
    APPOINTMENTS,
    COURSES,
    ENCOUNTERS,
    GRANTS,
    HISTORIES,
    STANDINGS,
)
from services.session_record.domain import commands as told
from services.session_record.domain import completion, dose, knowledge, vitals
from services.session_record.domain import encounter as encounters
from services.session_record.domain import history as histories
from services.session_record.domain.encounter import Arrival
from services.session_record.domain.history import History
from services.session_record.domain.knowledge import Course, Grant, Standing
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def open_encounter(command: told.OpenEncounter, uow: UnitOfWork, policy: Policy) -> None:
    appointment = uow.require(APPOINTMENTS, command.appointment_id)
    course = uow.require(COURSES, appointment.course_id)
    # The course rests on this clearance: until it is heard of, the standing is too old to judge by.
    uow.require(GRANTS, course.clearance_id)
    standing = uow.require(STANDINGS, appointment.patient_id)
    history = uow.get(HISTORIES, appointment.patient_id) or History(appointment.patient_id)
    existing = uow.get(ENCOUNTERS, command.encounter_id)
    arrival = Arrival(appointment, course, standing, history, existing)
    encounter, event = encounters.open_encounter(command, arrival, policy)
    uow.save(ENCOUNTERS, encounter, event)
    uow.save(HISTORIES, histories.opened(history, encounters.entry_of(encounter)))


def record_vitals(command: told.RecordVitals, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    encounter, alarms = vitals.record_vitals(command, encounter, policy)
    uow.save(ENCOUNTERS, encounter, *alarms)
    if command.weight_kg is not None:
        history = uow.require(HISTORIES, encounter.patient_id)
        uow.save(HISTORIES, histories.weighed(history, command))


def administer_dose(command: told.AdministerDose, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    standing = uow.require(STANDINGS, encounter.patient_id)
    history = uow.require(HISTORIES, encounter.patient_id)
    encounter, event = dose.administer_dose(command, encounter, standing, history, policy)
    uow.save(ENCOUNTERS, encounter, event)
    uow.save(HISTORIES, histories.dosed(history, command))


def report_adverse_event(command: told.ReportAdverseEvent, uow: UnitOfWork) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    encounter, event = encounters.report_adverse_event(command, encounter)
    uow.save(ENCOUNTERS, encounter, event)
    history = uow.require(HISTORIES, encounter.patient_id)
    uow.save(HISTORIES, histories.reacted(history, command))


def discharge_patient(command: told.DischargePatient, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    encounter, event = completion.discharge_patient(command, encounter, policy)
    uow.save(ENCOUNTERS, encounter, event)
    history = uow.require(HISTORIES, encounter.patient_id)
    uow.save(HISTORIES, histories.finished(history, command))


def finish_encounter(command: told.FinishEncounter, uow: UnitOfWork) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    encounter, event = completion.finish_encounter(command, encounter)
    uow.save(ENCOUNTERS, encounter, event)
    history = uow.require(HISTORIES, encounter.patient_id)
    uow.save(HISTORIES, histories.finished(history, command))


# ---- what intake told ------------------------------------------------------------------------


def know_patient(command: told.KnowPatient, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, _standing(command, uow))


def know_consent(command: told.KnowConsent, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, knowledge.with_consent(_standing(command, uow), command))


def end_consent(command: told.EndConsent, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, knowledge.without_consent(_standing(command, uow), command))


def know_clearance(command: told.KnowClearance, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, knowledge.with_clearance(_standing(command, uow), command))
    uow.save(GRANTS, Grant(command.clearance_id, command.patient_id))


def end_clearance(command: told.EndClearance, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, knowledge.without_clearance(_standing(command, uow), command))


def know_hold(command: told.KnowHold, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, knowledge.with_hold(_standing(command, uow), command))


def end_hold(command: told.EndHold, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, knowledge.without_hold(_standing(command, uow), command))


# ---- what scheduling told --------------------------------------------------------------------


def know_course(command: told.KnowCourse, uow: UnitOfWork) -> None:
    course = Course(
        command.course_id, command.patient_id, command.clearance_id, command.preparations
    )
    uow.save(COURSES, course)


def know_appointment(command: told.KnowAppointment, uow: UnitOfWork) -> None:
    uow.save(APPOINTMENTS, knowledge.booked(command))


def change_appointment(command: told.ChangeAppointment, uow: UnitOfWork) -> None:
    appointment = uow.get(APPOINTMENTS, command.appointment_id)
    assert appointment, "scheduling changes only what it has booked, and says so in order"
    uow.save(APPOINTMENTS, knowledge.changed(appointment, command))


def _standing(command: told.Command, uow: UnitOfWork) -> Standing:
    return uow.get(STANDINGS, command.patient_id) or Standing(command.patient_id)
