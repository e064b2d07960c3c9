"""How an encounter opens: a patient arrives for an appointment, for a dose through the gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.session_record.domain.commands import OpenEncounter
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.history import Entry, History
from services.session_record.domain.knowledge.schedule import Appointment, Course
from services.session_record.domain.knowledge.staff import Practitioner, Staff, day_at
from services.session_record.domain.knowledge.standing import Standing
from services.session_record.domain.overrides import judged, kept, published
from services.session_record.domain.readiness import door as doors
from services.session_record.domain.readiness import patient
from services.session_record.domain.readiness.door import Door, missing, unavailable
from services.session_record.domain.readiness.patient import Candidate, Heard
from services.session_record.domain.rule import in_words
from shared.contracts.session_record import EncounterOpened, OverrideUsed
from shared.contracts.site import Override
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy

KEYS = (*patient.KEYS, *doors.KEYS)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an arrival is judged by. `existing`: an encounter that has this id already.

    `elsewhere`: the person's doses at other clinics; `certified_until`: of the site, by the REMS.
    """

    appointment: Appointment
    course: Course
    standing: Standing
    history: History
    existing: Encounter | None
    heard: Heard
    elsewhere: tuple[datetime, ...] = ()
    practitioners: Mapping[str, Practitioner] = field(default_factory=dict)
    certified_until: datetime | None = None


def open_encounter(
    command: OpenEncounter, arrival: Arrival, policy: Policy
) -> tuple[Encounter, tuple[EncounterOpened | OverrideUsed, ...]]:
    appointment = arrival.appointment
    _check_the_appointment(command, arrival)
    _check_the_order(command, arrival)
    is_dosing = appointment.session == "dosing"
    used = _check_readiness(command, arrival, policy) if is_dosing else ()
    opened = Encounter(
        encounter_id=command.encounter_id,
        patient_id=command.patient_id,
        appointment_id=appointment.appointment_id,
        course_id=appointment.course_id,
        session=appointment.session,
        dose_number=appointment.dose_number,
        route=appointment.route,
        zone=appointment.zone,
        arrived_at=command.at,
        opened_under=policy.reference(*KEYS),
        fasting=command.fasting,
        escort_arranged=command.escort_arranged,
        escort=command.escort,
        staff=command.staff,
        overrides=kept(command.at, used, policy),
    )
    said = EncounterOpened(
        opened.encounter_id,
        opened.appointment_id,
        opened.course_id,
        opened.session,
        opened.dose_number,
    )
    return opened, (said, *published(opened.encounter_id, used, policy))


def entry_of(encounter: Encounter) -> Entry:
    """How the encounter begins in the patient's history."""
    return Entry(
        encounter.encounter_id,
        encounter.appointment_id,
        encounter.course_id,
        encounter.session,
        encounter.dose_number,
    )


def _check_the_appointment(command: OpenEncounter, arrival: Arrival) -> None:
    if arrival.existing:
        raise Rejected("encounter-exists", "an encounter of this id is open; choose another id")
    if arrival.appointment.patient_id != command.patient_id:
        raise Rejected("wrong-patient", "this appointment is another patient's")
    if reason := unavailable(arrival.appointment, arrival.history):
        raise Rejected(reason.code, reason.words)


def _check_the_order(command: OpenEncounter, arrival: Arrival) -> None:
    """An integration session follows the end of the dose that it integrates."""
    appointment = arrival.appointment
    if appointment.session != "integration":
        return
    doses = arrival.history.finished(appointment.course_id, "dosing", command.at)
    if not any(each.dose_number == appointment.dose_number for each in doses):
        number = appointment.dose_number
        words = f"the dosing session of dose {number} has not been finished by then"
        raise Rejected("dose-not-finished", words)


def _check_readiness(
    command: OpenEncounter, arrival: Arrival, policy: Policy
) -> tuple[Override, ...]:
    """The overrides that were used, or Rejected with everything that is missing."""
    door = door_of(command, arrival)
    verdict = judged(missing(door, policy), command.overrides, door.staff)
    if found := verdict.blockers:
        raise Rejected("not-ready", f"not ready for dosing: {in_words(found)}", found)
    return verdict.used


def door_of(command: OpenEncounter, arrival: Arrival) -> Door:
    zone = arrival.appointment.zone
    return Door(
        candidate_of(command.at, arrival),
        zone,
        arrival.course.preparations,
        command.fasting,
        command.escort_arranged,
        command.escort,
        command.staff,
        Staff(arrival.practitioners, day_at(command.at, zone)),
        arrival.certified_until,
    )


def candidate_of(at: datetime, arrival: Arrival) -> Candidate:
    return Candidate(
        at,
        arrival.appointment.course_id,
        arrival.appointment.route,
        arrival.standing,
        arrival.history,
        arrival.heard,
        arrival.elsewhere,
    )
