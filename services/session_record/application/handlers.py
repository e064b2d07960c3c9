"""What sites post, one use case per function: load, decide, save.

Posted events wait (`require`) for what is still on its way.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from services.session_record.application.documents import (
    APPOINTMENTS,
    CONTAINERS,
    COURSES,
    ENCOUNTERS,
    GRANTS,
    HISTORIES,
    PERSONS,
    PRACTITIONERS,
    SITES,
    STANDINGS,
)
from services.session_record.domain import adverse, arrival, commands, completion, discharge
from services.session_record.domain import history as histories
from services.session_record.domain.dose import administration
from services.session_record.domain.dose.asked import Situation
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.history import History
from services.session_record.domain.knowledge import persons
from services.session_record.domain.knowledge.persons import DoseElsewhere, Person
from services.session_record.domain.knowledge.staff import Practitioner
from services.session_record.domain.knowledge.standing import Standing
from services.session_record.domain.ledger import container as containers
from services.session_record.domain.monitoring import answers, missed, vitals
from services.session_record.domain.readiness import sites
from services.session_record.domain.readiness.patient import Heard
from services.session_record.domain.weights import Weight
from shared.contracts.session_record import PatientEnrolmentKnown, SiteCertificateKnown
from shared.contracts.topics import INTAKE, SCHEDULING
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def open_encounter(command: commands.OpenEncounter, uow: UnitOfWork, policy: Policy) -> None:
    appointment = uow.require(APPOINTMENTS, command.appointment_id)
    course = uow.require(COURSES, appointment.course_id)
    # The course rests on this clearance: until it is heard of, the standing is too old to judge by.
    uow.require(GRANTS, course.clearance_id)
    standing = uow.require(STANDINGS, appointment.patient_id)
    history = uow.get(HISTORIES, appointment.patient_id) or History(appointment.patient_id)
    site = uow.get(SITES, command.site)
    named = [each.practitioner for each in command.staff] + [e.by for e in command.overrides]
    arrived = arrival.Arrival(
        appointment,
        course,
        standing,
        history,
        uow.get(ENCOUNTERS, command.encounter_id),
        _heard(uow),
        _elsewhere(standing, uow),
        _practitioners(named, uow),
        site.certified_until if site else None,
    )
    encounter, events = arrival.open_encounter(command, arrived, policy)
    uow.save(ENCOUNTERS, encounter, *events)
    uow.save(HISTORIES, histories.opened(history, arrival.entry_of(encounter)))


def record_vitals(command: commands.RecordVitals, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    weights = _weights(encounter, uow) if command.weight_kg is not None else ()
    encounter, alarms = vitals.record_vitals(command, encounter, weights, policy)
    uow.save(ENCOUNTERS, encounter, *alarms)
    if command.weight_kg is not None:
        _weigh(command, Weight(command.at, command.weight_kg), uow)


def record_measurement(
    command: commands.RecordMeasurement, uow: UnitOfWork, policy: Policy
) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    is_weight = command.measure == "body-weight"
    weights = _weights(encounter, uow) if is_weight else ()
    encounter, alarms = vitals.record_measurement(command, encounter, weights, policy)
    uow.save(ENCOUNTERS, encounter, *alarms)
    if is_weight:
        _weigh(command, Weight(command.at, command.value), uow)


def record_answers(command: commands.RecordAnswers, uow: UnitOfWork) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    uow.save(ENCOUNTERS, answers.record_answers(command, encounter))


def administer_dose(command: commands.AdministerDose, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    standing = uow.require(STANDINGS, encounter.patient_id)
    history = uow.require(HISTORIES, encounter.patient_id)
    named = [command.administered_by, command.checked_by, *(e.by for e in command.overrides)]
    container = uow.get(CONTAINERS, command.container)
    situation = Situation(
        encounter,
        standing,
        history,
        _heard(uow),
        _elsewhere(standing, uow),
        _practitioners(named, uow),
        container,
    )
    encounter, events = administration.administer_dose(command, situation, policy)
    assert encounter.dose, "a dose was given"
    assert container, "no dose is given out of nothing"
    given = command.dose_mg_per_kg or encounter.dose.dose_mg_per_kg
    uow.save(ENCOUNTERS, encounter, *events)
    uow.save(HISTORIES, histories.dosed(history, command, given))
    uow.save(CONTAINERS, containers.drawn(container, command))
    dose = DoseElsewhere(command.at, uow.clinic, command.patient_id, command.encounter_id)
    uow.save(PERSONS, persons.with_dose(_person(standing, uow), dose))


def report_adverse_event(command: commands.ReportAdverseEvent, uow: UnitOfWork) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    encounter, event = adverse.report_adverse_event(command, encounter)
    uow.save(ENCOUNTERS, encounter, event)
    history = uow.require(HISTORIES, encounter.patient_id)
    uow.save(HISTORIES, histories.reacted(history, command))


def discharge_patient(command: commands.DischargePatient, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    standing = uow.require(STANDINGS, encounter.patient_id)
    signers = _practitioners([command.discharged_by, command.seen_by], uow)
    encounter, event = discharge.discharge_patient(command, encounter, standing, signers, policy)
    uow.save(ENCOUNTERS, encounter, event)
    history = uow.require(HISTORIES, encounter.patient_id)
    uow.save(HISTORIES, histories.discharged(history, command))
    _balance(encounter, uow)


def finish_encounter(command: commands.FinishEncounter, uow: UnitOfWork) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    encounter, event = completion.finish_encounter(command, encounter)
    uow.save(ENCOUNTERS, encounter, event)
    history = uow.require(HISTORIES, encounter.patient_id)
    uow.save(HISTORIES, histories.finished(history, command))


def abandon_encounter(command: commands.AbandonEncounter, uow: UnitOfWork) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    encounter, event = completion.abandon_encounter(command, encounter)
    uow.save(ENCOUNTERS, encounter, event)
    _balance(encounter, uow)


def watch_encounter(command: commands.WatchEncounter, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    encounter, misses = missed.watch(command, encounter, policy)
    uow.save(ENCOUNTERS, encounter, *misses)


def move_drug(command: commands.MoveDrug, uow: UnitOfWork) -> None:
    """What is dispensed is for an encounter; only what was received can be moved."""
    is_new = command.movement == "received"
    known = (uow.get if is_new else uow.require)(CONTAINERS, command.patient_id)
    container = containers.move(command, known)
    if command.movement == "dispensed":
        encounter = uow.require(ENCOUNTERS, command.encounter_id)
        uow.save(ENCOUNTERS, completion.supplied(command, encounter))
    uow.save(CONTAINERS, container)


def certify_site(command: commands.CertifySite, uow: UnitOfWork) -> None:
    told = SiteCertificateKnown(command.valid_until)
    uow.save(SITES, sites.certified(command.patient_id, command), told)


def enrol_patient(command: commands.EnrolPatient, uow: UnitOfWork) -> None:
    history = uow.get(HISTORIES, command.patient_id) or History(command.patient_id)
    told = PatientEnrolmentKnown(command.enrolment_id)
    uow.save(HISTORIES, histories.enrolled(history, command), told)


def _heard(uow: UnitOfWork) -> Heard:
    return Heard(uow.known_until(INTAKE), uow.known_until(SCHEDULING))


def _person(standing: Standing, uow: UnitOfWork) -> Person:
    return uow.get(PERSONS, standing.person) or Person(standing.person)


def _elsewhere(standing: Standing, uow: UnitOfWork) -> tuple[datetime, ...]:
    return _person(standing, uow).dosed_elsewhere(uow.clinic, standing.patient_id)


def _practitioners(names: Iterable[str], uow: UnitOfWork) -> Mapping[str, Practitioner]:
    found = ((name, uow.get(PRACTITIONERS, name)) for name in set(names) if name)
    return {name: practitioner for name, practitioner in found if practitioner}


def _weights(encounter: Encounter, uow: UnitOfWork) -> Iterator[Weight]:
    standing = uow.require(STANDINGS, encounter.patient_id)
    yield from standing.weights
    yield from uow.require(HISTORIES, encounter.patient_id).weights()


def _weigh(command: commands.EncounterCommand, weight: Weight, uow: UnitOfWork) -> None:
    history = uow.require(HISTORIES, command.patient_id)
    uow.save(HISTORIES, histories.weighed(history, command.encounter_id, weight))


def _balance(encounter: Encounter, uow: UnitOfWork) -> None:
    """What was dispensed for a session that has ended must be accounted for (SES-9)."""
    for container_id in encounter.containers:
        container = uow.require(CONTAINERS, container_id)
        if found := containers.discrepancy(container, encounter.encounter_id):
            uow.save(CONTAINERS, container, found)
