"""What intake does, one use case per function: load, decide, save. Decisions are in the domain.

A patient not heard of yet is waited for, and so is an entry that is amended or retracted: it may
still be on its way.
"""

from datetime import date, datetime
from typing import Protocol

from services.intake.application.documents import IDENTITIES, PATIENTS
from services.intake.domain import clearance, consent, safety, standing
from services.intake.domain.commands import (
    AnswerRisk,
    DecideClearance,
    HearDose,
    LiftHold,
    RecordChecklist,
    RecordMedications,
    RecordScreening,
    RecordTreatmentHistory,
    RecordVitalSigns,
    RecordWorkUp,
    RegisterPatient,
    RetractEntry,
    ReviewAdverseEvent,
    RevokeClearance,
    SignConsent,
    WithdrawConsent,
)
from services.intake.domain.evidence import contraindications, entries, medications, work_up
from services.intake.domain.evidence.screening import record_screening as screen
from services.intake.domain.evidence.treatment import record_history
from services.intake.domain.patient import Events, Patient, register
from shared.kernel.errors import NotYet, Rejected
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


class Statement(entries.Statement, Protocol):
    """A command that says a clinical fact, perhaps again."""

    @property
    def patient_id(self) -> str: ...


def register_patient(command: RegisterPatient, uow: UnitOfWork) -> None:
    if uow.get(PATIENTS, command.patient_id):
        raise Rejected(
            "already-registered",
            "This patient id was referred before: post to the patient on file, or mint a new id"
            " for another person.",
        )
    patient, identity, events = register(command)
    uow.save(IDENTITIES, identity)
    uow.save(PATIENTS, patient, *events)


def record_screening(command: RecordScreening, uow: UnitOfWork, policy: Policy) -> None:
    before = _on_file(command, uow)
    decided = screen(command, before)
    if command.amends:
        _keep(command, before, decided, uow, policy)
    else:  # the way of every questionnaire: nothing that a clearance hangs on is looked up
        _save(uow, command.at, *decided)


def record_checklist(command: RecordChecklist, uow: UnitOfWork, policy: Policy) -> None:
    before = _on_file(command, uow)
    after = contraindications.record_checklist(command, before)
    _keep(command, before, (after, ()), uow, policy)


def record_treatment_history(
    command: RecordTreatmentHistory, uow: UnitOfWork, policy: Policy
) -> None:
    before = _on_file(command, uow)
    _keep(command, before, (record_history(command, before), ()), uow, policy)


def record_medications(command: RecordMedications, uow: UnitOfWork, policy: Policy) -> None:
    before = _on_file(command, uow)
    after = medications.record_medications(command, before, policy)
    _keep(command, before, (after, ()), uow, policy)


def record_work_up(command: RecordWorkUp, uow: UnitOfWork, policy: Policy) -> None:
    before = _on_file(command, uow)
    _keep(command, before, work_up.record_work_up(command, before), uow, policy)


def record_vital_signs(command: RecordVitalSigns, uow: UnitOfWork, policy: Policy) -> None:
    before = _on_file(command, uow)
    decided = work_up.record_vital_signs(command, before, policy)
    _keep(command, before, decided, uow, policy)


def retract_entry(command: RetractEntry, uow: UnitOfWork, policy: Policy) -> None:
    before = uow.require(PATIENTS, command.patient_id)
    standing.refuse_itself(command)
    if not before.has(command.retracts):
        raise _waiting_for_entry(command.patient_id, uow)
    after, events = standing.retract(command, before)
    if before.decisions:
        born = _born(command.patient_id, uow)
        after, more = standing.corrected(before, after, born, command.at, policy)
        events += more
    _save(uow, command.at, after, events)


def sign_consent(command: SignConsent, uow: UnitOfWork, policy: Policy) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = consent.sign_consent(command, patient, policy)
    _save(uow, command.at, patient, events)


def withdraw_consent(command: WithdrawConsent, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = consent.withdraw_consent(command, patient)
    _save(uow, command.at, patient, events)


def decide_clearance(command: DecideClearance, uow: UnitOfWork, policy: Policy) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    born = _born(command.patient_id, uow)
    patient, events = clearance.decide_clearance(command, patient, born, policy)
    _save(uow, command.at, patient, events)


def revoke_clearance(command: RevokeClearance, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = safety.revoke_clearance(command, patient)
    _save(uow, command.at, patient, events)


def lift_hold(command: LiftHold, uow: UnitOfWork) -> None:
    patient, events = safety.lift_hold(command, uow.require(PATIENTS, command.patient_id))
    _save(uow, command.at, patient, events)


def review_adverse_event(command: ReviewAdverseEvent, uow: UnitOfWork, policy: Policy) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    reviewed, events = safety.review_adverse_event(command, patient, policy)
    if reviewed is not patient:
        _save(uow, command.at, reviewed, events)


def answer_risk(command: AnswerRisk, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    answered, events = safety.answer_risk(command, patient)
    if answered is not patient:
        _save(uow, command.at, answered, events)


def hear_dose(command: HearDose, uow: UnitOfWork, policy: Policy) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = consent.hear_dose(command, patient, policy)
    _save(uow, command.at, patient, events)


def _on_file(command: Statement, uow: UnitOfWork) -> Patient:
    patient = uow.require(PATIENTS, command.patient_id)
    entries.refuse_itself(command)
    if command.amends and not patient.has(command.amends):
        raise _waiting_for_entry(command.patient_id, uow)
    return patient


def _waiting_for_entry(patient_id: str, uow: UnitOfWork) -> NotYet:
    """What is to be corrected is not here yet: every change of the patient may bring it."""
    return NotYet(PATIENTS.name, PATIENTS.key(uow.clinic, patient_id))


def _keep(
    command: Statement,
    before: Patient,
    decided: tuple[Patient, Events],
    uow: UnitOfWork,
    policy: Policy,
) -> None:
    """Decisions are looked at again where there are any, and only then."""
    after, events = decided
    more: Events = ()
    if command.amends and before.decisions:
        born = _born(command.patient_id, uow)
        after, more = standing.corrected(before, after, born, command.at, policy)
    elif before.clearance:
        born = _born(command.patient_id, uow)
        after, more = standing.with_new_evidence(before, after, born, command.at, policy)
    _save(uow, command.at, after, (*events, *more))


def _born(patient_id: str, uow: UnitOfWork) -> date:
    return uow.require(IDENTITIES, patient_id).birth_date


def _save(uow: UnitOfWork, at: datetime, patient: Patient, events: Events) -> None:
    uow.save(PATIENTS, patient.heard(at), *events)
